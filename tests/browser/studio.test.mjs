// The teachers' studio in a real browser: a course from nothing to a resident's page, over a line that is cut, with two people at
// work on it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { axeFindings, lossFindings } from "./axe.mjs";
import { launchBrowser, openPage } from "./browser.mjs";
import { KapokServer } from "./kapok_server.mjs";

const PASSWORD = "a good long password";
const TITLE = "二十四式太极拳";
const FIRST = "第一课 起势.mp4";
const SECOND = "第二课 云手.mp4";
/** 起势 and 收势, as a Chinese Windows program writes them. */
const SRT_GBK = Buffer.concat([
  Buffer.from("1\r\n00:00:00,500 --> 00:00:01,500\r\n"),
  Buffer.from([0xc6, 0xf0, 0xca, 0xc6]),
  Buffer.from("\r\n\r\n2\r\n00:00:02,000 --> 00:00:03,000\r\n"),
  Buffer.from([0xca, 0xd5, 0xca, 0xc6]),
  Buffer.from("\r\n"),
]);

let server;
let browser;
let teacher; // {page, context, complaints}
let courseId;

/** A film of `seconds`; noise makes it as large as a line is slow. */
function makeFilm(name, seconds, noise) {
  const file = join(server.folder, name);
  const source = `testsrc2=size=640x360:rate=25:duration=${seconds}${noise ? ",noise=alls=60:allf=t" : ""}`;
  const made = spawnSync("ffmpeg", ["-nostdin", "-v", "error", "-f", "lavfi", "-i", source, "-f", "lavfi", "-i", `sine=duration=${seconds}`,
    "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac", file]); // prettier-ignore
  assert.equal(made.status, 0, String(made.stderr));
  return file;
}

/** A table as spreadsheet programs save it. */
function makeWorkbook(name, rows) {
  const file = join(server.folder, name);
  const script = join(dirname(fileURLToPath(import.meta.url)), "../fixtures/make_sheet.py");
  const made = spawnSync("python3", [script, file, JSON.stringify(rows)]);
  assert.equal(made.status, 0, String(made.stderr));
  return file;
}

async function signIn(login, path) {
  const opened = await openPage(browser, server.base + path);
  const { page } = opened;
  await page.waitForURL("**/sign-in?next=*");
  await page.fill("#login", login);
  await page.fill("#password", PASSWORD);
  await page.click("button[type=submit].button");
  await page.waitForURL(server.base + path);
  return opened;
}

before(async () => {
  server = await KapokServer.start();
  // the institution comes with a lesson of its own
  server.ingest(makeFilm("前一门课.mp4", 1, false), "--title", "前一门课", "--institution", "市社区大学");
  const { items } = await server.get("/api/v1/institutions");
  server.addPerson("teacher", PASSWORD, "--title", "王老师", "--role", `teacher@${items[0].id}`);
  server.addPerson("reviewer", PASSWORD, "--title", "李审核", "--role", `reviewer@${items[0].id}`);
  server.addPerson("resident", PASSWORD, "--title", "居民");
  const register = join(server.folder, "讲师.csv");
  writeFileSync(register, "姓名,职称\n王教练,高级教练\n");
  const taken = spawnSync(server.program, ["import", "--kind", "lecturers", "--data", server.data, register], { encoding: "utf8" });
  assert.equal(taken.status, 0, taken.stderr);
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const said = (page, text) => page.waitForFunction((wanted) => document.querySelector("#studio-said")?.textContent.includes(wanted), text);
const lessonCount = (page, count) => page.waitForFunction((wanted) => document.querySelectorAll(".studio-lesson").length === wanted, count);
const chooseFiles = (page, scope, file) => page.locator(`${scope} input[type=file]`).first().setInputFiles(file);
const course = async (page) => page.evaluate(async (id) => (await fetch(`/api/v1/courses/${id}`)).json(), courseId);

test("who may not is told so", async () => {
  const { page, context, complaints } = await signIn("resident", "/studio");
  await page.waitForSelector("text=您的账号还没有上传和编辑课程的权限");
  assert.deepEqual(await axeFindings(page), []);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a teacher makes a course; an upload goes on after a cut line and after a closed page", async () => {
  teacher = await signIn("teacher", "/studio");
  const { page, context } = teacher;
  await page.waitForSelector(".studio-course");
  await page.click("#new-course");
  await page.fill("#new-title", TITLE);
  await page.selectOption("select[name=category]", "sports");
  await page.click("form.studio-new button[type=submit]");
  await page.waitForURL("**/studio/*");
  courseId = new URL(page.url()).pathname.split("/").pop();
  await page.waitForSelector(".studio-drop");

  const film = makeFilm(FIRST, 4, true);
  const line = await context.newCDPSession(page);
  const conditions = (offline, bytes) =>
    line.send("Network.emulateNetworkConditions", { offline, latency: 0, downloadThroughput: -1, uploadThroughput: bytes });
  const speed = (bytes) => conditions(false, bytes);
  await line.send("Network.enable");
  await speed(300 * 1024);
  await chooseFiles(page, ".studio-drop", film);
  const percent = () => page.evaluate(() => Number(/(\d+)%/.exec(document.querySelector(".studio-upload-state")?.textContent ?? "")?.[1] ?? -1));
  const reach = async (wanted) => page.waitForFunction((least) => Number(/(\d+)%/.exec(document.querySelector(".studio-upload-state")?.textContent ?? "")?.[1] ?? -1) >= least, wanted);
  await reach(5);
  await page.waitForSelector(".studio-upload >> text=每秒"); // speed and time left
  await conditions(true, 0);
  await page.waitForSelector('.studio-upload[data-state="cut"]');
  assert.match(await page.locator(".studio-upload-state").textContent(), /网络断了/);
  await speed(300 * 1024);
  await page.waitForSelector('.studio-upload[data-state="sending"]');
  await reach((await percent()) + 3);

  // the page is closed in the middle
  page.once("dialog", (dialog) => void dialog.accept());
  await page.reload();
  await page.waitForSelector(".studio-unfinished");
  assert.match(await page.locator(".studio-unfinished").textContent(), new RegExp(FIRST));
  await speed(-1);
  await chooseFiles(page, ".studio-unfinished", film);
  await said(page, "接着上次的");
  await lessonCount(page, 1);
  assert.equal(await page.locator(".studio-lesson-title").inputValue(), "第一课 起势");
  const { items } = await page.evaluate(async () => (await fetch("/api/v1/uploads")).json());
  assert.equal(items.length, 1, "it was one upload all the time");
  assert.equal(items[0].state, "done");
  await page.waitForSelector('.studio-lesson[data-state="ready"]', { timeout: 60000 });
});

test("captions, chapters and poster", async () => {
  const { page } = teacher;
  await page.click(".studio-lesson >> text=字幕、章节、封面");
  await page.waitForFunction(() => document.querySelector(".studio-preview video")?.readyState >= 2);
  await chooseFiles(page, ".studio-captions", { name: "字幕.srt", mimeType: "application/x-subrip", buffer: SRT_GBK });
  await said(page, "读到 2 条字幕（GB18030）");
  const first = page.locator(".studio-line textarea").first();
  assert.equal(await first.inputValue(), "起势");
  await first.fill("起势，两脚分开");
  await page.locator(".studio-line .studio-clock").nth(1).fill("0:01.8");
  const cues = () => page.evaluate(() => [...document.querySelector(".studio-preview video").textTracks[0].cues].map((cue) => [cue.endTime, cue.text]));
  assert.deepEqual(await cues(), [[1.8, "起势，两脚分开"], [3, "收势"]], "seen before it is saved");
  await page.locator(".studio-line .studio-clock").nth(1).fill("0:00.1");
  await page.click('[data-do="save-captions"]');
  await page.waitForSelector(".studio-problem >> text=第 1 条的时间不对");
  await page.locator(".studio-line .studio-clock").nth(1).fill("0:01.8");
  await page.click('[data-do="save-captions"]');
  await said(page, "已保存");

  await page.click('[data-tab="chapters"]');
  await page.click('[data-do="add-chapter"]');
  await page.keyboard.type("起势");
  await page.evaluate(() => new Promise((done) => {
    const video = document.querySelector(".studio-preview video");
    video.addEventListener("seeked", done, { once: true });
    video.currentTime = 2;
  })); // prettier-ignore
  await page.click('[data-do="add-chapter"]');
  await page.keyboard.type("收势");
  await page.click('[data-do="save-chapters"]');
  await page.waitForFunction(async (id) => (await (await fetch(`/api/v1/courses/${id}`)).json()).lessons[0].asset.chapters.length === 2, courseId);

  await page.click('[data-tab="poster"]');
  await page.click('[data-do="poster-frame"]');
  await said(page, "封面已换好");
  const { asset } = (await course(page)).lessons[0];
  assert.deepEqual(asset.chapters, [{ start: 0, title: "起势" }, { start: 2, title: "收势" }]);
  const poster = await page.evaluate(async (url) => {
    const image = await createImageBitmap(await (await fetch(url, { cache: "reload" })).blob());
    return [image.width, image.height];
  }, asset.poster);
  assert.deepEqual(poster, [640, 360]);
  // an image of one's own: drawn anew, no longer than 1280 pixels
  const image = join(server.folder, "海报.png");
  const drawn = spawnSync("ffmpeg", ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=1600x1200", "-frames:v", "1", image]);
  assert.equal(drawn.status, 0, String(drawn.stderr));
  await chooseFiles(page, ".studio-poster", { name: "不是图片.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
  await page.waitForSelector(".studio-problem >> text=这张图片打不开");
  await chooseFiles(page, ".studio-poster", image);
  await page.waitForFunction(async (url) => {
    const bitmap = await createImageBitmap(await (await fetch(url, { cache: "reload" })).blob());
    return bitmap.width === 1280 && bitmap.height === 960;
  }, asset.poster);
  assert.deepEqual(await axeFindings(page), []);
  await page.click(".studio-lesson >> text=收起");
});

test("lessons are ordered by keyboard, renamed, taken off and brought back", async () => {
  const { page } = teacher;
  await chooseFiles(page, ".studio-drop", makeFilm(SECOND, 1, false));
  await lessonCount(page, 2);
  const titles = async () => (await course(page)).lessons.map((lesson) => lesson.title);
  const become = async (wanted) => {
    await page.waitForFunction(
      async ([id, list]) => JSON.stringify((await (await fetch(`/api/v1/courses/${id}`)).json()).lessons.map(({ title }) => title)) === list,
      [courseId, JSON.stringify(wanted)],
    );
  };
  await page.locator(".studio-handle").nth(1).focus();
  await page.keyboard.press("ArrowUp");
  await said(page, "“第二课 云手”移到了第 1 个，共 2 个");
  await become(["第二课 云手", "第一课 起势"]);
  assert.match(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), /第二课 云手/, "the focus goes with it");
  await page.keyboard.press("ArrowDown");
  await become(["第一课 起势", "第二课 云手"]);
  await page.dragAndDrop(".studio-lesson:nth-child(2) .studio-handle", ".studio-lesson:nth-child(1)");
  await become(["第二课 云手", "第一课 起势"]);
  await page.locator(".studio-lesson-title").first().fill("云手");
  await page.keyboard.press("Enter");
  await become(["云手", "第一课 起势"]);
  await page.click(".studio-lesson:nth-child(1) .studio-sign");
  await page.click('.studio-dialog [data-answer="yes"]');
  await become(["第一课 起势"]);
  await page.click("#studio-said button"); // undo
  await become(["云手", "第一课 起势"]);
  assert.deepEqual(await titles(), ["云手", "第一课 起势"]);
});

test("attachments and lecturers", async () => {
  const { page } = teacher;
  const pdf = Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");
  const section = '[aria-labelledby="studio-attachments"]';
  await chooseFiles(page, section, { name: "太极拳讲义.pdf", mimeType: "application/pdf", buffer: pdf });
  await page.waitForSelector(".studio-attachment input");
  assert.equal(await page.locator(".studio-attachment input").inputValue(), "太极拳讲义");
  await page.locator(".studio-attachment input").fill("讲义");
  await page.keyboard.press("Tab");
  await said(page, "已保存");
  assert.equal((await course(page)).attachments[0].title, "讲义");

  await page.locator(".studio-field input[list]").fill("王教练");
  await page.waitForFunction(() => document.querySelector(".studio-field input[list]").dataset.only);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".studio-chips >> text=王教练");
  await page.click(".studio-form button[type=submit]");
  await page.waitForFunction(async (id) => (await (await fetch(`/api/v1/courses/${id}`)).json()).lecturers[0] === "王教练", courseId);
});

test("two editors lose nothing", async () => {
  const { page } = teacher;
  const reviewer = await signIn("reviewer", `/studio/${courseId}`);
  await reviewer.page.waitForSelector(".studio-form");
  const form = (each) => ({ title: each.locator("[name=title]"), summary: each.locator("[name=summary]"), save: each.locator(".studio-form button[type=submit]") });
  const mine = form(page);
  const theirs = form(reviewer.page);
  await theirs.title.fill("太极拳（审核员改）");
  await theirs.summary.fill("从起势到收势。");
  await theirs.save.click();
  await said(reviewer.page, "已保存");
  await mine.title.fill("太极拳（老师改）");
  await page.locator("[name=tags]").fill("太极拳、养生");
  await mine.save.click();
  await page.waitForSelector(".studio-conflict");
  assert.match(await page.locator(".studio-conflict").textContent(), /太极拳（老师改）[\s\S]*太极拳（审核员改）/);
  assert.equal((await course(page)).title, "太极拳（审核员改）", "nothing is overwritten yet");
  assert.deepEqual(await axeFindings(page), []);
  await page.click("#conflict-save");
  await said(page, "已保存");
  const merged = await course(page);
  assert.equal(merged.title, "太极拳（老师改）");
  assert.equal(merged.summary, "从起势到收势。", "what only the other changed is kept");
  assert.deepEqual(merged.tags.sort(), ["养生", "太极拳"].sort());
  assert.equal(await mine.summary.inputValue(), "从起势到收势。");

  // different fields go together without a question
  await theirs.title.fill("太极拳");
  await theirs.save.click();
  await reviewer.page.waitForSelector(".studio-conflict");
  await reviewer.page.locator('.studio-conflict input[value="theirs"]').check();
  await reviewer.page.click("#conflict-save");
  await reviewer.page.waitForFunction(() => document.querySelector("[name=title]").value === "太极拳（老师改）");
  await reviewer.context.close();
});

test("submitted, reviewed, published, and seen by a resident", async () => {
  const { page } = teacher;
  assert.equal(await page.locator('[data-to="published"]').count(), 0, "a teacher does not publish");
  await page.click('[data-to="review"]');
  await said(page, "现在是“待审核”");
  const reviewer = await signIn("reviewer", "/studio");
  await reviewer.page.click(`.studio-course a[href$="${courseId}"]`);
  await reviewer.page.click('[data-to="draft"]');
  await reviewer.page.click('.studio-dialog [data-answer="yes"]'); // without a word: it asks for one
  assert.deepEqual(await axeFindings(reviewer.page), []);
  await reviewer.page.locator(".studio-dialog textarea").fill("请写明适合哪些人学");
  await reviewer.page.click('.studio-dialog [data-answer="yes"]');
  await said(reviewer.page, "现在是“草稿”");
  await page.reload();
  await page.waitForSelector(".studio-remark >> text=请写明适合哪些人学");
  await page.click('[data-to="review"]');
  await said(page, "现在是“待审核”");
  assert.equal(await page.locator(".studio-remark").count(), 0, "it has been answered");
  await reviewer.page.goto(`${server.base}/studio`);
  await reviewer.page.click('.studio-chip >> text="待审核"');
  await reviewer.page.waitForFunction(() => document.querySelectorAll(".studio-course").length === 1);
  await reviewer.page.click(".studio-course a");
  await reviewer.page.click('[data-to="published"]');
  await said(reviewer.page, "现在是“已发布”");
  const resident = await openPage(browser, `${server.base}/course/${courseId}`);
  await resident.page.waitForSelector('h1 >> text="太极拳（老师改）"');
  const shown = await server.get(`/api/v1/courses/${courseId}`);
  const { asset } = shown.lessons[1];
  assert.equal(shown.rights, undefined);
  assert.match(await (await fetch(server.base + asset.captions[0].url)).text(), /00:01\.800\n起势，两脚分开/);
  for (const each of [reviewer, resident]) {
    assert.deepEqual(each.complaints, []);
    await each.context.close();
  }
});

test("a table is checked, told what is wrong with it, and imported", async () => {
  const { page } = teacher;
  await page.goto(`${server.base}/studio`);
  await page.waitForSelector(".studio-course");
  await page.click("#import-courses");
  const table = "标题,类别,状态\r\n手机拍照三招,生活休闲,草稿\r\n写春联,没有这一类,草稿\r\n";
  await chooseFiles(page, ".studio-import", { name: "课程.csv", mimeType: "text/csv", buffer: Buffer.from(table) });
  await page.waitForSelector(".studio-report >> text=可以新建 1 门");
  const wrong = await page.locator(".studio-rows tbody tr").allTextContents();
  assert.equal(wrong.length, 1);
  assert.match(wrong[0], /^3写春联.*没有这一类/);
  assert.equal(await page.locator(".studio-course").count(), 2, "nothing is made yet");
  assert.deepEqual(await axeFindings(page), []);
  assert.deepEqual(await lossFindings(page), []);
  await page.click('[data-do="import"]');
  await page.waitForSelector(".studio-report >> text=导入完成：新建 1 门");
  await page.waitForSelector(".studio-course >> text=手机拍照三招");
  // the same as a workbook
  await chooseFiles(page, ".studio-import", makeWorkbook("课程.xlsx", [["标题", "类别", "状态"], ["写春联", "人文艺术", "草稿"]]));
  await page.waitForSelector(".studio-report >> text=可以新建 1 门");
  await page.click('[data-do="import"]');
  await page.waitForSelector(".studio-report >> text=导入完成：新建 1 门");
  await page.waitForSelector(".studio-course >> text=写春联");
});

test("each page holds at 320 px, with text twice as large, and by night", async () => {
  const { page } = teacher;
  for (const path of ["/studio", `/studio/${courseId}`]) {
    await page.goto(server.base + path);
    await page.waitForSelector(path === "/studio" ? ".studio-course" : ".studio-lesson");
    if (path !== "/studio") await page.locator(".studio-lesson >> text=字幕、章节、封面").last().click();
    await page.setViewportSize({ width: 320, height: 800 });
    assert.deepEqual(await lossFindings(page), [], path);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.addStyleTag({ content: ":root { font-size: 200% !important }" });
    assert.deepEqual(await lossFindings(page), [], `${path} at 200 %`);
    await page.emulateMedia({ colorScheme: "dark" });
    assert.deepEqual(await axeFindings(page), []);
    await page.emulateMedia({ colorScheme: "light" });
  }
  // the cut line, the server that still waits for it, the edit that was too late, captions that were not there
  const network = /ERR_INTERNET_DISCONNECTED|status of (404|412|423)/;
  assert.deepEqual(teacher.complaints.filter((line) => !network.test(line)), []);
});
