// How like the source the pictures are that come out, frame by frame, with ffmpeg's ssim and psnr filters.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { FRAME_RATE } from './ladder.mjs';

/** Played back as a screen shows it: at every tick of the source the frame that is due, repeated where none is new. */
const played = `setpts=PTS-STARTPTS,fps=${FRAME_RATE}:start_time=0:round=near,setpts=N`;

const values = (file, pattern) =>
  readFileSync(file, 'utf8').trim().split('\n').map((line) => Number(pattern.exec(line)?.[1].replace('inf', 'Infinity')));

/** { ssim, psnr }: arrays with one value for each frame that both have. Both must be of the same size. */
export function compareFrames(made, source, folder, { psnr = true } = {}) {
  const work = mkdtempSync(path.join(folder, 'quality-'));
  const graph = `[0:v]${played},split[a1][a2];[1:v]${played},split[b1][b2];[a1][b1]ssim=f=ssim.txt:shortest=1[o1];` +
    (psnr ? '[a2][b2]psnr=f=psnr.txt:shortest=1[o2]' : '[a2]nullsink;[b2]nullsink');
  try {
    execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-i', made, '-i', source, '-filter_complex', graph, '-map', '[o1]',
      '-f', 'null', '-', ...(psnr ? ['-map', '[o2]', '-f', 'null', '-'] : [])], { cwd: work });
    return {
      ssim: values(path.join(work, 'ssim.txt'), / All:([\d.]+)/),
      psnr: psnr ? values(path.join(work, 'psnr.txt'), /psnr_avg:([\d.]+|inf)/) : [],
    };
  } finally {
    rmSync(work, { recursive: true });
  }
}

export const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** What a frame differs by from the frames around it: scenes differ more from each other than frames of one do. */
const AROUND = 25;
function deviations(series) {
  return series.map((value, at) => value - median(series.slice(Math.max(0, at - AROUND), at + AROUND + 1)));
}

/** Steps from each frame to the next. */
const steps = (series) => series.slice(1).map((value, at) => value - series[at]);

/**
 * Frames beside the borders of spans against those in the middle of spans. Each has a deviation from the two seconds
 * around it. A border is within the spread when its frames deviate no more than middle frames do, but for `tolerance`:
 * what nobody sees. Key frames, every two seconds, are among the middle frames, as they are at every border.
 */
export function judgeSeams(series, borders, tolerance = 0) {
  const own = deviations(series);
  const isMiddle = (at) => borders.every((border) => Math.abs(at - border) > AROUND / 2);
  const middle = own.filter((_, at) => isMiddle(at));
  const stepsAll = steps(series);
  const low = Math.min(...middle);
  const high = Math.max(...middle);
  const atBorders = borders.flatMap((at) => [own[at - 1], own[at]]);
  return {
    borders: borders.length,
    low,
    high,
    worst: Math.min(...atBorders),
    best: Math.max(...atBorders),
    stepBorder: Math.max(...borders.map((at) => Math.abs(stepsAll[at - 1]))),
    stepMiddle: Math.max(...stepsAll.filter((_, at) => isMiddle(at)).map(Math.abs)),
    within: atBorders.every((value) => value >= low - tolerance && value <= high + tolerance),
  };
}

/** What an encoder needs for a given SSIM: bytes on the line through measured points, their logarithm over the
 * SSIM. */
export function bytesAt(points, ssim) {
  const line = [...points].sort((a, b) => a.ssim - b.ssim);
  let i = 0;
  while (i < line.length - 2 && line[i + 1].ssim < ssim) i++;
  const [a, b] = [line[i], line[i + 1]];
  const share = (ssim - a.ssim) / (b.ssim - a.ssim);
  return Math.exp(Math.log(a.bytes) + share * (Math.log(b.bytes) - Math.log(a.bytes)));
}
