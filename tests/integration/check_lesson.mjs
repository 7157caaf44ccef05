// node check_lesson.mjs BASE ASSET SOURCE WORKDIR: compares a ready lesson, as read over HTTP, with the file it was
// made from. Prints a line per finding; exit status 1 when one is wrong.
import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { fetchBytes, fetchLesson, fetchPlaylist } from './hls_client.mjs';
import { readInit, readSegment } from './mp4.mjs';

const run = promisify(execFile);
const [base, asset, source, workRoot] = process.argv.slice(2);
const name = path.basename(source).slice(0, 60);
const AAC_FRAME_S = 1024 / 48000;
const TICK_S = 1 / 1000; // what rounding to milliseconds may cost
let wrong = 0;

function check(isGood, what, detail = '') {
  if (!isGood) wrong++;
  console.log(`${isGood ? 'ok' : 'not ok'} - ${name}: ${what}${isGood || detail === '' ? '' : `: ${detail}`}`);
}

async function probe(file, ...options) {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', ...options, file],
    { maxBuffer: 1 << 28 });
  return JSON.parse(stdout);
}

// "30000/1001"; NaN for "0/0".
const ratio = (text) => {
  const [num, den] = String(text).split('/').map(Number);
  return den === undefined ? num : num / den;
};

async function readSource() {
  const { format, streams } = await probe(source, '-count_frames');
  const video = streams.find((s) => s.codec_type === 'video' && !s.disposition.attached_pic);
  const pixel = ratio((video?.sample_aspect_ratio ?? '1:1').replace(':', '/')) || 1;
  const rates = video ? [ratio(video.r_frame_rate), ratio(video.avg_frame_rate)] : [0, 0];
  return {
    durationS: Number(format.duration),
    hasVideo: Boolean(video),
    hasAudio: streams.some((s) => s.codec_type === 'audio'),
    frameRate: rates[1],
    isConstantRate: Boolean(video) && Math.abs(rates[0] - rates[1]) < 0.001 * rates[0],
    frames: video ? Number(video.nb_read_frames) : 0,
    width: video ? video.width * pixel : 0, // as shown
    height: video?.height ?? 0,
  };
}

// Downloads a rendition, reads every box of it, and has ffprobe decode all its frames.
async function readRendition(rendition, work) {
  const initUrl = rendition.segments[0].mapUrl;
  const initBytes = (await fetchBytes(initUrl)).bytes;
  const init = readInit(initBytes);
  const parts = [initBytes];
  const segments = [];
  for (const { url, duration } of rendition.segments) {
    const { bytes, type } = await fetchBytes(url);
    parts.push(bytes);
    segments.push({ ...readSegment(bytes, init), duration, type, bytes: bytes.length, url });
  }
  const file = path.join(work, `${rendition.kind}-${Math.random().toString(36).slice(2)}.mp4`);
  await writeFile(file, Buffer.concat(parts));
  const { stdout, stderr } = await run('ffprobe', ['-v', 'warning', '-of', 'json', '-count_frames', '-count_packets',
    '-show_streams', file]);
  const stream = JSON.parse(stdout).streams[0];
  const first = segments[0];
  const last = segments[segments.length - 1];
  return {
    ...rendition, init, segments, stream, messages: stderr.trim(),
    startS: first.firstTime / init.timescale,
    endS: last.endTime / init.timescale,
    frames: Number(stream.nb_read_frames),
    times: segments.flatMap((s) => s.times).sort((a, b) => a - b),
    packets: Number(stream.nb_read_packets),
    oneUrl: new Set(rendition.segments.map((s) => s.mapUrl)).size === 1,
  };
}

function checkRendition(r) {
  const label = r.kind === 'video' ? `${r.variant.resolution.height}p` : 'audio';
  const { playlist, init, segments } = r;
  check(playlist.endlist && playlist.playlistType === 'VOD', `${label}: the playlist is VOD and ended`);
  check(playlist.version >= 6 && r.oneUrl, `${label}: one init segment, version ${playlist.version}`);
  check(!init.hasEditList, `${label}: no edit list`);
  check(segments.every((s) => Math.round(s.duration) <= playlist.targetDuration), `${label}: within the target duration`);
  check(segments.every((s) => s.types.includes('moof') && s.types.includes('mdat') && s.bytesMatch),
    `${label}: ${segments.length} segments of whole fragments`);
  check(segments.every((s) => s.decodeTime === s.firstTime), `${label}: tfdt is the first presentation time`,
    segments.filter((s) => s.decodeTime !== s.firstTime).slice(0, 3).map((s) => `${s.decodeTime}/${s.firstTime}`).join(' '));
  check(segments.every((s, i) => i === 0 || segments[i - 1].endTime === s.decodeTime), `${label}: no gap between segments`);
  const drift = Math.max(...segments.map((s) => Math.abs((s.endTime - s.decodeTime) / init.timescale - s.duration)));
  check(drift <= TICK_S, `${label}: EXTINF tells the real durations`, `off by ${drift} s`);
  if (r.kind === 'video') {
    check(segments.every((s) => s.startsWithSync), `${label}: segments start with a sync sample`);
    check(segments.every((s) => s.firstNalTypes.find((t) => t >= 1 && t <= 5) === 5), `${label}: segments start on an IDR`,
      segments.map((s) => s.firstNalTypes.join('.')).slice(0, 4).join(' '));
  }
  check(r.messages === '', `${label}: ffprobe says nothing`, r.messages.slice(0, 300));
  check(r.frames > 0 && r.frames === r.packets, `${label}: every packet gives a frame`, `${r.frames} of ${r.packets}`);
}

/** Of any run of segments that lasts from half to one and a half of the target duration (RFC 8216, 4.1). */
function peakRate({ segments, playlist }) {
  let peak = 0;
  for (let from = 0; from < segments.length; from++) {
    let duration = 0;
    let bytes = 0;
    for (let i = from; i < segments.length && duration + segments[i].duration <= 1.5 * playlist.targetDuration; i++) {
      duration += segments[i].duration;
      bytes += segments[i].bytes;
      if (duration >= 0.5 * playlist.targetDuration) peak = Math.max(peak, (8 * bytes) / duration);
    }
  }
  return peak;
}

function checkBandwidth(variant, video, audio) {
  const peak = (r) => (r ? peakRate(r) : 0);
  const mean = (r) => (r ? (8 * r.segments.reduce((n, s) => n + s.bytes, 0)) / r.segments.reduce((n, s) => n + s.duration, 0) : 0);
  const label = variant.resolution ? `${variant.resolution.height}p` : 'audio';
  const realPeak = peak(video) + peak(audio);
  const realMean = mean(video) + mean(audio);
  check(Math.abs(variant.bandwidth / realPeak - 1) < 0.1, `${label}: BANDWIDTH is the real peak`, `${variant.bandwidth} against ${Math.round(realPeak)}`);
  check(Math.abs(variant.averageBandwidth / realMean - 1) < 0.1, `${label}: AVERAGE-BANDWIDTH is the real mean`,
    `${variant.averageBandwidth} against ${Math.round(realMean)}`);
  check(Boolean(variant.codecs), `${label}: CODECS is there`);
}

function checkVideos(videos, facts) {
  const starts = videos.map((r) => r.segments.map((s) => (s.decodeTime / r.init.timescale).toFixed(6)).join(' '));
  check(new Set(starts).size === 1, `${videos.length} renditions have the same segment starts`, starts.join(' | ').slice(0, 400));
  // All change their picture at the same times, but for a best one that is copied: it has every frame of the source.
  const shown = videos.map((r) => r.times.map((time) => ((time / r.init.timescale) * r.variant.frameRate).toFixed(2)));
  const isCopy = (r) => /^c\d+\//.test(r.variant.uri);
  const encoded = videos.filter((r) => !isCopy(r));
  check(encoded.every((r) => shown[videos.indexOf(r)].join() === shown[videos.indexOf(encoded[0])].join()),
    'renditions change their picture at the same times', videos.map((r) => r.frames).join(' '));
  for (const r of videos) {
    const { resolution, frameRate } = r.variant;
    const label = `${resolution.height}p`;
    check(resolution.width % 2 === 0 && resolution.height % 2 === 0, `${label}: even sizes`);
    check(r.stream.width === resolution.width && r.stream.height === resolution.height, `${label}: RESOLUTION is true`);
    check(resolution.height <= facts.height + 1 && resolution.width <= facts.width + 1, `${label}: not larger than the source`,
      `${resolution.width}x${resolution.height}`);
    const shapes = [facts.width / facts.height, resolution.width / resolution.height];
    check(Math.abs(shapes[0] / shapes[1] - 1) < 0.02, `${label}: the aspect is kept`, shapes.join(' '));
    checkFrames(r, facts, isCopy(r));
  }
}

// A picture that shows nothing new is left out, the one before lasts longer: each frame begins on a tick of the frame rate,
// none lasts longer than a group of pictures, and the ticks are as many as the source's frames.
function checkFrames(r, facts, isCopy) {
  const { frameRate } = r.variant;
  const label = `${r.variant.resolution.height}p`;
  const ticks = r.times.map((time) => (time / r.init.timescale) * frameRate);
  check((isCopy && !facts.isConstantRate) || ticks.every((tick) => Math.abs(tick - Math.round(tick)) < 0.01), `${label}: frames stand on ticks`,
    ticks.filter((tick) => Math.abs(tick - Math.round(tick)) >= 0.01).slice(0, 4).join(' '));
  check(new Set(ticks.map(Math.round)).size === r.frames, `${label}: one frame for a tick`);
  const ends = [...ticks.slice(1), r.endS * frameRate];
  const longest = Math.max(...ticks.map((tick, i) => ends[i] - tick)) / frameRate;
  check(isCopy || longest <= 2 + 1 / frameRate, `${label}: no frame lasts longer than 2 s`, `${longest} s`);
  const count = Math.round((r.endS - r.startS) * frameRate);
  if (facts.isConstantRate && Math.abs(frameRate / facts.frameRate - 1) < 0.002) {
    // Each frame has its tick; the last picture may stand until the sound ends.
    const most = Math.max(facts.frames, Math.round(facts.durationS * frameRate) + 1);
    check(count >= facts.frames && count <= most, `${label}: ${count} ticks, ${r.frames} frames`, `expected ${facts.frames} to ${most}`);
  }
}

function checkTimes(videos, audios, facts) {
  const all = [...videos, ...audios];
  const frameS = videos.length > 0 ? 1 / Math.min(videos[0].variant.frameRate, facts.frameRate || Infinity) : AAC_FRAME_S;
  const endS = Math.max(...all.map((r) => r.endS));
  const startS = Math.min(...all.map((r) => r.startS));
  check(Math.abs(endS - startS - facts.durationS) <= Math.max(frameS, AAC_FRAME_S) + TICK_S,
    `lasts ${(endS - startS).toFixed(3)} s`, `the source lasts ${facts.durationS} s`);
  if (videos.length === 0 || audios.length === 0) return;
  for (const audio of audios) {
    check(Math.abs(videos[0].startS - audio.startS) <= AAC_FRAME_S, 'sound and picture start together', `${videos[0].startS} ${audio.startS}`);
    check(Math.abs(videos[0].endS - audio.endS) <= AAC_FRAME_S + frameS + TICK_S, 'sound and picture end together',
      `${videos[0].endS} ${audio.endS}`);
  }
}

// GStreamer 1.22's hlsdemux2 gives up ("Can't push EOS on non-exposed pad") when the only segment of one track is there
// before the playlist of the other: a race of its own, seen in one of ten plays of a lesson of one segment, where it gets
// more tries. Longer lessons must play at once.
async function playWithGstreamer(pipeline, segmentCount) {
  for (let left = segmentCount === 1 ? 4 : 0; ; left -= 1) {
    const gst = await run('gst-launch-1.0', pipeline, { timeout: 240000 }).catch((error) => error);
    if (left === 0 || !gst.code || !/Couldn't download fragments/.test(`${gst.stdout}${gst.stderr}`)) return gst;
  }
}

// Two strangers play the whole lesson.
async function checkPlayers(url, hasVideo, segmentCount) {
  const ffmpeg = await run('ffmpeg', ['-nostdin', '-v', 'warning', '-i', url, '-map', '0', '-f', 'null', '-'], { timeout: 240000 })
    .catch((error) => error);
  // ffmpeg's reader of HLS has no caption tracks and says so, once for each
  const said = ffmpeg.stderr.split('\n').filter((line) => line.trim() !== '' && !line.includes("Can't support the subtitle"));
  check(said.length === 0 && !ffmpeg.code, 'ffmpeg reads all of it without a message', `${ffmpeg.code ?? ''} ${said.join(' ').slice(0, 500)}`);
  const { format } = await probe(url);
  check(Number(format.duration) > 0, `ffprobe tells ${format.duration} s`);
  const sinks = ['video-sink=fakesink sync=false', 'audio-sink=fakesink sync=false'];
  const gst = await playWithGstreamer(['playbin3', 'flags=audio+video+soft-volume', `uri=${url}`, ...(hasVideo ? [sinks[0]] : []), sinks[1]], segmentCount);
  const words = `${gst.stdout}${gst.stderr}`;
  check(!gst.code && /Got EOS from element/.test(words) && !/ERROR|WARNING|CRITICAL/i.test(words.replace(/\(gst-[^\n]*dconf[^\n]*/g, '')),
    'playbin3 plays it to its end', `${gst.code ?? ''} ${words.slice(-600)}`);
}

async function checkPoster(facts) {
  const { bytes, type } = await fetchBytes(`${base}/media/${asset}/poster.jpg`);
  const file = path.join(work, 'poster.jpg');
  await writeFile(file, bytes);
  const { stdout, stderr } = await run('ffprobe', ['-v', 'warning', '-of', 'json', '-count_frames', '-show_streams', file]);
  const stream = JSON.parse(stdout).streams[0];
  check(type === 'image/jpeg' && stream.codec_name === 'mjpeg' && stream.nb_read_frames === '1' && stderr === '',
    `the poster is a JPEG of ${stream.width}x${stream.height}`, `${type} ${stderr}`);
  if (facts.hasVideo)
    check(Math.abs(stream.width / stream.height / (facts.width / facts.height) - 1) < 0.03, 'the poster has the aspect of the picture');
}

// RFC 8216 §4.3.4.3: each entry is a part of a segment, and BANDWIDTH is at least the greatest rate among them.
async function checkIFrames(variant, videos) {
  const url = new URL(variant.uri, lesson.master.url).href;
  const { playlist } = await fetchPlaylist(url);
  const entries = playlist.segments.map((entry) => ({
    url: new URL(entry.uri, url).href,
    duration: entry.duration,
    bytes: entry.byterange.length,
  }));
  const video = videos.find((each) => each.segments[0].url === entries[0].url);
  const name = `I-frames of ${variant.resolution.height}`;
  check(playlist.isIFrame === true, `${name}: EXT-X-I-FRAMES-ONLY`);
  check(
    entries.length === video?.segments.length && entries.every((entry, i) => entry.url === video.segments[i].url),
    `${name}: one in each segment`,
  );
  const peak = peakRate({ segments: entries, playlist });
  check(variant.bandwidth >= peak, `${name}: BANDWIDTH is enough`, `${variant.bandwidth} for ${Math.round(peak)}`);
}

const work = await mkdtemp(path.join(workRoot, 'lesson-'));
const facts = await readSource();
const answer = JSON.parse((await fetchBytes(`${base}/api/v1/assets/${asset}`)).bytes.toString('utf8'));
check(answer.state === 'ready' && answer.progress === 1 && answer.error === null, 'is ready', JSON.stringify(answer));
const lesson = await fetchLesson(base, asset);
const renditions = [];
for (const rendition of lesson.renditions) renditions.push(await readRendition(rendition, work));
const videos = renditions.filter((r) => r.kind === 'video');
const audios = renditions.filter((r) => r.kind === 'audio');
check(videos.length > 0 === facts.hasVideo, facts.hasVideo ? `${videos.length} pictures to choose from` : 'has no picture');
check(audios.length > 0 === facts.hasAudio, facts.hasAudio ? 'has sound' : 'has no sound');
check(lesson.master.playlist.independentSegments === true, 'EXT-X-INDEPENDENT-SEGMENTS');
renditions.forEach(checkRendition);
for (const variant of lesson.variants) {
  const video = videos.find((r) => r.variant === variant);
  const alone = audios.find((r) => r.url === new URL(variant.uri, lesson.master.url).href);
  checkBandwidth(variant, video, video ? audios[0] : alone);
}
if (videos.length > 0) checkVideos(videos, facts);
check(lesson.iFrames.length === videos.length, 'an I-frame playlist for each picture', lesson.iFrames.length);
for (const variant of lesson.iFrames) await checkIFrames(variant, videos);
checkTimes(videos, audios, facts);
await checkPoster(facts);
await checkPlayers(`${base}/media/${asset}/master.m3u8`, facts.hasVideo, renditions[0].segments.length);
process.exit(wrong > 0 ? 1 : 0);
