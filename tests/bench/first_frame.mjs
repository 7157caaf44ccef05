// How long until Chromium shows the first picture of a lesson and of a channel, on loopback. See README.md.

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../browser/browser.mjs';
import { KapokServer } from '../browser/kapok_server.mjs';
import { Report, median, showRatios } from './report.mjs';

const AIM_MS = 2000;
const TOKEN = 'a-token-for-the-first-frame';
const LESSON_S = 60;
const PATIENCE_MS = 30000;

const { values: options } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, help: { type: 'boolean' } },
});
if (options.help || !process.env.KAPOK_NODE_MODULES) {
  console.log(`Usage: KAPOK_NODE_MODULES=build/asan-ubsan/tests/browser/stage/node_modules KAPOK_BIN=$PWD/build/bin \\
  node tests/bench/first_frame.mjs [--runs N]`);
  process.exit(options.help ? 0 : 2);
}

function makeLesson(folder) {
  const file = path.join(folder, '第一课.mp4');
  const made = spawnSync('ffmpeg', ['-nostdin', '-y', '-v', 'error', '-f', 'lavfi', '-i', `testsrc2=size=1280x720:rate=25:duration=${LESSON_S}`,
    '-f', 'lavfi', '-i', `sine=duration=${LESSON_S}`, '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', file], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  return file;
}

async function makeChannel(server, courseId) {
  const send = async (method, address, body) => {
    const headers = { Authorization: `Bearer ${TOKEN}`, 'If-Match': '*', 'Content-Type': 'application/json' };
    const answer = await fetch(server.base + address, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${address}: ${answer.status}`);
    return answer.json();
  };
  const channel = await send('POST', '/api/v1/channels', { title: '社区一台', number: 1 });
  await send('PUT', `/api/v1/channels/${channel.id}/schedule`, { filler: [{ course_id: courseId }] });
  return channel.id;
}

/** From the start of the navigation; the page is told to play as soon as it has a player. Nothing is remembered from run to run. */
async function openLesson(browser, address) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(() => {
    const look = () => {
      const video = window.kapokPlayer?.video;
      if (!video) {
        setTimeout(look, 5);
        return;
      }
      video.requestVideoFrameCallback((now) => { window.firstFrameMs = now; });
      video.play();
    };
    look();
  });
  await page.goto(address, { waitUntil: 'commit' });
  const ms = await (await page.waitForFunction(() => window.firstFrameMs, null, { timeout: PATIENCE_MS })).jsonValue();
  await context.close();
  return ms;
}

/** From the moment that hls.js is given the address. */
async function openChannel(browser, base, channel) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${base}/healthz`);
  await page.addScriptTag({ path: path.join(process.env.KAPOK_NODE_MODULES, 'hls.js/dist/hls.js') });
  await page.evaluate((stream) => {
    const video = document.createElement('video');
    document.body.append(video);
    const begin = performance.now();
    video.requestVideoFrameCallback((now) => { window.firstFrameMs = now - begin; });
    const hls = new window.Hls();
    hls.loadSource(stream);
    hls.attachMedia(video);
    video.play();
  }, `${base}/channels/${channel}/live.m3u8`);
  const ms = await (await page.waitForFunction(() => window.firstFrameMs, null, { timeout: PATIENCE_MS })).jsonValue();
  await context.close();
  return ms;
}

async function main() {
  const report = new Report();
  const token = path.join('/tmp', `kapok-first-frame-${process.pid}`);
  writeFileSync(token, `${TOKEN}\n`, { mode: 0o600 });
  const server = await KapokServer.start('--api-token-file', token);
  const browser = await launchBrowser();
  try {
    const asset = server.ingest(makeLesson(server.folder), '--title', '第一课');
    await server.waitForState(asset, 'ready');
    const course = await server.courseOf('第一课');
    const channel = await makeChannel(server, course.id);
    const lesson = [];
    const live = [];
    for (let run = 0; run < Number(options.runs); run++) {
      lesson.push(await openLesson(browser, `${server.base}/course/${course.id}`));
      live.push(await openChannel(browser, server.base, channel));
    }
    for (const [name, values] of [['lesson', lesson], ['channel', live]])
      report.row(`first picture of a ${name} in Chromium, ms`, `at most ${AIM_MS}`, showRatios(values, 0), Math.max(...values) <= AIM_MS, median(values));
    report.print();
  } finally {
    await browser.close();
    await server.stop();
    spawnSync('rm', ['-f', token]);
  }
}

await main();
