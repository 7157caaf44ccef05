// Signing in and out in a real browser, and signing in a television from it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchBrowser, openPage } from "./browser.mjs";
import { KapokServer } from "./kapok_server.mjs";

const PASSWORD = "a good long password";
let server;
let browser;

before(async () => {
  server = await KapokServer.start();
  server.addPerson("learner", PASSWORD, "--title", "学员");
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

test("somebody signs in, answers for a television and signs out", async () => {
  const { page, context } = await openPage(browser, `${server.base}/activate`);
  const said = (text) => page.waitForFunction((wanted) => document.querySelector("#message")?.textContent.includes(wanted), text);
  await page.fill("#login", "learner");
  await page.fill("#password", "not the password");
  await page.click("button[type=submit].button");
  await said("账号或密码不对");
  await page.fill("#password", PASSWORD);
  await page.click("button[type=submit].button");
  await page.waitForSelector("#user-code");
  const asked = await (await fetch(`${server.base}/api/v1/device/code`, { method: "POST", body: new URLSearchParams({ client_id: "电视" }) })).json();
  await page.fill("#user-code", asked.user_code.toLowerCase());
  await page.click("button[type=submit].button");
  await said("电视马上就会登录");
  const form = new URLSearchParams({ grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code: asked.device_code });
  const token = await (await fetch(`${server.base}/api/v1/device/token`, { method: "POST", body: form })).json();
  assert.equal(token.token_type, "Bearer");
  const mine = await fetch(`${server.base}/api/v1/session`, { headers: { Authorization: `Bearer ${token.access_token}` } });
  assert.equal((await mine.json()).person.login, "learner");
  await page.goto(`${server.base}/account`);
  await page.waitForSelector("#sign-out");
  await page.click("#sign-out");
  await page.waitForSelector("#login");
  await page.reload();
  await page.waitForSelector("#login"); // for good, not on this page alone
  await context.close();
});
