// The pages in a real browser, against the real server and a real transcode.

import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { launchBrowser, openPage, play, seekTo, soundLevel, videoState, waitForProgress } from "./browser.mjs";
import { KapokServer, lessonSources } from "./kapok_server.mjs";

const CAPTIONS = `WEBVTT

00:00:00.000 --> 00:00:04.000
木棉花开了

00:00:04.000 --> 00:00:09.500
一起学一点新东西
`;
const FAILED_TITLE = "改名的文本";
const AUDIO_TITLE = "只有声音的一课";
const LONG_TITLE = "路口的行人";
const SHORT_TITLE = "草地上的早晨";

let server;
let browser;
let sources;

before(async () => {
  server = await KapokServer.start();
  browser = await launchBrowser();
  sources = lessonSources(server.folder);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Runs `body` on a page; afterwards the browser must have had nothing to complain about. */
async function onPage(path, body, options = {}) {
  const { page, context, complaints } = await openPage(browser, server.base + path, options);
  try {
    await body(page);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

async function coursePath(title) {
  return `/course/${(await server.courseOf(title)).id}`;
}

test("an empty home says what to do and then shows the first course by itself", async () => {
  await onPage("/", async (page) => {
    await page.getByRole("heading", { name: "还没有课程" }).waitFor();
    assert.match(await page.locator("pre").innerText(), /kapok ingest/);
    const folder = join(server.folder, "sources");
    mkdirSync(folder, { recursive: true });
    const source = join(folder, `lesson${extname(sources.short)}`);
    copyFileSync(sources.short, source);
    writeFileSync(join(folder, "lesson.zh-CN.vtt"), CAPTIONS);
    server.ingest(source, "--title", SHORT_TITLE, "--category", "arts", "--wait");
    await page.getByRole("link", { name: SHORT_TITLE }).waitFor();
  });
});

test("the home lists the course with its poster, its length and its category", async () => {
  await onPage("/", async (page) => {
    const card = page.locator(".card", { hasText: SHORT_TITLE });
    await card.waitFor();
    await page.waitForFunction(() => document.querySelector(".card img")?.naturalWidth > 0);
    assert.match(await card.locator(".duration [aria-hidden]").innerText(), /^\d+:\d\d$/);
    assert.match(await card.innerText(), /人文艺术/);
    assert.match(await page.locator('[data-category="arts"]').innerText(), /1/);

    await page.locator('[data-category="health"]').click();
    await page.getByRole("heading", { name: "没有找到相符的课程" }).waitFor();
    assert.match(page.url(), /category=health/);
    await page.goBack();
    await card.waitFor();
    await page.getByRole("combobox").fill("不存在的课");
    await page.getByRole("heading", { name: "没有找到相符的课程" }).waitFor();
    await page.getByRole("link", { name: "查看全部课程" }).click();
    await card.waitFor();
  });
});

test("a lesson plays: pictures move and the sound is not silent", async () => {
  await onPage(await coursePath(SHORT_TITLE), async (page) => {
    await play(page);
    const early = await videoState(page);
    const later = await waitForProgress(page, 10);
    assert.ok(later.frames > early.frames && later.time > early.time);
    assert.equal(await page.locator("video").getAttribute("controls"), null);
    const level = await soundLevel(page);
    assert.ok(level > 0.001, `the sound level is ${level}`);
    assert.ok((await videoState(page)).audioBytes > later.audioBytes);
  });
});

test("a seek lands within one segment and plays on", async () => {
  await onPage(await coursePath(SHORT_TITLE), async (page) => {
    await play(page);
    await waitForProgress(page);
    const segment = await page.evaluate(() => window.kapokPlayer.hls.latestLevelDetails.targetduration);
    for (const target of [6.5, 1.25]) {
      const { shown } = await seekTo(page, target);
      assert.ok(Math.abs(shown - target) <= segment, `a seek to ${target} s showed ${shown} s`);
      assert.ok((await waitForProgress(page)).time > target);
    }
  });
});

test("a rendition switch changes the picture size and keeps playing", async () => {
  await onPage(await coursePath(SHORT_TITLE), async (page) => {
    await play(page);
    const widths = await page.evaluate(() => window.kapokPlayer.hls.levels.map((level) => level.width));
    assert.ok(widths.length >= 2, `only ${widths.length} rendition`);
    for (const index of [0, widths.length - 1]) {
      await page.evaluate((level) => {
        window.kapokPlayer.hls.currentLevel = level;
        window.kapokPlayer.video.currentTime = 0.5;
      }, index);
      await page.waitForFunction((width) => window.kapokPlayer.video.videoWidth === width, widths[index]);
      await waitForProgress(page);
    }
  });
});

test("the quality menu names the renditions and chooses one", async () => {
  await onPage(await coursePath(SHORT_TITLE), async (page) => {
    await play(page);
    await page.locator(".player").hover();
    await page.locator("media-settings-menu-button").click();
    await page.locator("media-settings-menu-item", { hasText: "清晰度" }).click();
    const items = page.locator("media-rendition-menu").getByRole("menuitemradio");
    await items.first().waitFor();
    assert.match((await items.allInnerTexts()).join(" "), /\d+p[\s\S]*自动/);
    await items.last().focus();
    await items.first().click();
    const highest = await page.evaluate(() => window.kapokPlayer.hls.levels.length - 1);
    await page.waitForFunction((level) => window.kapokPlayer.hls.manualLevel === level, highest);
  });
});

test("captions show their cue", async () => {
  await onPage(await coursePath(SHORT_TITLE), async (page) => {
    await play(page);
    await page.keyboard.press("c");
    await page.waitForFunction(() => {
      const shown = [...window.kapokPlayer.video.textTracks].find((track) => track.mode === "showing");
      return [...(shown?.activeCues ?? [])].some((cue) => /木棉花开了|一起学一点新东西/.test(cue.text));
    });
    await page.keyboard.press("c");
    await page.waitForFunction(() =>
      [...window.kapokPlayer.video.textTracks].every((track) => track.mode !== "showing"),
    );
  });
});

test("the keyboard plays, seeks, changes speed and mutes", async () => {
  await onPage(await coursePath(SHORT_TITLE), async (page) => {
    await play(page);
    await page.keyboard.press(" ");
    await page.waitForFunction(() => window.kapokPlayer.video.paused);
    await page.keyboard.press("5");
    await page.waitForFunction(() => Math.abs(window.kapokPlayer.video.currentTime / window.kapokPlayer.video.duration - 0.5) < 0.02);
    await page.keyboard.press(">");
    await page.keyboard.press("m");
    const { rate, muted } = await page.evaluate(() => {
      return { rate: window.kapokPlayer.video.playbackRate, muted: window.kapokPlayer.video.muted };
    });
    assert.deepEqual({ rate, muted }, { rate: 1.25, muted: true });
    await page.getByRole("searchbox").focus();
    await page.keyboard.press("m");
    assert.equal(await page.getByRole("searchbox").inputValue(), "m");
    assert.equal(await page.evaluate(() => window.kapokPlayer.video.muted), true);
  });
});

test("a language switch takes the page and the player along, and is remembered", async () => {
  await onPage(await coursePath(SHORT_TITLE), async (page) => {
    await play(page);
    assert.equal(await page.locator("media-fullscreen-button").getAttribute("aria-label"), "进入全屏");
    await page.locator(".tools").getByRole("link", { name: "English" }).click();
    await page.getByRole("heading", { name: "Details" }).waitFor();
    await page.locator("media-fullscreen-button").waitFor();
    assert.match(await page.locator("media-fullscreen-button").getAttribute("aria-label"), /^enter fullscreen/i);
    assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
    await play(page);
    await waitForProgress(page);
    await page.goto(`${server.base}/`);
    await page.getByRole("heading", { name: "What would you like to learn today?" }).waitFor();
    await page.locator(".tools").getByRole("link", { name: "简体中文" }).click();
    await page.getByRole("heading", { name: "今天想学点什么？" }).waitFor();
  });
});

test("controls are large enough for fingers on a phone", async () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  for (const path of ["/", await coursePath(SHORT_TITLE)]) {
    await onPage(
      path,
      async (page) => {
        await page.locator(path === "/" ? ".card" : "media-fullscreen-button").first().waitFor();
        const small = await page.evaluate(() => {
          const controls = "button, select, input:not([type=checkbox]), label, .chip, .brand, .switch, .mode-switch, .category, .lessons a, .card, media-control-bar > [role=button]";
          return [...document.querySelectorAll(controls)]
            .map((node) => ({ name: node.outerHTML.slice(0, 80), box: node.getBoundingClientRect() }))
            .filter(({ box }) => box.width > 0 && (box.width < 44 || box.height < 44))
            .map(({ name, box }) => `${name}: ${box.width}x${box.height}`);
        });
        assert.deepEqual(small, []);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `the page is ${overflow} px wider than the screen`);
      },
      phone,
    );
  }
});

test("a lesson plays while it is still being made, and on to its end", async () => {
  const asset = server.ingest(sources.long, "--title", LONG_TITLE);
  await onPage("/", async (page) => {
    await page.getByRole("link", { name: LONG_TITLE }).click();
    await page.waitForFunction(() => window.kapokPlayer !== undefined);
    await play(page);
    const early = await waitForProgress(page);
    const state = await server.asset(asset);
    assert.equal(state.state, "playable", "it was ready before it played: the test has shown nothing");
    assert.match(await page.evaluate(() => window.kapokPlayer.hls.url), /timeline=whole/);
    assert.ok(state.encoded < state.duration - 12, "it was made before it played: the test has shown nothing");
    assert.ok(Math.abs(early.duration - state.duration) < 0.5, `the time bar ends at ${early.duration}`);
    assert.match(await page.locator("#making").innerText(), /还在制作/);

    // It starts in its smallest rendition; the others join while it is watched.
    const renditions = state.tracks.filter((track) => track.kind === "video").length;
    assert.ok(renditions > 1, "the source has one rendition: the test shows nothing");
    await page.waitForFunction((count) => window.kapokPlayer.hls.levels.length === count, renditions);
    await waitForProgress(page);

    // What is not there yet is waited for, and plays as soon as it is made.
    await page.evaluate((end) => (window.kapokPlayer.video.currentTime = end), state.duration - 20);
    await page.waitForFunction((from) => window.kapokPlayer.video.currentTime > from + 1, state.duration - 20, {
      timeout: 120000,
    });

    await server.waitForState(asset, "ready");
    await page.waitForFunction(() => document.querySelector("#making").textContent === "");
    const { shown } = await seekTo(page, state.duration - 6);
    assert.ok(Math.abs(shown - (state.duration - 6)) < 4.1, `a seek near the end showed ${shown} s`);
    await page.waitForFunction(() => window.kapokPlayer.video.ended);
    const end = await videoState(page);
    assert.ok(Math.abs(end.duration - state.duration) < 0.2, `it ended at ${end.duration}, the source at ${state.duration}`);
    await page.getByRole("heading", { name: "这一课看完了" }).waitFor();
  });
});

test("a lesson goes on where it was left", async () => {
  await onPage(await coursePath(LONG_TITLE), async (page) => {
    await play(page);
    await seekTo(page, 40);
    await waitForProgress(page);
    await page.evaluate(() => window.kapokPlayer.video.pause());
    const { time } = await videoState(page);
    await page.reload();
    await page.getByText("接着上次的").waitFor();
    await play(page);
    const resumed = await waitForProgress(page);
    assert.ok(Math.abs(resumed.time - time) < 3, `left at ${time} s, resumed at ${resumed.time} s`);
    await page.getByRole("button", { name: "从头看" }).click();
    await page.waitForFunction(() => window.kapokPlayer.video.currentTime < 3);
  });
});

test("an outage is explained and play goes on by itself after it", async () => {
  const { page, context } = await openPage(browser, server.base + (await coursePath(LONG_TITLE)));
  try {
    await context.route("**/*.m4s", (route) => route.abort("connectionreset"));
    await page.reload();
    await page.waitForFunction(() => window.kapokPlayer !== undefined);
    await page.evaluate(() => void window.kapokPlayer.video.play());
    await page.getByText("正在重新连接").waitFor();
    await context.unroute("**/*.m4s");
    await page.waitForFunction(() => window.kapokPlayer.video.currentTime > 0.5);
    await page.getByText("正在重新连接").waitFor({ state: "hidden" });
  } finally {
    await context.close();
  }
});

test("a lesson without pictures plays over its poster", async () => {
  server.ingest(sources.audio, "--title", AUDIO_TITLE, "--wait");
  await onPage(await coursePath(AUDIO_TITLE), async (page) => {
    await page.waitForFunction(() => window.kapokPlayer?.video.readyState >= 2);
    await page.evaluate(() => window.kapokPlayer.video.play());
    await page.waitForFunction(() => window.kapokPlayer.video.currentTime > 0.5);
    assert.ok((await soundLevel(page)) > 0.001);
    const poster = await page.evaluate(async () => {
      const image = new Image();
      image.src = window.kapokPlayer.video.poster;
      await image.decode();
      return image.naturalWidth;
    });
    assert.ok(poster > 0);
  });
});

test("a lesson that failed says why and what to do", async () => {
  const file = join(server.folder, "sources", "text.mp4");
  writeFileSync(file, "这不是视频。\n".repeat(200));
  const asset = server.ingest(file, "--title", FAILED_TITLE, "--wait");
  const { state, error } = await server.asset(asset);
  assert.equal(state, "failed");
  await onPage(await coursePath(FAILED_TITLE), async (page) => {
    const notice = page.getByRole("alert");
    await notice.waitFor();
    const text = await notice.innerText();
    assert.ok(text.includes("这节课没有制作成功") && text.includes(error), text);
    assert.ok(text.includes("kapok ingest"), text);
    await page.goto(`${server.base}/`);
    const card = page.locator(".card", { hasText: FAILED_TITLE });
    assert.match(await card.innerText(), /制作失败/);
  });
});

test("a course that does not exist is said so", async () => {
  const { page, context } = await openPage(browser, `${server.base}/course/nothere`);
  try {
    await page.getByRole("heading", { name: "没有找到这门课程" }).waitFor();
    await page.locator("main").getByRole("link", { name: "回到首页" }).click();
    await page.locator(".card").first().waitFor();
  } finally {
    await context.close();
  }
});
