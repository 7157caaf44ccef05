// Debian's Chromium under playwright-core, and pages that remember everything a browser complained about.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const modules = process.env.KAPOK_NODE_MODULES ?? join(dirname(fileURLToPath(import.meta.url)), "node_modules");
const { chromium } = createRequire(join(modules, "x.js"))("playwright-core");

const PROGRAM = process.env.KAPOK_CHROMIUM ?? "/usr/bin/chromium";
const SWITCHES = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];

export async function launchBrowser() {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: apt-get install chromium`);
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath: PROGRAM, args: isRoot ? [...SWITCHES, "--no-sandbox"] : SWITCHES });
}

/** A page in a context of its own (nothing remembered). `complaints` collects console errors, exceptions and
 * violations of the content policy. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "zh-CN", ...options });
  context.setDefaultTimeout(20000);
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    if ((message.type() === "error" || message.type() === "warning") && !isComing(message)) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  page.on("requestfailed", (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) complaints.push(`foreign host: ${request.url()}`);
  });
  await page.goto(url);
  return { page, context, complaints };
}

/** Whether the browser only notes that a segment of a growing lesson was not there yet. */
function isComing(message) {
  return message.text().includes("503") && message.location().url.endsWith(".m4s");
}

/** What the video element is doing. */
export function videoState(page) {
  return page.evaluate(() => {
    const { video, hls } = window.kapokPlayer;
    return {
      time: video.currentTime,
      duration: video.duration,
      paused: video.paused,
      frames: video.getVideoPlaybackQuality().totalVideoFrames,
      width: video.videoWidth,
      audioBytes: video.webkitAudioDecodedByteCount,
      edge: hls.latestLevelDetails?.edge ?? null,
      isGrowing: hls.latestLevelDetails?.live ?? null,
    };
  });
}

export async function play(page) {
  await page.waitForFunction(() => window.kapokPlayer?.video.readyState >= 2);
  await page.evaluate(() => window.kapokPlayer.video.play());
}

/** Waits until the picture has moved on by `frames` frames and a quarter of a second of play. */
export async function waitForProgress(page, frames = 5) {
  const before = await videoState(page);
  await page.waitForFunction(
    ([time, count]) => {
      const { video } = window.kapokPlayer;
      return video.currentTime > time + 0.25 && video.getVideoPlaybackQuality().totalVideoFrames >= count;
    },
    [before.time, before.frames + frames],
  );
  return videoState(page);
}

/** The loudest level (RMS, full scale 1) within about two seconds of what the video element plays. */
export function soundLevel(page) {
  return page.evaluate(async () => {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaElementSource(window.kapokPlayer.video).connect(analyser);
    analyser.connect(context.destination);
    await context.resume();
    const samples = new Float32Array(analyser.fftSize);
    let loudest = 0;
    for (let round = 0; round < 20; round += 1) {
      await new Promise((done) => setTimeout(done, 100));
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      loudest = Math.max(loudest, Math.sqrt(power));
    }
    return loudest;
  });
}

/** Seeks and gives the media time of the frame that is then shown. */
export function seekTo(page, seconds) {
  return page.evaluate(
    (target) =>
      new Promise((done) => {
        const { video } = window.kapokPlayer;
        video.addEventListener(
          "seeked",
          () => video.requestVideoFrameCallback((_now, frame) => done({ shown: frame.mediaTime, time: video.currentTime })),
          { once: true },
        );
        video.currentTime = target;
      }),
    seconds,
  );
}
