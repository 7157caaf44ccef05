// A lesson that is still being made is watched far ahead of what is there: on the real server, in a real browser.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launchBrowser, openPage, play, videoState, waitForProgress } from "./browser.mjs";
import { KapokServer } from "./kapok_server.mjs";

const TITLE = "很长的一课";
const CLIP_SECONDS = 20;
const CLIPS = 18;

let server;
let browser;

before(async () => {
  server = await KapokServer.start();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

function ffmpeg(...words) {
  const made = spawnSync("ffmpeg", ["-nostdin", "-y", "-v", "error", ...words], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
}

/** Six minutes of a busy picture. In every fourth second its left half is white and a tone sounds; else it is black
 * there and silent: so one can hear and see whether both are of the same moment. */
function makeSource() {
  const clip = join(server.folder, "clip.mkv");
  const source = join(server.folder, "long.mkv");
  const flash = "drawbox=x=0:y=0:w=iw/2:h=ih:t=fill:color=";
  ffmpeg(
    ...["-f", "lavfi", "-i", `testsrc2=size=960x540:rate=25:duration=${CLIP_SECONDS}`],
    ...["-f", "lavfi", "-i", `sine=frequency=600:sample_rate=48000:duration=${CLIP_SECONDS}`],
    "-vf",
    `noise=alls=10:allf=t,${flash}black,${flash}white:enable='lt(mod(t,4),1)'`,
    ...["-af", "volume='if(lt(mod(t,4),1),1,0)':eval=frame"],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-crf", "30", "-g", "50", "-c:a", "pcm_s16le", clip],
  );
  ffmpeg("-stream_loop", String(CLIPS - 1), "-i", clip, "-c", "copy", source);
  return source;
}

/** How far (seconds) sound and picture are apart, from nine seconds of both, or as many more as it takes to see a flash
 * (at most 40); and how many flashes that was. One at an edge of that time does not count: its sound may lie beyond. */
function measureSync(page) {
  return page.evaluate(async () => {
    const { video } = window.kapokPlayer;
    if (!window.listening) {
      const context = new AudioContext();
      window.listening = context.createAnalyser();
      window.listening.fftSize = 1024;
      context.createMediaElementSource(video).connect(window.listening);
      window.listening.connect(context.destination);
      await context.resume();
    }
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 8;
    const drawing = canvas.getContext("2d", { willReadFrequently: true });
    const samples = new Float32Array(1024);
    const seen = [];
    const heard = [];
    const changes = (list, time, isOn) => {
      if (list.length === 0 || list.at(-1).isOn !== isOn) list.push({ time, isOn });
    };
    const onsets = (list) => list.slice(1).filter((change) => change.isOn).map((change) => change.time);
    const start = performance.now() / 1000;
    const flashes = (end) => onsets(seen).filter((time) => time > start + 0.6 && time < end - 0.6);
    const elapsed = () => performance.now() / 1000 - start;
    while (elapsed() < 9 || (flashes(start + elapsed()).length === 0 && elapsed() < 40)) {
      await new Promise((done) => setTimeout(done, 15));
      const now = performance.now() / 1000;
      drawing.drawImage(video, 0, 0, video.videoWidth / 4, video.videoHeight, 0, 0, 8, 8);
      changes(seen, now, drawing.getImageData(4, 4, 1, 1).data[0] > 128);
      window.listening.getFloatTimeDomainData(samples);
      changes(heard, now, samples.some((sample) => Math.abs(sample) > 0.02));
    }
    const gaps = flashes(performance.now() / 1000).map((time) => {
      const distances = onsets(heard).map((other) => other - time);
      return distances.reduce((best, each) => (Math.abs(each) < Math.abs(best) ? each : best), Infinity);
    });
    return { onsets: gaps.length, worst: gaps.reduce((worst, each) => Math.max(worst, Math.abs(each)), 0) };
  });
}

/** Seeks by what a person does: sets the position and waits until the picture of that place moves. */
async function watchAt(page, seconds) {
  await page.evaluate((target) => (window.kapokPlayer.video.currentTime = target), seconds);
  await page.waitForFunction(
    (target) => {
      const { video } = window.kapokPlayer;
      return !video.seeking && video.readyState >= 3 && video.currentTime > target + 0.5 && video.currentTime < target + 30;
    },
    seconds,
    { timeout: 240000 },
  );
  await waitForProgress(page);
}

test("a seek far ahead of what is made plays there, and back", async () => {
  const asset = server.ingest(makeSource(), "--title", TITLE);
  await server.waitForState(asset, "playable");
  const { page, context, complaints } = await openPage(
    browser,
    `${server.base}/course/${(await server.courseOf(TITLE)).id}`,
  );
  try {
    await play(page);
    const first = await waitForProgress(page);
    const { duration } = await server.asset(asset);
    assert.ok(Math.abs(first.duration - duration) < 0.3, `the time bar ends at ${first.duration} of ${duration} s`);
    assert.ok(Math.abs(duration - CLIP_SECONDS * CLIPS) < 1);

    const target = Math.round(duration * 0.8);
    const before = await server.asset(asset);
    assert.ok(before.encoded < target - 60, `${before.encoded} s are made already: the test would show nothing`);
    const started = Date.now();
    await page.evaluate((time) => (window.kapokPlayer.video.currentTime = time), target);
    await page.getByText("正在准备这一段").waitFor();
    await watchAt(page, target);
    await page.getByText("正在准备这一段").waitFor({ state: "hidden" });
    const there = await server.asset(asset);
    console.log(`# played at ${target} s after ${((Date.now() - started) / 1000).toFixed(1)} s, made so far: ${there.encoded} s`);
    assert.ok(there.encoded < target, "all before it was made first: nothing was raised");
    const sync = await measureSync(page);
    assert.ok(sync.onsets >= 1, "no flash was seen");
    assert.ok(sync.worst < 0.25, `sound and picture are ${sync.worst} s apart`);

    await watchAt(page, 2);
    const back = await measureSync(page);
    assert.ok(back.onsets >= 1 && back.worst < 0.25, `after going back: ${JSON.stringify(back)}`);

    // The other renditions join, and the choice is the player's own again.
    const renditions = there.tracks.filter((track) => track.kind === "video").length;
    assert.ok(renditions > 1);
    await page.waitForFunction((count) => window.kapokPlayer.hls.levels.length === count, renditions, {
      timeout: 240000,
    });
    await page.waitForFunction(() => window.kapokPlayer.hls.autoLevelEnabled, null, { timeout: 120000 });
    await waitForProgress(page);

    // It becomes whole while it is watched: nothing is interrupted.
    await page.evaluate(() => {
      window.stalls = 0;
      window.kapokPlayer.video.addEventListener("emptied", () => (window.stalls += 1));
    });
    await waitUntilReady(asset);
    await page.waitForFunction(() => document.querySelector("#making").textContent === "");
    await waitForProgress(page);
    assert.equal(await page.evaluate(() => window.stalls), 0);
    await watchAt(page, duration - 30);
    assert.ok(Math.abs((await videoState(page)).duration - duration) < 0.3);

    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
});

async function waitUntilReady(asset) {
  for (;;) {
    const { state, error } = await server.asset(asset);
    if (state === "ready") return;
    assert.notEqual(state, "failed", error);
    await new Promise((done) => setTimeout(done, 1000));
  }
}
