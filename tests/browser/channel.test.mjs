// A channel in hls.js: it goes on over the boundaries of lessons of different sizes and rates, with sound and without,
// in one piece.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launchBrowser, openPage } from "./browser.mjs";
import { KapokServer } from "./kapok_server.mjs";

const MODULES = process.env.KAPOK_NODE_MODULES ?? join(dirname(fileURLToPath(import.meta.url)), "node_modules");
const TOKEN = "a-token-for-the-channel-test";
/** Longer than all lessons together, so that every boundary is passed. */
const PLAY_S = 36;
const SPEED = 3;

let server;
let browser;
let channel;
let folder;

function make(name, ...options) {
  const file = join(folder, name);
  const made = spawnSync("ffmpeg", ["-nostdin", "-y", "-v", "error", ...options, file], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  return file;
}

async function send(method, path, body) {
  const headers = { Authorization: `Bearer ${TOKEN}`, "If-Match": "*", "Content-Type": "application/json" };
  const answer = await fetch(server.base + path, { method, headers, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.json();
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kapok-channel-"));
  writeFileSync(join(folder, "token"), `${TOKEN}\n`);
  server = await KapokServer.start("--api-token-file", join(folder, "token"));
  browser = await launchBrowser();
  const pictures = (size, rate, seconds) => ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`];
  const sound = (seconds) => ["-f", "lavfi", "-i", `sine=duration=${seconds}`, "-c:a", "aac"];
  const h264 = ["-c:v", "libx264", "-preset", "veryfast"];
  const files = [
    make("small.mp4", ...pictures("320x180", "25", 14), ...sound(14), ...h264),
    make("large.mp4", ...pictures("640x360", "30000/1001", 12), ...sound(12), ...h264),
    make("silent.mp4", ...pictures("320x180", "10", 8), ...h264),
  ];
  const assets = files.map((file) => server.ingest(file));
  for (const asset of assets) await server.waitForState(asset, "ready");
  const { items } = await server.get("/api/v1/courses");
  channel = await send("POST", "/api/v1/channels", { title: "社区一台", number: 1 });
  await send("PUT", `/api/v1/channels/${channel.id}/schedule`, { filler: items.map(({ id }) => ({ course_id: id })) });
});

after(async () => {
  await browser?.close();
  await server?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

test("a channel goes on in hls.js", async () => {
  const { page, context, complaints } = await openPage(browser, `${server.base}/healthz`);
  await page.addScriptTag({ path: join(MODULES, "hls.js/dist/hls.js") });
  await page.evaluate(
    ({ stream, speed }) => {
      const video = document.createElement("video");
      document.body.append(video);
      const hls = new window.Hls();
      window.seen = { video, errors: [], widths: new Set() };
      hls.on(window.Hls.Events.ERROR, (_, data) => window.seen.errors.push(data.details));
      hls.loadSource(stream);
      hls.attachMedia(video);
      video.addEventListener("resize", () => window.seen.widths.add(video.videoWidth));
      video.addEventListener("loadeddata", () => {
        window.seen.begin = video.currentTime;
        video.playbackRate = speed;
      });
      video.play();
    },
    { stream: `${server.base}/channels/${channel.id}/live.m3u8`, speed: SPEED },
  );
  // Players begin a minute before what is listed last, so that there is enough for a while at this speed.
  await page.waitForFunction(
    (seconds) => window.seen.begin !== undefined && window.seen.video.currentTime > window.seen.begin + seconds,
    PLAY_S,
  );
  const state = await page.evaluate(() => ({
    errors: window.seen.errors,
    widths: [...window.seen.widths].sort((a, b) => a - b),
    soundBytes: window.seen.video.webkitAudioDecodedByteCount,
    holes: window.seen.video.buffered.length - 1,
  }));
  assert.deepEqual(state.errors, []);
  assert.deepEqual(state.widths, [320, 640]);
  assert.ok(state.soundBytes > 0, "no sound was decoded");
  assert.equal(state.holes, 0);
  assert.deepEqual(complaints, []);
  await context.close();
});
