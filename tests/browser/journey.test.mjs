// A newcomer's first hour, from what ./run leaves: one sample course and the account "admin". Only what is to be seen on the pages leads
// on: no address is typed but that of the home.

import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { launchBrowser, openPage } from "./browser.mjs";
import { KapokServer, lessonSources } from "./kapok_server.mjs";

const SAMPLE = "木棉花开攀枝花";
const TITLE = "手机拍花三招";
const PASSWORD = "1f2e3d4c5b6a";
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };

let server;
let browser;
let film;

before(async () => {
  server = await KapokServer.start();
  server.addPerson("admin", PASSWORD, "--title", "管理员", "--role", "administrator");
  const { short } = lessonSources(server.folder);
  film = join(server.folder, `我录的课${extname(short)}`);
  copyFileSync(short, film);
  server.ingest(short, "--title", SAMPLE, "--category", "arts", "--wait");
  browser = await launchBrowser();
  await untilFound("mmhk");
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** The index follows the catalog a moment later. */
async function untilFound(text) {
  while ((await server.get(`/api/v1/courses?q=${text}`)).total === 0) await new Promise((done) => setTimeout(done, 100));
}

/** Types initials, takes the course that is offered, and sees its picture move. */
async function findAndWatch(page, initials, title) {
  const field = page.getByRole("combobox").or(page.getByRole("searchbox"));
  await field.click();
  await page.keyboard.type(initials);
  await page.getByRole("option", { name: title }).click();
  await page.getByRole("link", { name: title }).first().click();
  await page.getByRole("heading", { name: title, level: 1 }).waitFor();
  await page.waitForFunction(() => (document.querySelector("#player video")?.readyState ?? 0) >= 2);
  if (await page.evaluate(() => document.querySelector("#player video").paused)) await page.getByRole("button", { name: "播放" }).first().click();
  await page.waitForFunction(() => document.querySelector("#player video").currentTime > 0.5);
}

test("a stranger finds the sample course by initials and watches it", async () => {
  for (const options of [{}, PHONE]) {
    const { page, context, complaints } = await openPage(browser, `${server.base}/`, options);
    await findAndWatch(page, "mmhk", SAMPLE);
    assert.deepEqual(complaints, []);
    await context.close();
  }
});

test("whoever has the account makes a course and publishes it", async () => {
  const { page, context, complaints } = await openPage(browser, `${server.base}/`);
  await page.getByRole("link", { name: "教师工作台" }).click(); // it leads to signing in, and on
  await page.getByLabel("账号").fill("admin");
  await page.getByLabel("密码").fill(PASSWORD);
  await page.getByRole("main").getByRole("button", { name: "登录" }).click();
  await page.getByRole("button", { name: "新建课程" }).click();
  await page.getByLabel("课程名称").fill(TITLE);
  await page.getByLabel("类别").selectOption({ label: "生活休闲" });
  await page.getByRole("button", { name: "建好，去上传视频" }).click();
  await page.getByRole("heading", { name: TITLE, level: 1 }).waitFor();
  assert.equal(await page.getByRole("button", { name: "发布", exact: true }).isDisabled(), true, "nothing is there to be published");
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "选择视频" }).click();
  await (await chooser).setFiles(film);
  await page.getByLabel("第 1 个课时的名称").or(page.locator(".studio-lesson-title")).first().waitFor();
  await page.getByText("可以观看").or(page.getByText("边做边看")).or(page.locator('.studio-lesson[data-state="ready"]')).first().waitFor({ timeout: 60000 });
  await page.getByLabel("课程简介").fill("光线、角度和背景：三招拍好一朵木棉花。");
  await page.getByRole("button", { name: "保存", exact: true }).first().click();
  await page.getByText("已保存").first().waitFor();
  await page.getByRole("button", { name: "发布", exact: true }).click();
  await page.getByText("居民已经可以看到这门课程").waitFor();
  await page.getByRole("link", { name: "打开课程页面" }).click();
  await page.getByText("三招拍好一朵木棉花").waitFor();
  await page.getByRole("link", { name: "管理员" }).click(); // from any page to one's account, and from there to all that one may do
  for (const name of ["教师工作台", "管理后台"]) await page.getByRole("main").getByRole("link", { name }).waitFor();
  await page.getByRole("button", { name: "退出登录" }).click();
  await page.getByText("没有账号也能观看公开课程").waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a stranger finds what was published", async () => {
  await untilFound("sjph");
  const { page, context, complaints } = await openPage(browser, `${server.base}/`);
  await page.getByRole("link", { name: TITLE }).first().waitFor(); // among the newest
  await findAndWatch(page, "sjph", TITLE);
  assert.deepEqual(complaints, []);
  await context.close();
});
