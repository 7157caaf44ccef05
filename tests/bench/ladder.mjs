// The ladder of both sides, and ffmpeg's and x264's arguments for it. The same numbers as media/ladder.c and the
// transcoder's encoder; what a lesson was really planned with is compared with them at run time.

import path from 'node:path';

export const PRESET = 'veryfast';
export const FRAME_RATE = 25;
export const GOP_FRAMES = 50;
export const SEGMENT_S = 6;
export const CRF = 23;
const VBV_MS = 1500;

export const LADDER = [
  { name: 'v360', width: 640, height: 360, kbps: 600 },
  { name: 'v540', width: 960, height: 540, kbps: 1200 },
  { name: 'v720', width: 1280, height: 720, kbps: 2500 },
  { name: 'v1080', width: 1920, height: 1080, kbps: 4500 },
];
export const TOP = LADDER[LADDER.length - 1];

/** What the transcoder's encoder changes of the preset (transcoder/h264_encoder.c), for a rung, by x264's names. */
const analysisOf = (rung) => ({
  me: 'dia',
  partitions: `i4x4,i8x8${Math.min(rung.width, rung.height) > 720 ? '' : ',p8x8'}`,
  'aq-mode': 2,
});

const vbvKbit = (rung) => (rung.kbps * VBV_MS) / 1000;

/** Differences between a stored plan and this ladder, as sentences. */
export function planDifferences(plan) {
  const found = [];
  const expect = (what, ours, here) => ours === here || found.push(`${what} is ${ours} in the plan, ${here} here`);
  expect('the preset', plan.preset, PRESET);
  expect('the number of rungs', plan.rungs.length, LADDER.length);
  for (const rung of plan.rungs) {
    const here = LADDER.find((one) => one.height === rung.height);
    if (!here) {
      found.push(`a rung of ${rung.height} lines is planned`);
      continue;
    }
    expect(`${here.name}: the rate`, rung.bitrate / 1000, here.kbps);
    expect(`${here.name}: the VBV`, rung.vbv_ms, VBV_MS);
    expect(`${here.name}: crf`, rung.crf, CRF);
  }
  return found;
}

const libx264Analysis = (rung) => Object.entries(analysisOf(rung)).map((pair) => pair.join('=')).join(':');
const x264Analysis = (rung) => Object.entries(analysisOf(rung)).flatMap(([name, value]) => [`--${name}`, String(value)]);

/** Each stream by its number: a copied one beside them takes no encoder's options. */
function encoderArguments(rungs, { crf, sameSettings = false }) {
  const settings = (rung) => ({ c: 'libx264', preset: PRESET, profile: 'high', crf, maxrate: `${rung.kbps}k`,
    bufsize: `${vbvKbit(rung)}k`, g: GOP_FRAMES, keyint_min: GOP_FRAMES, sc_threshold: 0, pix_fmt: 'yuv420p',
    ...(sameSettings && { 'x264-params': libx264Analysis(rung) }) });
  return rungs.flatMap((rung, i) =>
    Object.entries(settings(rung)).flatMap(([name, value]) => [`-${name}:v:${i}`, String(value)]));
}

const AUDIO = ['-map', '0:a:0', '-c:a', 'aac', '-b:a', '128k', '-ar', '48000', '-ac', '2'];

const scale = (rung, flags = 'bilinear') => `scale=${rung.width}:${rung.height}:flags=${flags}`;

/** `leadS`: the first segment alone is that long. */
function hls(out, streams, leadS = SEGMENT_S) {
  return ['-f', 'hls', '-hls_init_time', String(leadS), '-hls_time', String(SEGMENT_S), '-hls_segment_type', 'fmp4',
    '-hls_playlist_type', 'event', '-var_stream_map', streams, path.join(out, '%v.m3u8')];
}

const quiet = ['ffmpeg', '-nostdin', '-v', 'error', '-y'];

/** One ffmpeg that makes all: one decoder, split, scalers, encoders, sound. With `copyTop` the largest is copied; with
 * `sameSettings` x264 is told what ours is told, else the preset alone, and scaling is bicubic as ours is. */
export function ffmpegOneProcess(source, out, { crf = CRF, copyTop = false, sameSettings = false, leadS } = {}) {
  const rungs = copyTop ? LADDER.slice(0, -1) : LADDER;
  const graph = `[0:v]split=${rungs.length}${rungs.map((_, i) => `[s${i}]`).join('')};` +
    rungs.map((rung, i) => `[s${i}]${scale(rung, sameSettings ? 'bicubic' : 'bilinear')}[v${i}]`).join(';');
  const copied = copyTop ? ['-map', '0:v:0', `-c:v:${rungs.length}`, 'copy'] : [];
  const streams = `${LADDER.map((_, i) => `v:${i},agroup:a`).join(' ')} a:0,agroup:a`;
  return [...quiet, '-i', source, '-filter_complex', graph, ...rungs.flatMap((_, i) => ['-map', `[v${i}]`]),
    ...encoderArguments(rungs, { crf, sameSettings }), ...copied, ...AUDIO, ...hls(out, streams, leadS)];
}

/** One ffmpeg for one rung, as when each resolution is a job of its own. */
export function ffmpegOneRung(source, out, rung, { crf = CRF, sound = false } = {}) {
  return [...quiet, '-i', source, '-map', '0:v:0', '-vf', scale(rung), ...encoderArguments([rung], { crf }),
    ...(sound ? AUDIO : []), ...hls(out, sound ? 'v:0,agroup:a a:0,agroup:a' : 'v:0')];
}

/** Raw frames of a rung, as the bare encoder wants them. */
export const ffmpegRawFrames = (source, rung, file) =>
  [...quiet, '-i', source, '-map', '0:v:0', '-vf', scale(rung), '-pix_fmt', 'yuv420p', '-f', 'yuv4mpegpipe', file];

/** The bare encoder on raw frames, one thread. */
export const x264Bare = (rung, file, { sameAnalysis = false } = {}) =>
  ['x264', '--quiet', '--no-progress', '--preset', PRESET, '--profile', 'high', '--crf', String(CRF), '--vbv-maxrate',
    String(rung.kbps), '--vbv-bufsize', String(vbvKbit(rung)), '--keyint', String(GOP_FRAMES), '--min-keyint',
    String(GOP_FRAMES), '--no-scenecut', ...(sameAnalysis ? x264Analysis(rung) : []), '--threads', '1', '--output',
    '/dev/null', file];
