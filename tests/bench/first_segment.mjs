// Time from `kapok ingest` to the first playable segment of the smallest rung, and of all rungs, over HTTP, beside the
// time ffmpeg takes to write its first segment with the same ladder and x264 settings (its rungs come together). Pairs
// of runs, medians, and the ratios. A source of 1080 lines or more is expected.
//
//   node tests/bench/first_segment.mjs [--bin build/bin] [--runs 5] [--source FILE]
//
// Without --source a 24 s 1080p25 clip is made from ffmpeg's own moving test pictures with sound.

import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    bin: { type: 'string', default: 'build/bin' },
    runs: { type: 'string', default: '5' },
    source: { type: 'string' },
    port: { type: 'string', default: '18181' },
  },
});
const runs = Number(options.runs);
const work = mkdtempSync(path.join(tmpdir(), 'kapok-bench-'));
const kapok = path.resolve(options.bin, 'kapok');
const origin = `http://127.0.0.1:${options.port}`;
const STEP_MS = 10;
const LIMIT_MS = 300_000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function makeSource() {
  const file = path.join(work, 'source.mp4');
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=size=1920x1080:rate=25:duration=24',
    '-f', 'lavfi', '-i', 'sine=frequency=330:sample_rate=48000:duration=24', '-c:v', 'libx264', '-preset', 'veryfast',
    '-crf', '18', '-g', '50', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-movflags', '+faststart', file]);
  return file;
}

async function until(what, check) {
  for (const start = performance.now(); performance.now() - start < LIMIT_MS; await sleep(STEP_MS)) {
    const result = await check();
    if (result) return result;
  }
  throw new Error(`${what}: not within ${LIMIT_MS / 1000} s`);
}

async function get(url) {
  try {
    const answer = await fetch(origin + url);
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}

/** Variants of a multivariant playlist as [height, uri], smallest first. */
function variants(playlist) {
  const found = [...playlist.matchAll(/RESOLUTION=\d+x(\d+).*\n(.+)/g)].map(([, height, uri]) => [Number(height), uri]);
  return found.sort((a, b) => a[0] - b[0]);
}

async function fetchFirstSegment(asset, uri) {
  await until('the first segment', async () => (await get(`/media/${asset}/${uri}`))?.includes('0.m4s'));
  const segment = await fetch(`${origin}/media/${asset}/${path.posix.dirname(uri)}/0.m4s`);
  await segment.arrayBuffer();
}

/** Milliseconds until segment 0 of the smallest variant, and of the whole ladder, has been fetched. */
async function timeKapok(source) {
  const start = performance.now();
  const asset = execFileSync(kapok, ['ingest', '--data', path.join(work, 'data'), source]).toString().split('\t')[0];
  const first = await until('the multivariant playlist', () => get(`/media/${asset}/master.m3u8`));
  await fetchFirstSegment(asset, variants(first)[0][1]);
  const lowest = performance.now() - start;
  const whole = await until('all variants', async () => {
    const now = variants((await get(`/media/${asset}/master.m3u8`)) ?? '');
    return now.length === LADDER.length ? now : null;
  });
  await fetchFirstSegment(asset, whole.at(-1)[1]);
  const ladder = performance.now() - start;
  await until('the end', async () => JSON.parse(await get(`/api/v1/assets/${asset}`)).state === 'ready');
  return { lowest, ladder };
}

const LADDER = [[640, 360, 600], [960, 540, 1200], [1280, 720, 2500], [1920, 1080, 4500]];

/** The arguments of one ffmpeg that writes the same ladder as HLS with the same x264 settings. */
function ffmpegArguments(source, out) {
  const split = `[0:v]split=${LADDER.length}${LADDER.map((_, i) => `[s${i}]`).join('')};`;
  const scale = LADDER.map(([w, h], i) => `[s${i}]scale=${w}:${h}:flags=bilinear[v${i}]`).join(';');
  const rungs = LADDER.flatMap(([, , kbps], i) => ['-map', `[v${i}]`, `-maxrate:v:${i}`, `${kbps}k`, `-bufsize:v:${i}`,
    `${2 * kbps}k`]);
  return ['-nostdin', '-v', 'error', '-y', '-i', source, '-filter_complex', split + scale, ...rungs, '-map', '0:a',
    '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-g', '50', '-keyint_min', '50', '-sc_threshold', '0',
    '-c:a', 'aac', '-b:a', '128k', '-f', 'hls', '-hls_time', '6', '-hls_segment_type', 'fmp4', '-hls_playlist_type',
    'event', '-var_stream_map', 'v:0,agroup:a v:1,agroup:a v:2,agroup:a v:3,agroup:a a:0,agroup:a',
    path.join(out, '%v.m3u8')];
}

/** Milliseconds until ffmpeg lists the first segment of its smallest rung. */
async function timeFfmpeg(source, run) {
  const out = path.join(work, `ffmpeg-${run}`);
  execFileSync('mkdir', [out]);
  const start = performance.now();
  const ffmpeg = spawn('ffmpeg', ffmpegArguments(source, out), { stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = new Promise((resolve) => ffmpeg.on('exit', resolve));
  const playlist = path.join(out, '0.m3u8');
  await until('ffmpeg', () => existsSync(playlist) && readFileSync(playlist, 'utf8').includes('#EXTINF'));
  const elapsed = performance.now() - start;
  ffmpeg.kill('SIGKILL');
  await ended;
  return elapsed;
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const show = (list) => `min ${Math.min(...list).toFixed(0)}  median ${median(list).toFixed(0)}  max ${Math.max(...list).toFixed(0)} ms`;

const source = options.source ?? makeSource();
const server = spawn(kapok, ['serve', '--data', path.join(work, 'data'), '--listen', `127.0.0.1:${options.port}`,
  '--log-level', 'warning'], { stdio: ['ignore', 'ignore', 'inherit'] });
try {
  await until('the server', () => get('/healthz'));
  const lowest = [];
  const ladder = [];
  const theirs = [];
  for (let run = 0; run <= runs; run++) {
    const a = await timeKapok(source);
    const b = await timeFfmpeg(source, run);
    if (run === 0) continue; // warm-up
    lowest.push(a.lowest);
    ladder.push(a.ladder);
    theirs.push(b);
  }
  console.log(`source: ${options.source ?? '1080p25 test pictures, 24 s'}; ${runs} pairs after a warm-up`);
  const ratio = (ours) => median(ours.map((a, i) => a / theirs[i])).toFixed(2);
  console.log(`kapok, smallest rung over HTTP:           ${show(lowest)}`);
  console.log(`kapok, all rungs over HTTP:               ${show(ladder)}`);
  console.log(`ffmpeg, all rungs on disk:                ${show(theirs)}`);
  console.log(`ratio kapok / ffmpeg, median of pairs:    smallest rung ${ratio(lowest)}, all rungs ${ratio(ladder)}`);
} finally {
  server.kill('SIGTERM');
  await new Promise((resolve) => server.on('exit', resolve));
  rmSync(work, { recursive: true, force: true });
}
