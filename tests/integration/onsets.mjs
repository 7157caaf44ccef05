// When flashes and beeps begin in a file or a playlist, by decoding it with ffmpeg.
// node onsets.mjs SOURCE RESULT FRAME_S: compares them: every flash must keep its distance to its beep.
import { spawn } from 'node:child_process';

const SAMPLE_RATE_HZ = 48000;
const BRIGHT = 100; // of 255, mean luma
const LOUD = 6000; // of 32767
const QUIET_S = 1; // a beep begins after this much silence
const AAC_FRAME_S = 1024 / SAMPLE_RATE_HZ;

function output(args) {
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', ['-nostdin', '-v', 'error', '-copyts', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(Buffer.concat(chunks)) : reject(new Error(`ffmpeg ended with ${code}`))));
  });
}

async function flashes(input) {
  const text = await output(['-i', input, '-map', '0:v:0', '-vf', 'signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-',
    '-f', 'null', '/dev/null']);
  const onsets = [];
  let time = 0;
  let wasBright = false;
  for (const line of text.toString('latin1').split('\n')) {
    const at = line.match(/pts_time:(-?[\d.]+)/);
    if (at) time = Number(at[1]);
    const luma = line.match(/YAVG=([\d.]+)/);
    if (!luma) continue;
    const isBright = Number(luma[1]) > BRIGHT;
    if (isBright && !wasBright) onsets.push(time);
    wasBright = isBright;
  }
  return onsets;
}

// Silence is put in front where the sound begins after 0, so that positions are times.
async function beeps(input) {
  const pcm = await output(['-i', input, '-map', '0:a:0', '-af', 'aresample=async=1:first_pts=0', '-ac', '1', '-ar',
    String(SAMPLE_RATE_HZ), '-f', 's16le', '-']);
  const onsets = [];
  let lastLoud = -Infinity;
  for (let i = 0; i + 1 < pcm.length; i += 2) {
    if (Math.abs(pcm.readInt16LE(i)) < LOUD) continue;
    const time = i / 2 / SAMPLE_RATE_HZ;
    if (time - lastLoud > QUIET_S) onsets.push(time);
    lastLoud = time;
  }
  return onsets;
}

const [source, result, frameText] = process.argv.slice(2);
const allowedS = Number(frameText) / 2 + AAC_FRAME_S; // a frame more or less is rounded to the nearest
const before = { flashes: await flashes(source), beeps: await beeps(source) };
const after = { flashes: await flashes(result), beeps: await beeps(result) };
const count = before.flashes.length;
let worst = 0;
const counts = [before.flashes, before.beeps, after.flashes, after.beeps].map((list) => list.length);
if (count < 3 || counts.some((n) => n !== count)) {
  console.log(`flashes and beeps of the source: ${counts[0]}, ${counts[1]}; of the result: ${counts[2]}, ${counts[3]}`);
  process.exit(1);
}
for (let i = 0; i < count; i++) {
  const was = before.beeps[i] - before.flashes[i];
  const is = after.beeps[i] - after.flashes[i];
  if (Math.abs(is - was) > Math.abs(worst)) worst = is - was;
}
console.log(`${count} flashes; sound against picture is off by ${(worst * 1000).toFixed(1)} ms at most (allowed ${(allowedS * 1000).toFixed(1)})`);
process.exit(Math.abs(worst) <= allowedS ? 0 : 1);
