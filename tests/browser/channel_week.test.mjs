// The week view of a channel: made, typed in, dragged, moved with keys, copied, filled, saved; and what two people do at once.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axeFindings, lossFindings } from "./axe.mjs";
import { launchBrowser, openPage } from "./browser.mjs";
import { KapokServer, lessonSources } from "./kapok_server.mjs";

const PASSWORD = "a good long password";
const TITLE = "木棉花开的时候";
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
let server;
let browser;

before(async () => {
  server = await KapokServer.start();
  server.addPerson("manager", PASSWORD, "--role", "administrator");
  const asset = server.ingest(lessonSources(server.folder).short, "--title", TITLE, "--category", "health");
  browser = await launchBrowser();
  await server.waitForState(asset, "ready");
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function openWeek(options) {
  const opened = await openPage(browser, `${server.base}/sign-in?next=/admin/channels`, options);
  await opened.page.fill("#login", "manager");
  await opened.page.fill("#password", PASSWORD);
  await opened.page.click("button[type=submit].button");
  await opened.page.waitForSelector("#channels #message", { state: "attached" });
  return opened;
}

const says = (page, text) => page.waitForFunction((wanted) => document.querySelector("#message")?.textContent.includes(wanted), text);
const blocks = (page) =>
  page.$$eval(".week-block", (nodes) => nodes.map((node) => `${node.parentElement.dataset.day} ${node.querySelector("b").textContent}`));

/** What the server has, as the page itself asks for it. */
async function stored(page) {
  return page.evaluate(async () => {
    const { items } = await (await fetch("/api/v1/channels")).json();
    return (await fetch(`/api/v1/channels/${items[0].id}/schedule`)).json();
  });
}

async function choose(page, scope) {
  const field = page.locator(`${scope} input[type=search]`);
  await field.fill("木棉");
  await field.press("Enter");
  await page.locator(`${scope} .course-choice .chip`, { hasText: TITLE }).click();
}

test("strangers are led to signing in", async () => {
  const { page, context } = await openPage(browser, `${server.base}/admin/channels`);
  await page.waitForSelector("a[href='/sign-in?next=/admin/channels']");
  await context.close();
});

test("a week is made and saved", async () => {
  const { page, context, complaints } = await openWeek();
  await page.getByLabel("名称").fill("社区一台");
  await page.getByRole("button", { name: "建立" }).click();
  await page.waitForSelector(".week");

  await page.getByRole("button", { name: "添加节目" }).click();
  await choose(page, "dialog");
  await page.locator("dialog").getByLabel("开始").fill("08:00");
  await page.locator("dialog").getByLabel("结束").fill("09:00");
  await page.locator("dialog").getByLabel("播放方式").selectOption("loop");
  await page.locator("dialog").getByRole("button", { name: "确定" }).click();
  assert.deepEqual(await blocks(page), ["1 08:00"]);

  await page.locator(".week-block").focus(); // with keys: a day and five minutes on, and the focus goes along
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  assert.deepEqual(await blocks(page), ["2 08:05"]);
  await page.keyboard.press("Enter");
  await page.locator("dialog").getByRole("button", { name: "取消" }).click();

  const block = await page.locator(".week-block").boundingBox(); // with the pointer: two days on, an hour later
  const column = await page.locator(".week-day[data-day='4']").boundingBox();
  const hour = column.height / 24;
  await page.mouse.move(block.x + 20, block.y + 10);
  await page.mouse.down();
  await page.mouse.move(column.x + 30, block.y + 10 + hour / 2);
  await page.mouse.move(column.x + 30, block.y + 10 + hour);
  await page.mouse.up();
  assert.deepEqual(await blocks(page), ["4 09:05"]);

  const copying = page.locator("form.panel", { hasText: "复制一天" });
  await copying.getByLabel("从").selectOption("4");
  await copying.getByLabel("周日").check();
  await copying.getByRole("button", { name: "复制一天" }).click();
  assert.deepEqual(await blocks(page), ["4 09:05", "7 09:05"]);
  await page.locator(".week-block").first().focus();
  await page.keyboard.press("Delete");
  assert.deepEqual(await blocks(page), ["7 09:05"]);
  await page.getByRole("button", { name: "撤销" }).click();
  assert.deepEqual(await blocks(page), ["4 09:05", "7 09:05"]);

  await choose(page, "section.panel");
  await page.getByRole("button", { name: "保存节目单" }).click();
  await says(page, "已保存");
  const schedule = await stored(page);
  assert.deepEqual(
    schedule.entries.map(({ days, start, end, order }) => [days, start, end, order]),
    [[[4, 7], "09:05", "10:05", "loop"]],
  );
  assert.equal(schedule.filler.length, 1);
  assert.deepEqual(await axeFindings(page), []);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a category fills days", async () => {
  const { page, context } = await openWeek();
  const filling = page.locator("form.panel", { hasText: "按类别自动填充" });
  await filling.getByLabel("类别").selectOption("health");
  for (const day of ["周六", "周日"]) await filling.getByLabel(day).check();
  await filling.getByLabel("从几点").fill("20:00");
  await filling.getByLabel("到几点").fill("20:20");
  await filling.getByRole("button", { name: "按类别自动填充" }).click();
  await says(page, "已填入");
  await page.getByRole("button", { name: "保存节目单" }).click();
  await says(page, "已保存");
  const added = (await stored(page)).entries.filter(({ start }) => start >= "20:00");
  assert.ok(added.length > 0);
  for (const { days } of added) assert.deepEqual(days, EVERY_DAY);
  await context.close();
});

test("the second of two editors is told", async () => {
  const [first, second] = [await openWeek(), await openWeek()];
  for (const { page } of [first, second]) {
    await page.locator(".week-block").first().focus();
    await page.keyboard.press("ArrowDown");
    await page.getByRole("button", { name: "保存节目单" }).click();
    await says(page, page === first.page ? "已保存" : "别人刚刚改过");
  }
  await first.context.close();
  await second.context.close();
});

test("a telephone and large text lose nothing", async () => {
  const { page, context } = await openWeek({ viewport: { width: 320, height: 640 } });
  await page.waitForSelector(".week");
  assert.deepEqual(await lossFindings(page), []);
  assert.deepEqual(await axeFindings(page), []);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.evaluate(() => document.documentElement.style.setProperty("font-size", "200%"));
  assert.deepEqual(await lossFindings(page), []);
  await context.close();
});
