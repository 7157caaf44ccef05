// The TV page by its keys alone: every control is reached, the focus is never lost, lessons play, Back leads back, a phone
// signs it in; in Chromium, in Chromium without what came after 2014, and in QtWebEngine 5.15.

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { axeFindings, lossFindings } from "./axe.mjs";
import { launchBrowser, openPage } from "./browser.mjs";
import { KapokServer, lessonSources } from "./kapok_server.mjs";
import { TELEVISION, openScreen } from "./tv_remote.mjs";

const TITLE = "木棉花开的时候";
const SERIES = "江边的树";
const PRIVATE = "活动室专场";
const PASSWORD = "a good long password";
const COUNTY = "510402000000";
const CAPTIONS = "WEBVTT\n\n00:00:00.000 --> 00:00:09.500\n金沙江边的木棉树\n";
const DEMO = [["二十四式太极拳", "sports"], ["高血压怎么吃", "health"], ["书法入门", "arts"], ["智能手机第一课", "life"], ["反诈十讲", "civic"], ["带孙辈的学问", "family"], ["短视频剪辑", "skills"], ["手语问好", "sign-language"]];

let server;
let browser;
let course;
let series;
let room;
let staff; // its cookies

before(async () => {
  server = await KapokServer.start();
  browser = await launchBrowser();
  server.addPerson("learner", PASSWORD, "--title", "学员");
  server.addPerson("staff", PASSWORD, "--title", "工作人员", "--role", "administrator");
  addCourses();
  course = await server.courseOf(TITLE);
  await addRecords();
  await untilFound("mmhk");
  await untilFound("jbds");
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

function addCourses() {
  const folder = join(server.folder, "in");
  mkdirSync(folder, { recursive: true });
  const { short } = lessonSources(server.folder);
  const source = join(folder, `lesson${extname(short)}`);
  copyFileSync(short, source);
  writeFileSync(join(folder, "lesson.zh-CN.vtt"), CAPTIONS);
  server.ingest(source, "--title", TITLE, "--category", "arts", "--wait");
  const list = join(folder, "courses.jsonl");
  const line = ([title, category]) => JSON.stringify({ title, category, tags: [title], audiences: ["elders"], summary: `${title}，零基础也能学。`.repeat(9), kind: "micro", level: "beginner", institution: "东区社区学院", institution_kind: "college", division: COUNTY, duration_s: 600 });
  writeFileSync(list, `${DEMO.map(line).join("\n")}\n`);
  const made = spawnSync(server.program, ["demo", "--data", server.data, "--courses", list], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
}

/** A request as the staff. */
async function edit(method, path, body, etag) {
  const headers = { "Content-Type": "application/json", Cookie: staff, ...(etag ? { "If-Match": etag } : {}) };
  const answer = await fetch(server.base + path, { method, headers, body: body ? JSON.stringify(body) : undefined });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return { etag: answer.headers.get("ETag"), json: answer.status === 204 ? null : await answer.json() };
}

/** A course of two lessons, one for a room only, and a collection for the county. */
async function addRecords() {
  const answer = await fetch(`${server.base}/api/v1/session`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ login: "staff", password: PASSWORD }) });
  staff = answer.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");
  const whole = await server.get(`/api/v1/courses/${course.id}`);
  const made = await edit("POST", "/api/v1/courses", { title: SERIES, category: "arts", kind: "hd", status: "published", visibility: "public" });
  const asset_id = whole.lessons[0].asset.id;
  const lessons = await edit("PUT", `/api/v1/courses/${made.json.id}/lessons`, [{ asset_id, title: "第一棵" }, { asset_id, title: "第二棵" }], made.etag);
  series = lessons.json;
  room = (await edit("POST", "/api/v1/rooms", { name: "东区活动室", division: COUNTY })).json;
  await edit("POST", "/api/v1/courses", { title: PRIVATE, category: "life", kind: "micro", status: "published", visibility: "room", visible_to: room.id });
  await edit("POST", "/api/v1/collections", { title: "本周共学", division: COUNTY, course_ids: [series.id, course.id] });
}

/** The index follows the catalog a moment later. */
async function untilFound(text) {
  for (let round = 0; round < 300; round += 1) {
    const { total } = await server.get(`/api/v1/courses?q=${encodeURIComponent(text)}`);
    if (total > 0) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${text} finds nothing`);
}

const onScreen = (hash, body, more) => openScreen(browser, `${server.base}/tv${hash}`, body, more);

const videoTime = (page, least) => page.waitForFunction((seconds) => document.querySelector("video")?.currentTime > seconds, least);
const ARROWS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"];

/** The names of all controls that the arrow keys lead to from where the focus is. */
async function reachable(page) {
  const start = await page.evaluate(() => document.activeElement.getAttribute("data-k"));
  const found = new Set([start]);
  for (const name of found) {
    for (const key of ARROWS) {
      await page.evaluate((wanted) => document.querySelector(`.screen:not([hidden]) [data-k="${wanted}"], .top [data-k="${wanted}"]`).focus(), name);
      await page.keyboard.press(key);
      found.add(await page.evaluate(() => document.activeElement.getAttribute("data-k")));
    }
  }
  return [...found].sort();
}

const controls = (page) => page.evaluate(() => [...document.querySelectorAll("a, button, [tabindex]")].filter((node) => node.getClientRects().length > 0 && !node.hasAttribute("data-scroll")).map((node) => node.getAttribute("data-k")).sort());

test("the arrow keys alone lead to every control of every screen", async () => {
  const screens = { "": "newest:", "#/search": "letter:A", "#/category/arts": "category:", [`#/course/${series.id}`]: "play", "#/sign-in": "sign-in:new", "#/room": "digit:1", "#/me": "me:in" };
  for (const [hash, first] of Object.entries(screens)) {
    await onScreen(hash, async (remote, page) => {
      await remote.is(first);
      await page.waitForFunction(() => !document.querySelector(".loading"));
      await page.waitForLoadState("networkidle");
      assert.deepEqual(await reachable(page), await controls(page), hash);
    });
  }
  await onScreen(`#/watch/${series.id}/${series.lessons[0].id}`, async (remote, page) => {
    await videoTime(page, 0.5);
    await remote.press("Enter", "ArrowDown"); // paused: the keys stay
    await remote.is("toggle");
    const wanted = (await controls(page)).filter((name) => name !== "picture");
    assert.deepEqual(await reachable(page), wanted);
    assert.deepEqual(wanted, ["bar", "captions", "forward", "leave", "next", "rewind", "toggle"]);
  });
});

test("a course is found by initials, a lesson played, and every Back leads where one came from", async () => {
  await onScreen("", async (remote, page) => {
    await remote.is("newest:");
    await remote.until("ArrowUp", "top:");
    await remote.until("ArrowRight", "top:search");
    await remote.press("Enter");
    await remote.is("letter:A");
    await remote.until("ArrowDown", "letter:M");
    await remote.press("Enter", "Enter");
    await remote.until("ArrowUp", "letter:G");
    await remote.press("ArrowRight", "Enter", "ArrowDown", "ArrowDown", "ArrowLeft");
    await remote.is("letter:S");
    await remote.until("ArrowUp", "letter:G");
    await remote.until("ArrowRight", "letter:K");
    await remote.press("Enter");
    await page.locator(".said", { hasText: "找到" }).waitFor();
    assert.equal(await page.locator(".typed").innerText(), "MMHK");
    await remote.until("ArrowRight", "found:");
    await remote.press("Enter");
    await remote.is("play");
    await remote.press("Enter");
    await remote.is("picture");
    await videoTime(page, 5);
    await page.locator(".caption", { hasText: "金沙江边" }).waitFor();
    assert.equal(await page.locator("video").evaluate((video) => video.videoHeight > 0 && !video.paused), true);
    await remote.press("ArrowLeft"); // ten seconds back: to the beginning
    await page.waitForFunction(() => document.querySelector("video").currentTime < 4);
    await videoTime(page, 8.3);
    await remote.code(10009); // Tizen
    await remote.is("play");
    assert.match(await page.locator('[data-k="play"]').innerText(), /接着看 0:0[89]/);
    await remote.code(461); // webOS
    await remote.is("found:");
    await remote.press("Escape");
    await remote.is("top:search");
    await page.locator("#shelf-continue .card", { hasText: TITLE }).waitFor();
    await remote.press("Backspace"); // nothing lies before the home
    assert.equal(await remote.at(), "top:search");
    await remote.until("ArrowDown", "continue:");
    await remote.press("Enter");
    await page.locator("#note", { hasText: "接着上次的" }).waitFor();
    await videoTime(page, 8);
  });
});

test("the next lesson follows when it is asked for, and media keys work", async () => {
  const [first, second] = series.lessons;
  await onScreen(`#/course/${series.id}`, async (remote, page) => {
    await remote.is("play");
    await remote.until("ArrowDown", `lesson:${first.id}`);
    await remote.press("Enter");
    await videoTime(page, 1);
    await remote.code(19);
    await page.waitForFunction(() => document.querySelector("video").paused);
    await remote.code(415);
    await page.waitForFunction(() => !document.querySelector("video").paused);
    await remote.code(10252);
    await page.waitForFunction(() => document.querySelector("video").paused);
    await remote.press("ArrowDown");
    await remote.until("ArrowRight", "captions");
    await page.locator(".caption").waitFor();
    await remote.press("Enter");
    await page.locator(".caption").waitFor({ state: "hidden" });
    await remote.code(417);
    await remote.code(415);
    await remote.is("over-next"); // it went to the end
    await page.locator(".over", { hasText: "下一课：第二棵" }).waitFor();
    await remote.press("Enter");
    await page.waitForURL(new RegExp(second.id));
    await videoTime(page, 0.5);
    await remote.code(413);
    await remote.is(`lesson:${first.id}`);
    assert.match(page.url(), new RegExp(`#/course/${series.id}$`));
  });
});

/** In the page: while `isHeld`, the event of a change of address comes as late as the next one. */
function holdOneChange() {
  window.addEventListener("hashchange", (event) => {
    if (window.isHeld) event.stopImmediatePropagation();
    window.isHeld = false;
  });
}

test("Back pressed before the next lesson has come leads to the course, to the lesson one came from", async () => {
  const [first] = series.lessons;
  await onScreen(`#/course/${series.id}`, async (remote, page) => {
    await remote.is("play");
    await remote.until("ArrowDown", `lesson:${first.id}`);
    await remote.press("Enter");
    await videoTime(page, 0.5);
    await remote.press("ArrowDown");
    await remote.until("ArrowRight", "next");
    await page.evaluate(() => {
      window.isHeld = true;
      document.activeElement.click();
      history.back();
    });
    await remote.is(`lesson:${first.id}`);
    assert.match(page.url(), new RegExp(`#/course/${series.id}$`));
  }, { script: holdOneChange });
});

test("from a course to another of its kind and back, and a pointer that rests takes nothing", async () => {
  await onScreen(`#/course/${series.id}`, async (remote, page) => {
    await remote.is("play");
    const other = `related:${course.id}`;
    await page.locator(`[data-k="${other}"]`).waitFor();
    await page.mouse.move(300, 500);
    await page.mouse.move(300, 501);
    await remote.until("ArrowUp", "top:");
    await remote.until("ArrowDown", "related:");
    await remote.press(...Array(9).fill("ArrowLeft"));
    await remote.until("ArrowRight", other);
    await remote.press("Enter");
    await page.waitForURL(new RegExp(course.id));
    await remote.is("play");
    await remote.press("Escape");
    await remote.is(other);
  });
});

test("a phone signs the television in, and the television forgets it", async () => {
  await onScreen("#/me", async (remote, page) => {
    await remote.is("me:in");
    await remote.press("Enter");
    const code = await page.locator(".user-code").innerText();
    assert.match(code, /^[A-Z0-9]{4}-[A-Z0-9]{4}$/);
    assert.ok((await page.locator(".qr path").getAttribute("d")).length > 1000);
    const phone = await openPage(browser, `${server.base}/activate?code=${code}`, { viewport: { width: 390, height: 844 } });
    await phone.page.fill("#login", "learner");
    await phone.page.fill("#password", PASSWORD);
    await phone.page.click("button[type=submit].button");
    await phone.page.waitForSelector("#user-code");
    await phone.page.click("button[type=submit].button");
    await page.locator("#note", { hasText: "登录成功，学员" }).waitFor();
    await phone.context.close();
    await page.goto(`${server.base}/tv#/me`);
    await page.reload();
    await page.getByText("已登录：学员").waitFor();
    await goOnElsewhere(page, remote);
    await remote.is("me:out");
    await remote.press("Enter");
    await page.getByText("还没有登录").waitFor();
    assert.equal(await page.evaluate(() => localStorage.getItem("kapok.tv.token")), null);
  }, { allowed: /status of 400/ }); // "not yet": the answer until the phone has said yes (RFC 8628, 3.5)
});

/** A lesson begun elsewhere stands on the home of who is signed in, and what is watched here is known there. */
async function goOnElsewhere(page, remote) {
  const token = await page.evaluate(() => localStorage.getItem("kapok.tv.token"));
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const lesson = series.lessons[1].id;
  const save = await fetch(`${server.base}/api/v1/me/positions/${lesson}`, { method: "PUT", headers, body: JSON.stringify({ position: 8, duration: 10 }) });
  assert.equal(save.status, 204);
  await remote.until("ArrowUp", "top:");
  await remote.until("ArrowLeft", "top:home");
  await remote.press("Enter");
  await page.locator("#shelf-continue .card", { hasText: `${SERIES} · 第二棵` }).waitFor();
  await remote.until("ArrowUp", "continue:"); // the row may have come above what had the focus already
  await remote.press("Enter");
  await videoTime(page, 9);
  await remote.is("over-leave");
  await remote.press("Enter");
  await remote.is("newest:"); // watched to its end: it is none to go on with
  for (let round = 0, position = 0; position < 9; round += 1) {
    assert.ok(round < 100, "the server does not learn where the lesson was left");
    const { items } = await (await fetch(`${server.base}/api/v1/me/positions`, { headers })).json();
    position = items.find((item) => item.lesson === lesson)?.position ?? 0;
    await new Promise((done) => setTimeout(done, 100));
  }
  await page.goto(`${server.base}/tv#/me`);
}

test("the programme of a channel leads to its lessons", async () => {
  const made = await edit("POST", "/api/v1/channels", { title: "东区频道", number: 7, visibility: "public" });
  const hour = (minutes) => new Date(Date.now() + 8 * 3600000 + minutes * 60000).toISOString().slice(11, 16);
  const entry = { days: [1, 2, 3, 4, 5, 6, 7], start: hour(-2), end: hour(5), order: "loop", course_id: series.id };
  await edit("PUT", `/api/v1/channels/${made.json.id}/schedule`, { entries: [entry] }, made.etag);
  await onScreen("", async (remote, page) => {
    await page.locator("#channels-key").waitFor();
    await remote.is("newest:");
    await remote.until("ArrowUp", "top:");
    await remote.until("ArrowRight", "top:channels");
    await remote.press("Enter");
    await remote.is(`channel:${made.json.id}`);
    await page.locator(".lesson", { hasText: "东区频道" }).filter({ hasText: `正在播：${SERIES}` }).waitFor();
    await remote.press("Enter");
    await page.locator(".screen:not([hidden]) .lesson", { hasText: "正在播" }).first().waitFor();
    assert.match(await page.locator(".screen:not([hidden]) .lesson .number").first().innerText(), /^\d+:\d\d$/);
    await remote.until("ArrowDown", "play:2");
    await remote.press("Enter");
    await remote.is("play");
    assert.match(page.url(), new RegExp(`#/course/${series.id}$`));
    await remote.press("Escape");
    await remote.is("play:2");
    await remote.press("Escape");
    await remote.is(`channel:${made.json.id}`);
  }, { allowed: /Failed to load resource.* 404/ }); // a server that cannot show channels yet
});

test("a room's code brings its courses and the picks of its county", async () => {
  const { code } = (await edit("POST", `/api/v1/rooms/${room.id}/code`)).json;
  const wrong = code === "000000" ? "000001" : "000000";
  await onScreen("#/room", async (remote, page) => {
    await remote.is("digit:1");
    await page.keyboard.type(wrong);
    await page.getByText("没有这个房间代码").waitFor();
    await page.keyboard.type(code);
    await page.locator("#note", { hasText: "已进入：东区活动室" }).waitFor();
    await page.locator("#shelf-collection", { hasText: "本周共学 · 推荐" }).locator(".card", { hasText: SERIES }).waitFor();
    await page.locator("#shelf-local .card", { hasText: "反诈十讲" }).waitFor();
    await page.locator("#shelf-newest .card", { hasText: PRIVATE }).waitFor();
  }, { allowed: /Failed to load resource.* 404/ }); // the wrong code
});

test("an engine without what came after 2014 plays the file, one without H.264 says so", async () => {
  const hash = `#/course/${course.id}`;
  const old = () => {
    for (const name of ["fetch", "MediaSource", "URLSearchParams", "IntersectionObserver", "ResizeObserver", "TextEncoder"]) delete window[name];
    for (const name of ["closest", "append", "prepend", "replaceChildren", "toggleAttribute"]) delete Element.prototype[name];
    for (const name of ["map", "slice", "fill"]) delete Object.getPrototypeOf(Uint8Array.prototype)[name];
    delete NodeList.prototype.forEach;
    const can = HTMLMediaElement.prototype.canPlayType;
    HTMLMediaElement.prototype.canPlayType = function (type) {
      return /mpegurl/i.test(type) ? "" : can.call(this, type);
    };
  };
  await onScreen(hash, async (remote, page) => {
    await remote.is("play");
    await remote.press("Enter");
    await videoTime(page, 2);
    assert.match(await page.locator("video").evaluate((video) => video.currentSrc), /\/\d+\.mp4$/);
    await page.goto(`${server.base}/tv#/sign-in`);
    await page.waitForFunction(() => (document.querySelector(".qr path")?.getAttribute("d").length ?? 0) > 1000);
  }, { script: old });
  const television = { ...TELEVISION, userAgent: "Mozilla/5.0 (SMART-TV; LINUX; Tizen 4.0) AppleWebKit/538.1 Version/4.0 TV Safari/538.1" };
  await onScreen(hash, async (remote, page) => {
    await remote.is("play");
    await remote.press("Enter");
    await page.locator(".over", { hasText: "不能播放 H.264" }).waitFor();
    await remote.is("over-leave");
    await remote.press("Enter");
    await remote.is("play");
  }, { options: television, script: () => (HTMLMediaElement.prototype.canPlayType = () => "") });
});

test("it runs in QtWebEngine 5.15", async () => {
  const script = join(dirname(fileURLToPath(import.meta.url)), "tv_qt.py");
  const address = `${server.base}/tv#/course/${course.id}`;
  const { stdout } = await promisify(execFile)("/usr/bin/python3", [script, address, "120"], { timeout: 150000 });
  const seen = JSON.parse(stdout);
  assert.equal(seen.opened.name, "play");
  assert.equal(seen.moved.is_seen, true);
  assert.match(seen.moved.name, /^top:/);
  assert.equal(seen.returned.name, "play");
  assert.ok(seen.played.time > 2 && seen.played.width > 0, JSON.stringify(seen.played));
  assert.equal(seen.left.name, "play");
  assert.deepEqual(seen.complaints, []);
});

/** Visits screens in one window: `look` says what is wrong with each. */
async function onEach(search, hashes, look, options) {
  await onScreen(search, async (remote, page) => {
    for (const hash of hashes) {
      await page.evaluate((to) => (location.hash = to), hash);
      await page.waitForFunction(() => !document.querySelector(".screen:not([hidden]) .loading") && document.activeElement.closest(".screen:not([hidden])"));
      assert.deepEqual(await look(page), [], `${search} ${hash}`);
    }
  }, { options });
}

/** Texts under 18 px and keys under 60 px of height or 48 of width, as lines. */
function sizeFindings(page) {
  return page.evaluate(() => {
    const label = (node) => `${node.outerHTML.slice(0, 80)} ${node.offsetWidth}x${node.offsetHeight} ${getComputedStyle(node).fontSize}`;
    const seen = [...document.querySelectorAll("#app *")].filter((node) => node.getClientRects().length > 0 && !node.closest(".unseen, svg"));
    const hasText = (node) => [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
    const small = seen.filter((node) => hasText(node) && parseFloat(getComputedStyle(node).fontSize) < 18);
    const keys = seen.filter((node) => node.classList.contains("f") && (node.offsetHeight < 60 || node.offsetWidth < 48));
    return [...small, ...keys].map(label);
  });
}

test("axe finds nothing, texts and keys are large, nothing is lost in narrow windows and with large text", async () => {
  const hashes = ["/", "/search", "/category/arts", `/course/${series.id}`, "/sign-in", "/room", "/me"];
  const look = async (page) => [...(await axeFindings(page)), ...(await sizeFindings(page))];
  await onEach("", hashes, look, TELEVISION);
  await onEach("?lang=en", ["/", "/search"], look, TELEVISION);
  for (const [width, size] of [[320, 16], [1024, 32]]) {
    await onEach("", hashes, async (page) => {
      await page.addStyleTag({ content: `html { font-size: ${size}px !important }` });
      return (await lossFindings(page)).filter((line) => !/class="(unseen|facts|name|row|found|picture|summary)/.test(line)); // pushed or cut on purpose
    }, { ...TELEVISION, viewport: { width, height: 720 } });
  }
});
