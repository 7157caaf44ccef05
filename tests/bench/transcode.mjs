// The transcoder beside ffmpeg, in one run: the figures of tests/bench/README.md with their aims, as one table.
//
//   node tests/bench/transcode.mjs [--bin build/bin] [--sources build/bench-sources] [--runs 3] [--workers N]
//                                  [--only natural,floor,rungs,slides,copy,first,seams] [--nice 19] [--json FILE]
//
// The sources are made when they are not there (tests/bench/make_sources.sh). Pairs alternate, medians count. ffmpeg
// runs at the niceness that most of Kapok's work has, so that other programs slow both alike.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { KapokService, until } from './kapok_service.mjs';
import { CRF, FRAME_RATE, GOP_FRAMES, LADDER, TOP, ffmpegOneProcess, ffmpegOneRung, ffmpegRawFrames, planDifferences, x264Bare }
  from './ladder.mjs';
import { bytesAt, compareFrames, judgeSeams, mean } from './picture_quality.mjs';
import { endAll, machineLine, runMeasured, startProcess } from './process_meter.mjs';
import { Report, median, mebibytes, megabytes, seconds, showRatios } from './report.mjs';

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../..');
const { values: options } = parseArgs({
  options: {
    bin: { type: 'string', default: path.join(root, 'build/bin') },
    sources: { type: 'string', default: path.join(root, 'build/bench-sources') },
    runs: { type: 'string', default: '3' },
    workers: { type: 'string' },
    only: { type: 'string', default: 'natural,floor,rungs,slides,copy,first,seams' },
    nice: { type: 'string', default: '19' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (options.help) {
  const lines = readFileSync(new URL(import.meta.url), 'utf8').split('\n');
  console.log(lines.slice(0, lines.indexOf('')).map((line) => line.replace(/^\/\/ ?/, '')).join('\n'));
  process.exit(0);
}
const runs = Number(options.runs);
const nice = Number(options.nice);
const only = new Set(options.only.split(','));
const report = new Report();
let work;

const sourceFile = (name) => path.join(options.sources, `${name}.mp4`);

function makeSources() {
  const wanted = new Set();
  for (const part of only)
    wanted.add({ slides: 'slides', copy: 'copyable', first: 'lecture' }[part] ?? 'natural');
  execFileSync(path.join(root, 'tests/bench/make_sources.sh'), [options.sources, ...wanted], { stdio: ['ignore', 2, 2] });
}

/** An empty folder for what ffmpeg writes. */
function freshFolder(name) {
  const folder = path.join(work, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  return folder;
}

async function runFfmpeg(side, source, command) {
  const measured = await runMeasured(command, { nice });
  report.run(side, source, measured);
  return measured;
}

async function runKapok(service, source) {
  const measured = await service.timeLesson(sourceFile(source));
  report.run('kapok', source, measured);
  return measured;
}

/** Bytes of the pictures below a folder that ffmpeg wrote, and of one of its rungs. */
function bytesOfRung(folder, index) {
  const playlist = readFileSync(path.join(folder, `${index}.m3u8`), 'utf8');
  const files = playlist.split('\n').filter((line) => line && !line.startsWith('#'));
  return files.reduce((sum, file) => sum + statSync(path.join(folder, file)).size, 0);
}

/** Alternates our lesson and ffmpeg's one process; [{ ours, theirs }]. The last lesson and folder stay for a look. */
async function measurePairs(service, source, count) {
  const pairs = [];
  const folder = path.join(work, `ffmpeg-${source}`);
  for (let run = 0; run < count; run++) {
    const ours = await runKapok(service, source);
    freshFolder(`ffmpeg-${source}`);
    const theirs = await runFfmpeg('ffmpeg, one process', source, ffmpegOneProcess(sourceFile(source), folder));
    pairs.push({ ours, theirs });
  }
  return { pairs, folder, asset: pairs[pairs.length - 1].ours.asset };
}

const ratios = (pairs, pick) => pairs.map(({ ours, theirs }) => pick(ours) / pick(theirs));
const wall = (run) => run.wallMs;

function checkPlan(service, asset, source) {
  const found = planDifferences(service.plan(asset));
  if (found.length > 0) report.note(`${source}: planned otherwise than ffmpeg is told: ${found.join('; ')}`);
}

async function benchNatural(service) {
  const { pairs, folder, asset } = await measurePairs(service, 'natural', runs);
  checkPlan(service, asset, 'natural');
  report.atMost('natural, wall: whole lesson / ffmpeg in one process', 0.8, ratios(pairs, wall));
  const engine = pairs.map(({ ours, theirs }) => ours.engineWallMs / theirs.wallMs);
  report.row('natural, wall: span jobs alone / ffmpeg in one process', '', showRatios(engine), null, median(engine));
  report.atMost('peak memory: a worker and its child / ffmpeg in one process', 1.0,
    pairs.map(({ ours, theirs }) => ours.workerPeak / theirs.peak));
  const { ours, theirs } = pairs[pairs.length - 1];
  report.note(`peak memory: worker and child ${mebibytes(ours.workerPeak)}, all workers ${mebibytes(ours.workersPeak)}, ` +
    `ffmpeg ${mebibytes(theirs.peak)}`);
  const bytes = service.tracks(asset).filter((track) => track.kind === 'video').reduce((sum, one) => sum + one.bytes, 0);
  const theirBytes = LADDER.reduce((sum, _, i) => sum + bytesOfRung(folder, i), 0);
  report.note(`natural, bytes of all rungs: ${megabytes(bytes)}, ffmpeg ${megabytes(theirBytes)}`);
  await benchSameSettings(pairs, folder);
  await benchTopRung(service, 'natural', asset, 1.0);
  return { pairs, asset };
}

/** ffmpeg with our x264 analysis and scaler: what is left is the engine around them. */
async function benchSameSettings(pairs, folder) {
  freshFolder('ffmpeg-natural');
  const command = ffmpegOneProcess(sourceFile('natural'), folder, { sameSettings: true });
  const theirs = await runFfmpeg('ffmpeg, one process, our settings', 'natural', command);
  const found = pairs.map(({ ours }) => ours.wallMs / theirs.wallMs);
  report.row('natural, wall: whole lesson / ffmpeg with our analysis and scaler', '', showRatios(found), null, median(found));
}

/** SSIM of the top rung, and its bytes against ffmpeg's at that SSIM, at most `bytesAim`. */
async function benchTopRung(service, source, asset, bytesAim) {
  const made = path.join(work, `${source}.mp4`);
  await service.download(asset, TOP.height, made);
  const ours = compareFrames(made, sourceFile(source), work, { psnr: false }).ssim;
  const curve = await measureRateCurve(source);
  const theirs = curve.find((point) => point.crf === CRF);
  const difference = mean(ours) - theirs.ssim;
  report.row(`${source}, SSIM of the top rung: ours less ffmpeg's`, 'at least -0.0020', difference.toFixed(4),
    difference >= -0.002, difference);
  report.note(`${source}, SSIM of the top rung: ours ${mean(ours).toFixed(4)}, lowest frame ${Math.min(...ours).toFixed(4)}; ` +
    `ffmpeg at crf ${curve.map((point) => `${point.crf}: ${point.ssim.toFixed(4)} with ${megabytes(point.bytes)}`).join(', ')}`);
  const top = service.tracks(asset).find((track) => track.height === TOP.height).bytes;
  report.atMost(`${source}, bytes of the top rung / ffmpeg at the same SSIM`, bytesAim,
    [top / bytesAt(curve, mean(ours))]);
}

/** Bare encodes of raw frames, one rung after the other; CPU milliseconds of all: [with the preset alone, with our
 * analysis]. */
async function measureFloor() {
  const file = path.join(work, 'frames.y4m');
  const totals = [0, 0];
  for (const rung of LADDER) {
    execFileSync(...split(ffmpegRawFrames(sourceFile('natural'), rung, file)));
    for (const [i, sameAnalysis] of [false, true].entries())
      totals[i] += (await runMeasured(x264Bare(rung, file, { sameAnalysis }), { nice })).cpuMs;
    rmSync(file);
  }
  return totals;
}

const split = ([program, ...rest]) => [program, rest];

async function benchFloor(pairs) {
  const [floor, ownFloor] = await measureFloor();
  report.note(`the floor, bare x264 on raw frames of all rungs: CPU ${seconds(floor)}, with our analysis ${seconds(ownFloor)}`);
  report.atMost('natural, CPU over the x264 floor: span jobs', 1.25, pairs.map(({ ours }) => ours.engineCpuMs / floor));
  const rest = (pick) => pairs.map((pair) => pick(pair) / floor);
  const whole = rest(({ ours }) => ours.cpuMs);
  report.row('natural, CPU over the x264 floor: whole lesson', '', showRatios(whole), null, median(whole));
  const own = pairs.map(({ ours }) => ours.engineCpuMs / ownFloor);
  report.row('natural, CPU over the floor with our x264 analysis: span jobs', '', showRatios(own), null, median(own));
  const theirs = rest((pair) => pair.theirs.cpuMs);
  report.row('natural, CPU over the x264 floor: ffmpeg in one process', '', showRatios(theirs), null, median(theirs));
  const { kinds } = pairs[pairs.length - 1].ours;
  const parts = Object.entries(kinds).map(([kind, ms]) => `${kind} ${seconds(ms)}`);
  report.note(`natural, CPU of one lesson by kind of job: ${parts.join(', ')}`);
}

async function benchRungs(pairs) {
  let theirs = 0;
  for (const [i, rung] of LADDER.entries()) {
    const folder = freshFolder('ffmpeg-rung');
    const command = ffmpegOneRung(sourceFile('natural'), folder, rung, { sound: i === 0 });
    theirs += (await runFfmpeg(`ffmpeg, ${rung.height} lines alone`, 'natural', command)).wallMs;
  }
  report.atMost('natural, wall: whole lesson / one ffmpeg per rung, in turn', 0.5, pairs.map(({ ours }) => ours.wallMs / theirs));
}

/** Span borders of the top rung as frame numbers, without the first. */
const spanBorders = (service, asset) =>
  service.spanStarts(asset, service.tracks(asset).find((track) => track.height === TOP.height).name)
    .map((start) => Math.round(start * FRAME_RATE)).slice(1);

async function benchSeams(service, asset) {
  const made = path.join(work, 'seams.mp4');
  await service.download(asset, TOP.height, made);
  const quality = compareFrames(made, sourceFile('natural'), work);
  const borders = spanBorders(service, asset);
  for (const [name, series, digits, tolerance] of [['SSIM', quality.ssim, 4, 0.005], ['PSNR', quality.psnr, 2, 0.5]]) {
    const seams = judgeSeams(series, borders, tolerance);
    const show = (value) => value.toFixed(digits);
    report.row(`seams, ${name} beside ${seams.borders} span borders, from the frames around`,
      `${show(seams.low)} to ${show(seams.high)}`, `${show(seams.worst)} to ${show(seams.best)}`, seams.within, seams);
    report.note(`seams, ${name}: largest step over a border ${show(seams.stepBorder)}; the largest in mid-span ` +
      `${show(seams.stepMiddle)}`);
  }
}

/** SSIM and bytes of ffmpeg's top rung over crf. */
async function measureRateCurve(source) {
  const points = [];
  for (const crf of [19, 23, 27]) {
    const folder = freshFolder(`ffmpeg-crf-${crf}`);
    await runMeasured(ffmpegOneRung(sourceFile(source), folder, TOP, { crf }), { nice });
    const { ssim } = compareFrames(path.join(folder, '0.m3u8'), sourceFile(source), work, { psnr: false });
    points.push({ crf, ssim: mean(ssim), bytes: bytesOfRung(folder, 0) });
    rmSync(folder, { recursive: true });
  }
  return points;
}

async function benchSlides(service) {
  const { pairs, folder, asset } = await measurePairs(service, 'slides', runs);
  checkPlan(service, asset, 'slides');
  report.atMost('slides, wall: whole lesson / ffmpeg in one process', 0.4, ratios(pairs, wall));
  const engine = pairs.map(({ ours, theirs }) => ours.engineWallMs / theirs.wallMs);
  report.row('slides, wall: span jobs alone / ffmpeg in one process', '', showRatios(engine), null, median(engine));
  const cpu = ratios(pairs, (run) => run.cpuMs);
  report.row('slides, CPU: whole lesson / ffmpeg in one process', '', showRatios(cpu), null, median(cpu));

  await benchTopRung(service, 'slides', asset, 0.8);
  const tracks = service.tracks(asset).filter((track) => track.kind === 'video');
  const all = tracks.reduce((sum, track) => sum + track.bytes, 0);
  const allTheirs = LADDER.reduce((sum, _, i) => sum + bytesOfRung(folder, i), 0);
  report.row('slides, bytes of all rungs / ffmpeg with its settings', '', (all / allTheirs).toFixed(2), null, all / allTheirs);
}

async function benchCopy(service) {
  const count = Math.min(runs, 2);
  const { pairs, asset } = await measurePairs(service, 'copyable', count);
  report.atMost('copied top rung, wall: whole lesson / ffmpeg encoding all', 0.42, ratios(pairs, wall));
  const folder = freshFolder('ffmpeg-copy');
  const theirs = await runFfmpeg('ffmpeg, top rung copied', 'copyable',
    ffmpegOneProcess(sourceFile('copyable'), folder, { copyTop: true }));
  const copying = pairs.map((pair) => theirs.wallMs / pair.theirs.wallMs);
  report.row('ffmpeg copying the top rung / ffmpeg encoding all', '', showRatios(copying), null, median(copying));
  const top = service.tracks(asset).find((track) => track.height === TOP.height);
  const bytes = statSync(sourceFile('copyable')).size;
  report.note(`copyable: the top rung has ${megabytes(top.bytes)}, the source with its sound ${megabytes(bytes)}`);
}

/** From `kapok ingest` until the first segments of the smallest rung and of the sound have come over HTTP. */
async function timeOurFirst(source) {
  const service = await KapokService.start(options.bin, work, { workers: options.workers });
  try {
    const start = performance.now();
    const asset = await service.ingest(source);
    const storedMs = performance.now() - start;
    const fetchFirst = async (uri) => {
      const { media } = await until('the first segment', 15, async () => {
        const found = await service.segments(asset, uri);
        return found.media.length > 0 && found;
      });
      await (await fetch(media[0])).arrayBuffer();
    };
    const [[, uri]] = await until('a variant', 15, async () => {
      const found = await service.variants(asset);
      return found.length > 0 && found;
    });
    const master = await service.get(`/media/${asset}/master.m3u8`);
    const audio = /TYPE=AUDIO.*URI="([^"]+)"/.exec(master)?.[1];
    await Promise.all([fetchFirst(uri), ...(audio ? [fetchFirst(audio)] : [])]);
    const wallMs = performance.now() - start;
    return { wallMs, storedMs, afterMs: wallMs - storedMs };
  } finally {
    await service.stop();
  }
}

/** Until ffmpeg lists the first segment of its smallest rung, as long as ours; its rungs come together. */
async function timeTheirFirst(source) {
  const folder = freshFolder('ffmpeg-first');
  const [program, ...rest] = ffmpegOneProcess(source, folder, { leadS: GOP_FRAMES / FRAME_RATE });
  const start = performance.now();
  const ffmpeg = startProcess('nice', ['-n', String(Math.min(nice, 5)), program, ...rest], ['ignore', 'inherit', 'inherit']);
  const ended = new Promise((resolve) => ffmpeg.on('exit', resolve));
  try {
    const playlist = path.join(folder, '0.m3u8');
    await until('ffmpeg', 15, () => existsSync(playlist) && readFileSync(playlist, 'utf8').includes('#EXTINF'));
    return performance.now() - start;
  } finally {
    ffmpeg.kill('SIGKILL');
    await ended;
  }
}

async function benchFirst() {
  const ours = [];
  const theirs = [];
  for (let run = 0; run < runs; run++) {
    ours.push(await timeOurFirst(sourceFile('lecture')));
    theirs.push(await timeTheirFirst(sourceFile('lecture')));
    report.run('kapok, first segment', 'lecture', ours[run]);
    report.run('ffmpeg, first segment', 'lecture', { wallMs: theirs[run] });
  }
  const whole = median(ours.map((run) => run.wallMs));
  report.atMost('45 min lecture, first playable segment / ffmpeg\'s first', 1.0, ours.map((run, i) => run.wallMs / theirs[i]));
  report.row('45 min lecture, first playable segment', 'under 2 s', seconds(whole), whole < 2000, whole);
  const after = median(ours.map((run) => run.afterMs));
  report.row('45 min lecture, the same after the source was stored', '', seconds(after), null, after);
  report.note(`45 min lecture: copying it into the data folder, to the disk, took ${seconds(median(ours.map((run) => run.storedMs)))}; ` +
    `it has ${megabytes(statSync(sourceFile('lecture')).size)}`);
}

/** A running service, when the parts asked for need one. */
async function withService(use) {
  const service = await KapokService.start(options.bin, work, { workers: options.workers });
  try {
    await use(service);
  } finally {
    await service.stop();
  }
}

/** Told to stop: what runs below goes too, and so do its files. */
function stopOn(signal) {
  process.on(signal, () => {
    endAll();
    rmSync(work, { recursive: true, force: true });
    process.exit(1);
  });
}

async function benchLessons(service) {
  const needsNatural = ['natural', 'floor', 'rungs', 'seams'].some((part) => only.has(part));
  if (needsNatural) {
    const { pairs, asset } = await benchNatural(service);
    if (only.has('floor')) await benchFloor(pairs);
    if (only.has('rungs')) await benchRungs(pairs);
    if (only.has('seams')) await benchSeams(service, asset);
  }
  if (only.has('slides')) await benchSlides(service);
  if (only.has('copy')) await benchCopy(service);
}

makeSources();
work = mkdtempSync(path.join(options.sources, 'run-'));
stopOn('SIGINT');
stopOn('SIGTERM');
const startMs = performance.now();
const before = machineLine();
console.error(before);
try {
  if (['natural', 'floor', 'rungs', 'seams', 'slides', 'copy'].some((part) => only.has(part))) await withService(benchLessons);
  if (only.has('first')) await benchFirst();
  console.log(`${before}; at the end ${machineLine()}; ${seconds(performance.now() - startMs)}; ${runs} pairs`);
  if (report.disturbance > 0.1)
    console.log(`NOISE: other programs used up to ${(report.disturbance * 100).toFixed(0)} % of the machine; ` +
      'walls are rough, CPU times and bytes less so');
  report.print();
  if (options.json)
    writeFileSync(options.json, `${JSON.stringify({ machine: before, rows: report.rows, notes: report.notes, runs: report.runs }, null, 1)}\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
