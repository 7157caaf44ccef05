// The sign-language window of the course page: in step with the lesson, moved and resized by pointer and keys, remembered; and how a
// teacher gives a lesson its interpreter in the studio.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { axeFindings, elderFindings, lossFindings } from "./axe.mjs";
import { launchBrowser, openPage, play, waitForProgress } from "./browser.mjs";
import { KapokServer } from "./kapok_server.mjs";

const PASSWORD = "a good long password";
const LESSON = "手语问好";
const INTERPRETER = "手语翻译";

let server;
let browser;
let course;
let interpreter; // a course whose lesson becomes the window
let cookie;

/** A film whose picture changes with every frame. */
function makeFilm(name, size, seconds) {
  const file = join(server.folder, name);
  const made = spawnSync("ffmpeg", ["-nostdin", "-v", "error", "-f", "lavfi", "-i", `testsrc2=size=${size}:rate=25:duration=${seconds}`,
    "-f", "lavfi", "-i", `sine=duration=${seconds}`, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", file]); // prettier-ignore
  assert.equal(made.status, 0, String(made.stderr));
  return file;
}

async function send(method, path, body) {
  const headers = { "Content-Type": "application/json", "If-Match": "*", ...(cookie && { Cookie: cookie }) };
  const answer = await fetch(server.base + path, { method, headers, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer;
}

async function giveInterpreter() {
  const [lesson] = (await server.get(`/api/v1/courses/${course.id}`)).lessons;
  const [other] = (await server.get(`/api/v1/courses/${interpreter.id}`)).lessons;
  await send("PUT", `/api/v1/courses/${course.id}/lessons`, [{ id: lesson.id, sign_asset_id: other.asset.id }]);
}

before(async () => {
  server = await KapokServer.start();
  server.addPerson("staff", PASSWORD, "--title", "工作人员", "--role", "administrator");
  const assets = [
    server.ingest(makeFilm("lesson.mp4", "640x360", 20), "--title", LESSON, "--category", "sign-language"),
    server.ingest(makeFilm("interpreter.mp4", "480x360", 19), "--title", INTERPRETER),
  ];
  browser = await launchBrowser();
  for (const asset of assets) await server.waitForState(asset, "ready");
  course = await server.courseOf(LESSON);
  interpreter = await server.courseOf(INTERPRETER);
  const session = await send("POST", "/api/v1/session", { login: "staff", password: PASSWORD });
  cookie = session.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const openCourse = async (options) => {
  const opened = await openPage(browser, `${server.base}/course/${course.id}`, options);
  await opened.page.waitForFunction(() => window.kapokPlayer?.video.readyState >= 2);
  return opened;
};

/** Waits until the interpreter does what the lesson does, at the same time of it. */
const inStep = (page) =>
  page.waitForFunction(() => {
    const { video } = window.kapokPlayer;
    const sign = document.querySelector(".sign-window video");
    const isSame = sign.paused === video.paused && Math.abs(sign.playbackRate / video.playbackRate - 1) < 0.26;
    return isSame && !video.seeking && !sign.seeking && Math.abs(sign.currentTime - video.currentTime) < (video.paused ? 0.05 : 0.2);
  });

const boxOf = (page) => page.locator(".sign-window").boundingBox();
const areaShare = async (page) => {
  const [box, frame] = [await boxOf(page), await page.locator("#player").boundingBox()];
  return (box.width * box.height) / (frame.width * frame.height);
};

test("a lesson without an interpreter has neither window nor key", async () => {
  const { page, context } = await openCourse();
  assert.equal(await page.locator(".sign-window, .sign-key").count(), 0);
  await context.close();
});

test("the interpreter keeps step: play, seek, speed, pause", async () => {
  await giveInterpreter();
  const { page, context, complaints } = await openCourse();
  await page.waitForSelector(".sign-window");
  assert.ok(Math.abs((await areaShare(page)) - 1 / 6) < 0.01, "a sixth of the picture");
  const sign = await page.evaluate(() => {
    const video = document.querySelector(".sign-window video");
    return { muted: video.muted, source: video.currentSrc };
  });
  assert.equal(sign.muted, true);
  assert.match(sign.source, /\.mp4$/);
  await play(page);
  await waitForProgress(page);
  await inStep(page);
  await page.evaluate(() => (window.kapokPlayer.video.currentTime = 12));
  await inStep(page);
  assert.ok((await page.evaluate(() => document.querySelector(".sign-window video").currentTime)) >= 12);
  await page.evaluate(() => (window.kapokPlayer.video.currentTime = 3));
  await page.evaluate(() => (window.kapokPlayer.video.playbackRate = 2));
  await waitForProgress(page);
  await inStep(page);
  assert.ok((await page.evaluate(() => document.querySelector(".sign-window video").playbackRate)) >= 1.5);
  await page.evaluate(() => window.kapokPlayer.video.pause());
  await inStep(page);
  await page.evaluate(() => (window.kapokPlayer.video.currentTime = 7.25));
  await inStep(page); // also while nothing plays
  await page.evaluate(() => (window.kapokPlayer.video.currentTime = 19.5));
  await page.waitForFunction(() => document.querySelector(".sign-window video").currentTime > 18.5); // it is shorter than the lesson
  assert.deepEqual(complaints, []);
  await context.close();
});

test("it is moved, resized and hidden with a pointer, and stands there again after a reload", async () => {
  const { page, context, complaints } = await openCourse();
  await page.waitForSelector(".sign-window");
  const frame = await page.locator("#player").boundingBox();
  const start = await boxOf(page);
  const drag = async (from, to) => {
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2);
    await page.mouse.move(...to);
    await page.mouse.up();
  };
  await drag([start.x + start.width / 2, start.y + start.height / 2], [frame.x + frame.width / 3, frame.y + frame.height / 2]);
  const moved = await boxOf(page);
  assert.ok(moved.x < start.x - 50 && moved.y > start.y + 20, JSON.stringify({ start, moved }));
  await drag([moved.x + 20, moved.y + 20], [frame.x - 400, frame.y - 400]);
  const kept = await boxOf(page);
  assert.ok(Math.abs(kept.x - frame.x) < 1 && Math.abs(kept.y - frame.y) < 1, "it stays inside the picture");
  const grip = await page.locator(".sign-grip").boundingBox();
  await drag([grip.x + grip.width / 2, grip.y + grip.height / 2], [grip.x + grip.width / 2 + 120, grip.y + grip.height / 2]);
  const large = await boxOf(page);
  assert.ok(large.width > kept.width + 100, JSON.stringify({ kept, large }));
  assert.ok(Math.abs(large.width / large.height - 4 / 3) < 0.02, "its picture keeps its form");
  await page.reload();
  await page.waitForSelector(".sign-window");
  await page.waitForFunction((width) => Math.abs(document.querySelector(".sign-window").offsetWidth - width) < 2, large.width);
  assert.ok(Math.abs((await boxOf(page)).x - frame.x) < 1);
  await page.hover(".sign-window");
  await page.click(".sign-close");
  assert.equal(await page.locator(".sign-window").isVisible(), false);
  assert.equal(await page.locator(".sign-key").getAttribute("aria-pressed"), "false");
  await page.reload();
  await page.waitForSelector(".sign-key", { state: "attached" });
  assert.equal(await page.locator(".sign-window").isVisible(), false, "hidden stays hidden");
  await page.click(".sign-key");
  assert.equal(await page.locator(".sign-window").isVisible(), true);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("the same with keys alone", async () => {
  const { page, context, complaints } = await openCourse();
  await page.waitForSelector(".sign-window");
  const start = await boxOf(page);
  const time = await page.evaluate(() => window.kapokPlayer.video.currentTime);
  await page.locator(".sign-move").focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowDown");
  const moved = await boxOf(page);
  assert.ok(moved.x < start.x && moved.y > start.y);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "sign-handle sign-grip");
  const share = () => page.locator(".sign-grip").getAttribute("aria-valuenow").then(Number);
  const before = await share();
  await page.keyboard.press("ArrowRight");
  assert.ok((await share()) > before);
  assert.ok((await boxOf(page)).width > moved.width);
  for (let round = 0; round < 30; round += 1) await page.keyboard.press("ArrowLeft");
  assert.equal(await share(), 8, "no smaller than it can be read");
  await page.keyboard.press("Enter");
  assert.equal(await share(), 17);
  assert.equal(await page.evaluate(() => window.kapokPlayer.video.currentTime), time, "the lesson does not move");
  await page.locator("h1").click();
  await page.keyboard.press("s");
  assert.equal(await page.locator(".sign-window").isVisible(), false);
  await page.keyboard.press("s");
  assert.equal(await page.locator(".sign-window").isVisible(), true);
  assert.deepEqual(await axeFindings(page), []);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("on a phone and in elder mode it can be used too", async () => {
  for (const viewport of [{ width: 390, height: 844 }, { width: 320, height: 700 }]) {
    const { page, context, complaints } = await openCourse({ viewport, hasTouch: true });
    await page.waitForSelector(".sign-window");
    assert.deepEqual(await lossFindings(page), []);
    const key = await page.locator(".sign-key").boundingBox();
    assert.ok(key.width >= 44 && key.height >= 44 && key.x + key.width <= viewport.width, JSON.stringify(key));
    assert.deepEqual(complaints, []);
    await context.close();
  }
  const elder = await openPage(browser, `${server.base}/elder`);
  await elder.page.goto(`${server.base}/course/${course.id}`);
  await elder.page.waitForSelector(".sign-window");
  assert.deepEqual(await elderFindings(elder.page), []);
  const before = await areaShare(elder.page);
  await elder.page.click(".sign-grip");
  assert.ok((await areaShare(elder.page)) > before, "one press makes it larger");
  assert.deepEqual(await axeFindings(elder.page), []);
  await elder.context.close();
});

test("a teacher gives a lesson its interpreter, and takes it away again", async () => {
  const { page, context, complaints } = await openPage(browser, `${server.base}/sign-in?next=/studio/${course.id}`);
  const shown = async () => (await server.get(`/api/v1/courses/${course.id}`)).lessons.map((lesson) => lesson.sign_asset?.source.name ?? null);
  await page.fill("#login", "staff");
  await page.fill("#password", PASSWORD);
  await page.click("button[type=submit].button");
  await page.waitForSelector(".studio-lesson");
  await page.click(".studio-lesson >> text=字幕、章节、封面、手语");
  await page.click('[data-tab="sign"]');
  await page.waitForSelector(".studio-sign-language video");
  assert.deepEqual(await axeFindings(page), []);
  await page.click('[data-do="sign-drop"]');
  await page.waitForSelector("#studio-said >> text=手语画面已去掉");
  assert.deepEqual(await shown(), [null]);
  await page.locator(".studio-sign-language input[type=file]").setInputFiles(makeFilm("新的手语.mp4", "320x240", 2));
  await page.waitForSelector('.studio-sign-language [data-state="ready"]', { timeout: 60000 });
  assert.deepEqual(await shown(), ["新的手语.mp4"]);
  await page.click('[data-do="sign-drop"]');
  await page.waitForSelector(".studio-sign-language >> text=上传手语视频");
  // one that came in as a lesson
  await page.locator(".studio-drop input[type=file]").setInputFiles(makeFilm("其实是手语.mp4", "320x240", 1));
  await page.waitForFunction(() => document.querySelectorAll(".studio-lesson").length === 2);
  await page.selectOption("[name=sign-lesson]", { label: "其实是手语" });
  await page.click('[data-do="sign-take"]');
  await page.waitForFunction(() => document.querySelectorAll(".studio-lesson").length === 1);
  assert.deepEqual(await shown(), ["其实是手语.mp4"]);
  assert.deepEqual(complaints.filter((line) => !/status of 404/.test(line)), []); // captions that are not there
  await context.close();
});
