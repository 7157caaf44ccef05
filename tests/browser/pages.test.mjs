// Journeys of residents and elders, and what every page must be in every mode: readable, large enough, complete.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { axeFindings, elderFindings, lossFindings } from "./axe.mjs";
import { launchBrowser, openPage, play } from "./browser.mjs";
import { KapokServer, lessonSources } from "./kapok_server.mjs";

const TITLE = "木棉花开的时候";
const CAPTIONS = `WEBVTT

00:00:00.000 --> 00:00:03.000
大家好

00:00:03.000 --> 00:00:09.500
金沙江边的木棉树
`;
const DEMO = [
  ["二十四式太极拳", "sports", "太极拳", "elders"],
  ["高血压怎么吃", "health", "高血压", "elders"],
  ["一封家书：书法入门", "arts", "书法", "elders"],
  ["智能手机第一课", "life", "智能手机", "elders"],
  ["反诈十讲", "civic", "反诈防骗", "rural"],
  ["带孙辈的学问", "family", "隔代教育", "elders"],
  ["短视频剪辑", "skills", "剪辑", "workers"],
  ["手语问好", "sign-language", "手语", "disabled"],
];

let server;
let browser;
let course;

before(async () => {
  server = await KapokServer.start();
  browser = await launchBrowser();
  const folder = join(server.folder, "in");
  mkdirSync(folder, { recursive: true });
  const { short } = lessonSources(server.folder);
  const source = join(folder, "lesson.mkv");
  addChapters(short, source);
  writeFileSync(join(folder, "lesson.zh-CN.vtt"), CAPTIONS);
  server.ingest(source, "--title", TITLE, "--category", "arts", "--summary", "跟着江风去看花。", "--wait");
  addCourses(folder);
  course = await server.courseOf(TITLE);
  await untilFound("mmhk");
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** The same pictures and sound in a container that names two chapters. */
function addChapters(from, to) {
  const list = `${to}.txt`;
  const lines = [[0, 5, "含苞"], [5, 9, "盛开"]].map(([start, end, title]) => `[CHAPTER]\nTIMEBASE=1/1\nSTART=${start}\nEND=${end}\ntitle=${title}\n`);
  writeFileSync(list, `;FFMETADATA1\n${lines.join("")}`);
  const options = ["-nostdin", "-v", "error", "-i", from, "-i", list, "-map", "0:v:0", "-map", "0:a?", "-map_metadata", "1", "-c", "copy", to];
  const made = spawnSync("ffmpeg", options, { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
}

/** Courses without videos. */
function addCourses(folder) {
  const file = join(folder, "courses.jsonl");
  const lines = DEMO.map(([title, category, tag, audience]) =>
    JSON.stringify({ title, category, tags: [tag], audiences: [audience], summary: `${title}，零基础也能学。`, kind: "micro", level: "beginner", institution: "东区社区学院", institution_kind: "college", division: "510402000000", duration_s: 600 }),
  );
  writeFileSync(file, `${lines.join("\n")}\n`);
  const made = spawnSync(server.program, ["demo", "--data", server.data, "--courses", file], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
}

/** The index follows the catalog a moment later. */
async function untilFound(text) {
  for (let round = 0; round < 200; round += 1) {
    const { total } = await server.get(`/api/v1/courses?q=${encodeURIComponent(text)}`);
    if (total > 0) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${text} finds nothing`);
}

async function onPage(path, body, options = {}) {
  const { page, context, complaints } = await openPage(browser, server.base + path, options);
  try {
    await body(page, context);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

const view = (text) => ({ storageState: { cookies: [{ name: "kapok_view", value: text, domain: "127.0.0.1", path: "/", expires: -1, httpOnly: false, secure: false, sameSite: "Lax" }], origins: [] } });

test("a resident finds a course by initials, watches, and goes on from the home", async () => {
  await onPage("/", async (page) => {
    const field = page.getByRole("combobox");
    await field.pressSequentially("mmhk", { delay: 30 });
    await page.getByRole("option").first().waitFor();
    await page.locator("#list .card-link mark").first().waitFor();
    await page.keyboard.press("Escape");
    assert.match(page.url(), /\?q=mmhk$/);
    await page.locator(".card-link", { hasText: TITLE }).click();
    await play(page);
    await page.evaluate(() => (window.kapokPlayer.video.currentTime = 8.4));
    await page.waitForFunction(() => window.kapokPlayer.video.currentTime > 8.6);
    await page.evaluate(() => window.kapokPlayer.video.pause());
    await page.goto(`${server.base}/`);
    await page.locator("#continue .card-link", { hasText: TITLE }).click();
    await page.getByText("接着上次的").waitFor();
    await page.waitForFunction(() => window.kapokPlayer.video.currentTime > 8);
  });
});

test("what is said in a lesson is found and leads to its time", async () => {
  await onPage(`/?q=${encodeURIComponent("金沙江")}`, async (page) => {
    const moment = page.locator(".moment a", { hasText: "金沙江边" });
    assert.match(await moment.innerText(), /0:03/);
    await moment.click();
    await page.waitForFunction(() => window.kapokPlayer?.video.currentTime >= 3);
    const line = page.locator("#transcript button", { hasText: "金沙江边" });
    await line.waitFor();
    await page.waitForFunction(() => document.querySelector("#transcript [aria-current]")?.textContent.includes("金沙江"));
    await page.locator("#transcript button", { hasText: "大家好" }).click();
    await page.waitForFunction(() => document.querySelector("#transcript [aria-current]")?.textContent.includes("大家好"));
  });
});

test("filters, order and further pages work with links alone, and stay in the address", async () => {
  await onPage("/?category=arts", async (page) => {
    assert.equal(await page.locator("#list .card").count(), 2);
    await page.locator('.sorts a[href*="sort=title"]').click();
    await page.waitForURL(/sort=title/);
    await page.locator(".filter summary", { hasText: "适合人群" }).click();
    await page.locator(".filter .chip", { hasText: "老年人" }).click();
    await page.waitForURL(/audience=elders/);
    await page.waitForFunction(() => document.querySelectorAll("#list .card").length === 1);
    await page.goBack();
    await page.waitForFunction(() => document.querySelectorAll("#list .card").length === 2);
  });
});

test("chapters lead to their places, and the time bar shows what is there", async () => {
  await onPage(`/course/${course.id}`, async (page) => {
    await play(page);
    await page.getByRole("button", { name: "盛开" }).click();
    await page.waitForFunction(() => window.kapokPlayer.video.currentTime >= 5);
    await page.locator("[aria-current]", { hasText: "盛开" }).waitFor();
    await page.waitForFunction(() => [...window.kapokPlayer.video.textTracks].some((track) => track.label === "thumbnails" && track.cues?.length > 0));
    const bar = await page.locator("media-time-range").boundingBox();
    await page.mouse.move(bar.x + bar.width * 0.8, bar.y + bar.height / 2, { steps: 4 });
    const shown = await page.waitForFunction(() => {
      const preview = document.querySelector("media-time-range").shadowRoot.querySelector("media-preview-thumbnail");
      const picture = preview?.shadowRoot.querySelector("img");
      return picture?.naturalWidth > 0 && preview.getBoundingClientRect().width > 0 ? picture.src : false;
    });
    assert.match(await shown.jsonValue(), /\/sheet-0\.jpg/);
  });
});

test("captions are sized, and the lesson is shared with a code", async () => {
  await onPage(`/course/${course.id}`, async (page) => {
    await play(page);
    await page.evaluate(() => window.kapokPlayer.video.pause());
    await page.locator(".player").hover();
    await page.locator("media-settings-menu-button").click();
    await page.locator("media-settings-menu-item", { hasText: "字幕大小" }).click();
    await page.getByRole("menuitemradio", { name: "特大" }).click();
    await page.waitForFunction(() => document.querySelector("#player").dataset.captionSize === "huge");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "分享" }).click();
    await page.locator(".share-code svg").waitFor();
    assert.equal(await page.getByRole("textbox", { name: "课程网址" }).inputValue(), `${server.base}/course/${course.id}`);
    await page.keyboard.press("Escape");
    await page.locator(".dialog").waitFor({ state: "detached" });
    await page.reload();
    await page.waitForFunction(() => document.querySelector("#player").dataset.captionSize === "huge");
  });
});

test("an elder finds the mode by its other name and goes on with one key", async () => {
  await onPage(`/course/${course.id}`, async (page) => {
    await play(page);
    await page.evaluate(() => (window.kapokPlayer.video.currentTime = 8.4));
    await page.waitForFunction(() => window.kapokPlayer.video.currentTime > 8.6);
    await page.evaluate(() => window.kapokPlayer.video.pause());
    await page.goto(`${server.base}/?q=${encodeURIComponent("关怀版")}`);
    await page.getByRole("link", { name: "打开长辈版" }).click();
    await page.locator("#continue-link:focus").waitFor();
    assert.match(await page.locator("#continue-text").innerText(), /木棉花开的时候 · 看到 0:0[89]/);
    assert.ok((await page.locator("[data-choice]:visible").count()) <= 5);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => window.kapokPlayer && !window.kapokPlayer.video.paused && window.kapokPlayer.video.currentTime > 8);
    await page.getByRole("button", { name: "说慢一点" }).click();
    assert.equal(await page.evaluate(() => window.kapokPlayer.video.playbackRate), 0.75);
    await page.goto(`${server.base}/`);
    assert.match(page.url(), /\/elder$/, "the mode is remembered");
    await page.getByRole("link", { name: "标准版" }).click();
    await page.locator(".hero").waitFor();
  });
});

test("the language is chosen with one press and remembered", async () => {
  await onPage("/", async (page) => {
    await page.locator('.tools a[lang="zh-Hant"]').click();
    await page.getByRole("heading", { name: "今天想學點什麼？" }).waitFor();
    await page.goto(`${server.base}/course/${course.id}`);
    await page.getByRole("heading", { name: "課程資訊" }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), "zh-Hant");
  });
});

test("everything can be read and found without JavaScript", async () => {
  await onPage(
    "/",
    async (page) => {
      assert.ok((await page.locator(".card").count()) >= 9);
      await page.locator("#search-field").fill("taiji");
      await page.locator(".search-button").click();
      await page.locator("#list .card-link", { hasText: "太极拳" }).click();
      await page.getByRole("heading", { name: "二十四式太极拳" }).waitFor();
      await page.goto(`${server.base}/course/${course.id}`);
      assert.match(await page.locator("noscript video source, video source").first().getAttribute("src"), /master\.m3u8$/);
      const file = await page.locator('video source[type="video/mp4"]').getAttribute("src"); // not every browser plays playlists
      const head = await fetch(server.base + file, { method: "HEAD" });
      assert.equal(`${head.status} ${head.headers.get("Content-Type")}`, "200 video/mp4");
      await page.getByText("跟着江风去看花。").waitFor();
      const data = JSON.parse(await page.locator('script[type="application/ld+json"]').textContent());
      assert.deepEqual(data["@type"], ["VideoObject", "LearningResource"]);
      assert.equal(data.name, TITLE);
      await page.locator(".tools a", { hasText: "长辈版" }).click();
      await page.goto(`${server.base}/elder`);
      await page.getByRole("link", { name: "养生保健" }).click();
      await page.getByText("高血压怎么吃").first().waitFor();
    },
    { javaScriptEnabled: false },
  );
});

const paths = () => ["/", "/?category=arts", "/?q=zzzz", `/course/${course.id}`, "/course/nothere"];

const elderPaths = () => ["/elder", "/elder?category=health", `/course/${course.id}`];

/** The page has settled: the player, where there is one, has its controls. */
async function settle(page) {
  if (await page.locator("#data").count()) {
    await page.waitForFunction(() => window.kapokPlayer?.video.readyState >= 1);
    await page.waitForFunction(() => document.querySelector("#transcript:not([hidden]) button, #elder-controls button"));
  }
}

/** Runs `body` on each of `list` in one context. */
async function onEach(list, options, body) {
  const { page, context } = await openPage(browser, server.base + list[0], { ...options });
  try {
    for (const path of list) {
      await page.goto(server.base + path);
      await settle(page);
      assert.deepEqual(await body(page), [], path);
    }
  } finally {
    await context.close();
  }
}

const CONTRASTS = ["color-contrast", "color-contrast-enhanced"];

test("axe finds nothing on any page", async () => {
  await onEach(paths(), { reducedMotion: "reduce" }, (page) => axeFindings(page));
});

test("nor does the dark dress lack contrast", async () => {
  const dark = { colorScheme: "dark", reducedMotion: "reduce" };
  await onEach(paths(), dark, (page) => axeFindings(page, { rules: CONTRASTS.slice(0, 1) }));
  await onEach(elderPaths(), { ...dark, ...view("zh-CN.1.0") }, (page) => axeFindings(page, { rules: CONTRASTS }));
});

test("elder mode: axe with a contrast of 7:1, keys, text and lines", async () => {
  const check = async (page) => [...(await axeFindings(page, { strict: true })), ...(await elderFindings(page))];
  await onEach(elderPaths(), { reducedMotion: "reduce", ...view("zh-CN.1.0") }, check);
});

test("axe finds nothing in the other languages", async () => {
  for (const language of ["en", "zh-Hant"]) {
    const list = ["/", `/course/${course.id}`];
    await onEach(list, { reducedMotion: "reduce", ...view(`${language}.0.0`) }, (page) => axeFindings(page));
  }
});

test("nothing is lost at 320 px, with text of 200 %, and with the largest text of elder mode", async () => {
  const narrow = { viewport: { width: 320, height: 640 } };
  await onEach(paths(), narrow, lossFindings);
  await onEach(paths(), { viewport: { width: 1024, height: 768 } }, async (page) => {
    await page.addStyleTag({ content: "html { font-size: 36px !important }" });
    return lossFindings(page);
  });
  const elder = { ...narrow, ...view("zh-CN.1.2") };
  const check = async (page) => [...(await lossFindings(page)), ...(await elderFindings(page))];
  await onEach(elderPaths(), elder, check);
});

test("the shell is kept, and a page without network says so", async () => {
  await onPage("/", async (page, context) => {
    await page.waitForFunction(() => navigator.serviceWorker.ready.then((worker) => worker.active !== null));
    await page.reload();
    await context.setOffline(true);
    await page.goto(`${server.base}/course/${course.id}`);
    await page.getByRole("heading", { name: "现在没有网络" }).waitFor();
  });
});
