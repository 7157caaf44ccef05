// Signing in and out in a real browser, signing in a television from it, and what people do about their own account.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { axeFindings, elderFindings, lossFindings } from "./axe.mjs";
import { launchBrowser, openPage, play } from "./browser.mjs";
import { KapokServer, lessonSources } from "./kapok_server.mjs";

const PASSWORD = "a good long password";
const TITLE = "木棉花开的时候";
let server;
let browser;
let asset;

before(async () => {
  server = await KapokServer.start();
  server.addPerson("learner", PASSWORD, "--title", "学员");
  server.addPerson("careful", PASSWORD, "--title", "细心的人");
  asset = server.ingest(lessonSources(server.folder).short, "--title", TITLE);
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const sayer = (page) => (text) => page.waitForFunction((wanted) => document.querySelector("#message")?.textContent.includes(wanted), text);

async function signIn(login, options) {
  const opened = await openPage(browser, `${server.base}/sign-in`, options);
  await opened.page.fill("#login", login);
  await opened.page.fill("#password", PASSWORD);
  await opened.page.click("button[type=submit].button");
  await opened.page.waitForSelector("#sign-out");
  return opened;
}

/** The six digits of RFC 6238 for a key in base 32. */
function totp(secret, step = Math.floor(Date.now() / 30000)) {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", key).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(number % 1000000).padStart(6, "0");
}

test("somebody signs in, answers for a television and signs out", async () => {
  const { page, context } = await openPage(browser, `${server.base}/activate`);
  const said = sayer(page);
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

test("every page leads to signing in and back, and then says who is signed in", async () => {
  const { page, context } = await openPage(browser, `${server.base}/elder`);
  await page.click(".account-link");
  await page.fill("#login", "learner");
  await page.fill("#password", PASSWORD);
  await page.click("button[type=submit].button");
  await page.waitForURL(`${server.base}/elder`);
  assert.equal(await page.locator(".account-link").innerText(), "学员");
  await context.close();
});

test("the second factor is set up, asked for, and a recovery code stands in", async () => {
  const { page, context } = await signIn("careful");
  await page.click("#totp-begin");
  const secret = (await page.locator("#totp-secret").innerText()).replace(/\s/g, "");
  assert.equal(await page.locator("#factor .share-code svg").count(), 1);
  await page.fill("#totp-code", "000000");
  await page.locator("#factor input[type=password]").fill(PASSWORD);
  await page.click("#factor button[type=submit]");
  await sayer(page)("验证码不对");
  await page.fill("#totp-code", totp(secret));
  await page.click("#factor button[type=submit]");
  const codes = (await page.locator("#recovery-codes").innerText()).split("\n");
  assert.equal(codes.length, 10);
  assert.deepEqual(await axeFindings(page), []);
  await page.click("#factor .button:not(.button-quiet)");
  await page.waitForSelector("#totp-end");
  const other = await openPage(browser, `${server.base}/sign-in`);
  await other.page.fill("#login", "careful");
  await other.page.fill("#password", PASSWORD);
  await other.page.click("button[type=submit].button");
  await other.page.locator("#code:focus").waitFor(); // asked for now; what was typed stays
  await other.page.fill("#code", codes[0]);
  await other.page.click("button[type=submit].button");
  await other.page.waitForSelector("#sign-out");
  await other.context.close();
  await page.reload(); // the other browser is among the devices: it is signed out from here
  await page.locator("#devices button").first().click();
  await sayer(page)("已让它退出登录");
  await page.waitForFunction(() => document.querySelectorAll("#devices li").length === 1);
  await context.close();
});

test("a token is made, told once, works, and is withdrawn", async () => {
  const { page, context } = await signIn("learner");
  await page.click("#token-new");
  await page.fill("#token-label", "备份脚本");
  await page.locator("#tokens form button[type=submit]").click();
  const token = await page.locator("#token").innerText();
  const mine = () => fetch(`${server.base}/api/v1/me/credentials`, { headers: { Authorization: `Bearer ${token}` } });
  assert.equal((await mine()).status, 200);
  await page.reload();
  const entry = page.locator("#tokens li", { hasText: "备份脚本" });
  await entry.locator("button").click();
  await page.locator("dialog [data-yes]").click();
  await sayer(page)("令牌已作废");
  assert.equal((await mine()).status, 401);
  await context.close();
});

test("what was begun on one device goes on on another, and is gone from a device that signs out", async () => {
  await server.waitForState(asset, "ready", "playable");
  const course = await server.courseOf(TITLE);
  const phone = await signIn("learner");
  await phone.page.goto(`${server.base}/course/${course.id}`);
  await play(phone.page);
  await phone.page.evaluate(() => {
    window.kapokPlayer.video.currentTime = 9;
  });
  await phone.page.waitForFunction(() => window.kapokPlayer.video.currentTime > 9.2 && !window.kapokPlayer.video.seeking);
  await phone.page.evaluate(() => window.kapokPlayer.video.pause());
  const saved = () => phone.page.evaluate(async () => (await (await fetch("/api/v1/me/positions")).json()).items);
  for (let round = 0; round < 100 && (await saved())[0]?.position !== 9; round += 1) await new Promise((done) => setTimeout(done, 100));
  assert.equal((await saved())[0].position, 9);

  const tablet = await signIn("learner", { viewport: { width: 820, height: 1180 } });
  await tablet.page.goto(`${server.base}/`);
  await tablet.page.locator("#continue .card-link", { hasText: TITLE }).waitFor();
  await tablet.page.goto(`${server.base}/elder`);
  await tablet.page.waitForFunction(() => document.querySelector("#continue-text")?.textContent.includes("看到 0:09"));
  await tablet.page.goto(`${server.base}/course/${course.id}?elder=0`);
  await tablet.page.waitForFunction(() => window.kapokPlayer?.video.currentTime >= 8.9);

  await tablet.page.goto(`${server.base}/`);
  await tablet.page.locator("#continue .card-remove").click(); // here, and so on the phone
  for (let round = 0; round < 100 && (await saved()).length > 0; round += 1) await new Promise((done) => setTimeout(done, 100));
  assert.deepEqual(await saved(), []);
  await phone.page.goto(`${server.base}/`);
  await phone.page.waitForFunction(() => document.querySelector("#continue")?.hidden === true);
  const kept = () => tablet.page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("kapok.resume.")));
  assert.equal((await kept()).length, 1);
  await tablet.page.goto(`${server.base}/account`);
  await tablet.page.click("#sign-out");
  await tablet.page.waitForSelector("#login");
  assert.deepEqual(await kept(), []);
  await tablet.context.close();
  await phone.context.close();
});

test("axe finds nothing, by day, by night and in elder mode, and nothing is lost at 320 px", async () => {
  for (const options of [{}, { colorScheme: "dark" }, { viewport: { width: 320, height: 700 } }]) {
    const { page, context, complaints } = await signIn("learner", options);
    await page.locator("#devices li").first().waitFor();
    await page.click("#token-new");
    assert.deepEqual(await axeFindings(page), []);
    assert.deepEqual(await lossFindings(page), []);
    await page.goto(`${server.base}/account?elder=1&text=2`);
    await page.locator("#devices li").first().waitFor();
    assert.deepEqual(await axeFindings(page, { strict: true }), []);
    assert.deepEqual(await lossFindings(page), []);
    assert.deepEqual(await elderFindings(page), []);
    assert.deepEqual(complaints, []);
    await context.close();
  }
});
