// Every view of the stored encode in the player it is for, in a real browser: MPEG-TS in hls.js, DASH in Shaka Player and
// dash.js, progressive MP4 in the video element itself. Each plays, shows pictures, sounds, and seeks. With KAPOK_PLAY_S=30 in the environment
// each plays for so long too and must keep time with the clock; ./check does not ask for that, as machines are shared.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launchBrowser, openPage } from "./browser.mjs";
import { KapokServer } from "./kapok_server.mjs";

const PLAY_S = Number(process.env.KAPOK_PLAY_S ?? 0);
const SECONDS = 20 + PLAY_S;
const SEEK_S = 15;
/** How far from the clock a player may stray. */
const TOLERANCE = 0.05;
const MODULES = process.env.KAPOK_NODE_MODULES ?? join(dirname(fileURLToPath(import.meta.url)), "node_modules");

let server;
let browser;
let asset;

before(async () => {
  server = await KapokServer.start();
  browser = await launchBrowser();
  const source = join(server.folder, "lesson.mp4");
  const made = spawnSync(
    "ffmpeg",
    [
      ...["-nostdin", "-y", "-v", "error", "-f", "lavfi", "-i", `testsrc2=size=320x180:rate=25:duration=${SECONDS}`],
      ...["-f", "lavfi", "-i", `sine=duration=${SECONDS}`, "-c:v", "libx264", "-preset", "veryfast", "-c:a", "aac", source],
    ],
    { encoding: "utf8" },
  );
  assert.equal(made.status, 0, made.stderr);
  asset = server.ingest(source);
  await server.waitForState(asset, "ready");
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Each `start` runs in the page with a video element and the address of the lesson's media. */
const PLAYERS = {
  "MPEG-TS in hls.js": {
    script: "hls.js/dist/hls.js",
    start: (video, media) => {
      const hls = new window.Hls();
      hls.loadSource(`${media}/ts/master.m3u8`);
      hls.attachMedia(video);
    },
  },
  "DASH in Shaka Player": {
    script: "shaka-player/dist/shaka-player.compiled.js",
    start: async (video, media) => {
      window.shaka.polyfill.installAll();
      const player = new window.shaka.Player();
      await player.attach(video);
      await player.load(`${media}/manifest.mpd`);
    },
  },
  "DASH in dash.js": {
    script: "dashjs/dist/dash.all.min.js",
    start: (video, media) => {
      const player = window.dashjs.MediaPlayer().create();
      player.updateSettings({ debug: { logLevel: 0 } });
      player.initialize(video, `${media}/manifest.mpd`, true);
    },
  },
  "progressive MP4": {
    start: (video, media, height) => {
      video.src = `${media}/${height}.mp4`;
    },
  },
};

async function startPlayer(name) {
  const { page, context, complaints } = await openPage(browser, `${server.base}/healthz`);
  const { script, start } = PLAYERS[name];
  if (script) await page.addScriptTag({ path: join(MODULES, script) });
  const { tracks } = await server.asset(asset);
  await page.evaluate(() => {
    const video = document.createElement("video");
    document.body.append(video);
    window.video = video;
  });
  await page.evaluate(
    `(${start})(window.video, ${JSON.stringify(`${server.base}/media/${asset}`)}, ${tracks.find((one) => one.kind === "video").height})`,
  );
  // dash.js loads its source a moment after it was told to, which ends a play() of before.
  await page.waitForFunction(() =>
    window.video.play().then(
      () => true,
      (error) => {
        if (error.name !== "AbortError") throw error;
        return false;
      },
    ),
  );
  return { page, context, complaints };
}

async function keepTime(page) {
  const run = await page.evaluate(async (seconds) => {
    const now = () => ({ wall: performance.now() / 1000, time: window.video.currentTime });
    const first = now();
    await new Promise((done) => setTimeout(done, seconds * 1000));
    const last = now();
    return (last.time - first.time) / (last.wall - first.wall);
  }, PLAY_S);
  console.log(`# it advanced ${run.toFixed(3)} s in each second`);
  assert.ok(Math.abs(run - 1) <= TOLERANCE, `it advanced ${run} s in each second`);
}

for (const name of Object.keys(PLAYERS)) {
  test(name, async () => {
    const { page, context, complaints } = await startPlayer(name);
    await page.waitForFunction(
      () => window.video.currentTime > 1 && window.video.getVideoPlaybackQuality().totalVideoFrames > 20,
    );
    const state = await page.evaluate(() => ({
      duration: window.video.duration,
      soundBytes: window.video.webkitAudioDecodedByteCount,
    }));
    assert.ok(Math.abs(state.duration - SECONDS) < 0.2, `it lasts ${state.duration} s`);
    assert.ok(state.soundBytes > 0, "no sound was decoded");
    if (PLAY_S > 0) await keepTime(page);
    await page.evaluate((time) => {
      window.video.currentTime = time;
    }, SEEK_S);
    await page.waitForFunction((time) => window.video.currentTime > time + 0.5, SEEK_S);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}
