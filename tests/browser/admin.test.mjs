// The administration: an operator adds a person with a role; that person signs in, sees their own subtree alone, returns and
// approves courses, makes a failed lesson again; the operator reads it all in the log.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { axeFindings, elderFindings, lossFindings } from "./axe.mjs";
import { launchBrowser, openPage } from "./browser.mjs";
import { KapokServer } from "./kapok_server.mjs";

const PASSWORD = "a good long password";
const DIVISIONS = "code,name\n510400000000,攀枝花市\n510402000000,东区\n510403000000,西区\n510402001000,炳草岗街道\n";
const EAST = "510402000000";
const WEST = "510403000000";
let server;
let browser;

before(async () => {
  server = await KapokServer.start();
  const table = join(server.folder, "divisions.csv");
  writeFileSync(table, DIVISIONS);
  const loaded = spawnSync(server.program, ["division", "load", "--data", server.data, table], { encoding: "utf8" });
  assert.equal(loaded.status, 0, loaded.stderr);
  server.addPerson("boss", PASSWORD, "--title", "运维", "--role", "administrator");
  server.addPerson("teacher", PASSWORD, "--title", "李老师", "--division", EAST, "--role", `teacher@${EAST}`);
  server.addPerson("westerner", PASSWORD, "--title", "西区老师", "--division", WEST, "--role", `teacher@${WEST}`);
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function signIn(login, path = "/admin", options = {}) {
  const opened = await openPage(browser, `${server.base}/sign-in?next=${encodeURIComponent(path)}`, options);
  await opened.page.fill("#login", login);
  await opened.page.fill("#password", PASSWORD);
  await opened.page.click("button[type=submit].button");
  await opened.page.waitForURL((url) => url.pathname === path.split("?")[0]);
  return opened;
}

/** A request as who is signed in on the page; gives the JSON. */
function asks(page, method, path, body, tag) {
  return page.evaluate(
    async ([how, where, what, version]) => {
      const headers = { ...(what ? { "Content-Type": "application/json" } : {}), ...(version ? { "If-Match": version } : {}) };
      const answer = await fetch(where, { method: how, headers, body: what ? JSON.stringify(what) : undefined });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${how} ${where}: ${answer.status} ${text}`);
      return { json: text ? JSON.parse(text) : null, tag: answer.headers.get("ETag") };
    },
    [method, path, body, tag],
  );
}

/** Makes a course of a division and hands it in. */
async function handIn(page, title, division) {
  const made = await asks(page, "POST", "/api/v1/courses", { title, division });
  return (await asks(page, "PATCH", `/api/v1/courses/${made.json.id}`, { status: "review" }, made.tag)).json;
}

/** The course as everybody finds it, once the search index knows of it. */
async function listed(title) {
  for (let round = 0; round < 300; round += 1) {
    const found = await server.courseOf(title).catch(() => null);
    if (found) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`no course is called ${title}`);
}

/** A file that is no video: its lesson fails. */
async function failedLesson(page, title, division) {
  const file = join(server.folder, `${title}.mp4`);
  writeFileSync(file, "this is no video at all");
  const asset = server.ingest(file, "--title", title);
  for (let round = 0; round < 300 && (await server.asset(asset)).state !== "failed"; round += 1) await new Promise((done) => setTimeout(done, 100));
  const course = await listed(title);
  const { tag } = await asks(page, "GET", `/api/v1/courses/${course.id}`);
  await asks(page, "PATCH", `/api/v1/courses/${course.id}`, { division }, tag);
  return asset;
}

const section = async (page, name) => {
  await page.locator(`.admin-menu a[href$="section=${name}"]`).click();
  await page.locator(".list table, .list-empty, .figures").first().waitFor();
};
const said = (page, text) => page.locator("#message", { hasText: text }).waitFor();
const row = (page, text) => page.locator("tbody tr", { hasText: text });

test("an operator adds a manager, who sees and does what is theirs, and it is in the log", async () => {
  const boss = await signIn("boss");
  const asset = await failedLesson(boss.page, "东区的坏课", EAST);
  await failedLesson(boss.page, "西区的坏课", WEST);
  await section(boss.page, "people");
  await boss.page.click("#add");
  await boss.page.fill("#new-login", "manager");
  await boss.page.fill("#new-name", "王主任");
  await boss.page.click("#make-password");
  assert.match(await boss.page.inputValue("#new-password"), /^[a-z2-9]{4}(-[a-z2-9]{4}){2}$/);
  await boss.page.fill("#new-password", PASSWORD);
  await boss.page.locator("dialog button[type=submit]").click();
  await boss.page.locator("#give-role").waitFor(); // the next step: their role
  await boss.page.selectOption("#give-role", "manager");
  await boss.page.locator("dialog .picker select").nth(0).selectOption({ label: "攀枝花市" });
  await boss.page.locator("dialog .picker select").nth(1).selectOption({ label: "东区" });
  await boss.page.locator("dialog button[type=submit]").click();
  await boss.page.locator("#held-roles li", { hasText: "东区" }).waitFor();
  await boss.page.locator("dialog .dialog-close").click();
  await row(boss.page, "王主任").locator(".role", { hasText: "管理员 · 东区" }).waitFor();

  const teacher = await signIn("teacher", "/account");
  const course = await handIn(teacher.page, "东区太极", EAST);
  const westerner = await signIn("westerner", "/account");
  await handIn(westerner.page, "西区太极", WEST);
  await westerner.context.close();

  const { page, context, complaints } = await signIn("manager");
  await page.locator(".figure-urgent", { hasText: "制作失败" }).waitFor();
  assert.equal(await page.locator(".figure-urgent", { hasText: "制作失败" }).locator("strong").innerText(), "1");
  assert.equal(await page.locator('.admin-menu a[href$="audit"]').count(), 0, "the log is the operator's");
  await section(page, "people");
  await row(page, "李老师").waitFor();
  assert.equal(await row(page, "西区老师").count(), 0);
  assert.equal(await row(page, "运维").count(), 0);

  await section(page, "reviews");
  await row(page, "东区太极").waitFor();
  assert.equal(await row(page, "西区太极").count(), 0);
  await row(page, "东区太极").locator("button", { hasText: "退回" }).click();
  await page.fill("#remark", "请补上字幕");
  await page.locator("dialog button[type=submit]").click();
  await said(page, "已退回");
  await page.locator(".list-empty").waitFor();
  const { json: reviews } = await asks(teacher.page, "GET", `/api/v1/courses/${course.id}/reviews`);
  assert.deepEqual([reviews.items[0].decision, reviews.items[0].remark], ["return", "请补上字幕"]); // the teacher reads it
  const again = await asks(teacher.page, "GET", `/api/v1/courses/${course.id}`);
  await asks(teacher.page, "PATCH", `/api/v1/courses/${course.id}`, { status: "review" }, again.tag);
  await page.locator("button", { hasText: "刷新" }).click();
  await row(page, "东区太极").locator("button", { hasText: "通过" }).click();
  await page.locator("dialog [data-yes]").click();
  await said(page, "已通过并发布");
  assert.equal((await listed("东区太极")).id, course.id); // strangers see it

  await section(page, "jobs");
  assert.equal(await row(page, "西区的坏课").count(), 0);
  await row(page, "这个文件不是可以识别的视频").locator("button", { hasText: "重试" }).click();
  await said(page, "已重新排队");
  assert.deepEqual(complaints, []);
  await context.close();
  await teacher.context.close();

  await section(boss.page, "audit");
  await boss.page.locator("input[type=search]").last().fill("manager");
  await boss.page.locator(".list-filters button[type=submit]").click();
  await row(boss.page, "重试制作").waitFor();
  assert.match(await row(boss.page, "重试制作").first().innerText(), new RegExp(asset));
  await row(boss.page, "修改").first().waitFor(); // the review
  assert.equal(await row(boss.page, "boss").count(), 0);
  assert.deepEqual(boss.complaints, []);
  await boss.context.close();
});

test("a person is disabled after a question, and is signed out at once", async () => {
  const victim = await signIn("westerner", "/account");
  const { page, context } = await signIn("boss", "/admin?section=people&q=westerner");
  await row(page, "西区老师").locator("button", { hasText: "更多" }).click();
  await page.locator("dialog button", { hasText: "停用" }).click();
  await page.locator("dialog button", { hasText: "取消" }).click();
  assert.equal(await row(page, "西区老师").locator(".state").count(), 0); // nothing without a yes
  await row(page, "西区老师").locator("button", { hasText: "更多" }).click();
  await page.locator("dialog button", { hasText: "停用" }).click();
  await page.locator("dialog [data-yes]").click();
  await row(page, "西区老师").locator(".state", { hasText: "已停用" }).waitFor();
  await victim.page.goto(`${server.base}/account`);
  await victim.page.waitForSelector("#login");
  await victim.context.close();
  await context.close();
});

test("a record that somebody else has changed is not overwritten unseen; rooms give codes", async () => {
  const { page, context } = await signIn("boss", "/admin?section=rooms");
  await page.click("#add");
  await page.locator("dialog input").first().fill("一号活动室");
  await page.locator("dialog button[type=submit]").click();
  await row(page, "一号活动室").locator("button", { hasText: "修改" }).click();
  const name = page.locator("dialog input").first();
  await name.fill("我的名字");
  const { json: rooms } = await asks(page, "GET", "/api/v1/rooms");
  await asks(page, "PATCH", `/api/v1/rooms/${rooms.items[0].id}`, { name: "别人的名字" }, "*");
  await page.locator("dialog button[type=submit]").click();
  await page.locator("dialog .form-message", { hasText: "别人刚刚改过" }).waitFor();
  await page.locator("dialog .stale", { hasText: "现在是：别人的名字" }).waitFor();
  assert.equal(await name.inputValue(), "我的名字"); // what was typed stays
  await page.locator("dialog button[type=submit]").click();
  await row(page, "我的名字").locator("button", { hasText: "入室码" }).click();
  assert.match(await page.locator(".room-code").innerText(), /^\d{6}$/);
  await page.locator("dialog .dialog-close").click();
  await row(page, "我的名字").locator("button", { hasText: "删除" }).click();
  await page.locator("dialog [data-yes]").click();
  await page.locator(".list-empty").waitFor();
  await context.close();
});

test("who manages nothing is told so, and a stranger is led to signing in", async () => {
  const { page, context } = await signIn("teacher");
  await page.locator("[role=alert]", { hasText: "没有管理权限" }).waitFor();
  await context.close();
  const stranger = await openPage(browser, `${server.base}/admin`);
  await stranger.page.waitForURL(/\/sign-in\?next=%2Fadmin$/);
  await stranger.context.close();
});

test("axe finds nothing in any section by day, by night and in elder mode; nothing is lost at 320 px and 200 %", async () => {
  const sections = ["overview", "reviews", "jobs", "people", "institutions", "divisions", "storage", "audit"];
  const forms = [
    ["people", "#add"],
    ["collections", "#add"],
  ];
  const checks = [
    [{}, sections, (page) => axeFindings(page)],
    [{ colorScheme: "dark" }, ["overview", "jobs", "people"], (page) => axeFindings(page, { rules: ["color-contrast"] })],
    [{ viewport: { width: 320, height: 700 } }, sections, lossFindings],
  ];
  for (const [options, names, check] of checks) {
    const { page, context, complaints } = await signIn("boss", "/admin", options);
    for (const name of names) {
      await page.goto(`${server.base}/admin?section=${name}`);
      await page.locator(".list table, .list-empty, .figures").first().waitFor();
      assert.deepEqual(await check(page), [], name);
    }
    for (const [name, button] of forms) {
      await page.goto(`${server.base}/admin?section=${name}`);
      await page.click(button);
      await page.locator("dialog .picker select").first().waitFor();
      assert.deepEqual(await check(page), [], `${name}, its form`);
    }
    assert.deepEqual(complaints, []);
    await context.close();
  }
  const { page, context } = await signIn("boss");
  for (const name of ["overview", "people", "jobs"]) {
    await page.goto(`${server.base}/admin?section=${name}`);
    await page.locator(".list table, .list-empty, .figures").first().waitFor();
    await page.addStyleTag({ content: "html { font-size: 36px !important }" });
    assert.deepEqual(await lossFindings(page), [], `${name}, 200 %`);
    await page.goto(`${server.base}/admin?section=${name}&elder=1&text=1`);
    await page.locator(".list table, .list-empty, .figures").first().waitFor();
    assert.deepEqual(await axeFindings(page, { strict: true }), [], `${name}, elder mode`);
    assert.deepEqual(await elderFindings(page), [], `${name}, elder mode`);
    assert.deepEqual(await lossFindings(page), [], `${name}, elder mode`);
  }
  await context.close();
});
