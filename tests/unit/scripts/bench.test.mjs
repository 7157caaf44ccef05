// What the benchmarks make of their numbers, and that they count the cost of processes right.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { LADDER, planDifferences } from '../../bench/ladder.mjs';
import { bytesAt, judgeSeams } from '../../bench/picture_quality.mjs';
import { runMeasured } from '../../bench/process_meter.mjs';
import { median, showRatios } from '../../bench/report.mjs';

/** Quality as an encoder's: a little worse from frame to frame, better again at each key frame, and two scenes. */
const quality = () =>
  Array.from({ length: 1000 }, (_, at) => (at < 400 ? 0.95 : 0.9) + 0.002 * Math.sin(at * 12.9898) - 0.0001 * (at % 50));

test('seams of an even encode are within the spread', () => {
  const seams = judgeSeams(quality(), [150, 450, 900]);
  assert.equal(seams.borders, 3);
  assert.equal(seams.within, true);
  assert.ok(seams.low < 0 && seams.high > 0);
});

test('one bad frame before or after a border is found', () => {
  for (const at of [449, 450]) {
    const series = quality();
    series[at] -= 0.02;
    const seams = judgeSeams(series, [150, 450, 900]);
    assert.equal(seams.within, false);
    assert.ok(seams.worst < seams.low);
  }
});

test('a bad frame in the middle of a span is no seam', () => {
  const series = quality();
  series[700] -= 0.02;
  assert.equal(judgeSeams(series, [150, 450, 900]).within, true);
});

test('bytes at an SSIM lie between and beyond measured points', () => {
  const points = [{ ssim: 0.99, bytes: 4e6 }, { ssim: 0.97, bytes: 1e6 }, { ssim: 0.98, bytes: 2e6 }];
  assert.ok(Math.abs(bytesAt(points, 0.98) - 2e6) < 1);
  assert.ok(Math.abs(bytesAt(points, 0.975) - 1e6 * Math.SQRT2) < 1);
  assert.ok(bytesAt(points, 0.96) < 1e6);
  assert.ok(bytesAt(points, 0.995) > 4e6);
});

test('a plan of other numbers is noticed', () => {
  const rungs = LADDER.map((rung) => ({ height: rung.height, bitrate: rung.kbps * 1000, vbv_ms: 1500, crf: 23 }));
  assert.deepEqual(planDifferences({ preset: 'veryfast', rungs }), []);
  rungs[1].crf = 25;
  assert.match(planDifferences({ preset: 'superfast', rungs }).join(), /preset.*crf/);
});

test('medians and spreads', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(showRatios([0.9, 0.7, 0.8]), '0.80 (0.70 to 0.90)');
});

test('CPU time and memory of a program and its children are counted', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kapok-bench-test-'));
  const said = path.join(folder, 'said');
  // Two processes at the same time; each says at its end what it has used by its own account.
  const burn = `const b = Buffer.alloc(60e6, 1); for (let i = 0; i < 3e8; i++) b[i % 60e6]++;
    const { user, system } = process.cpuUsage(); fs.appendFileSync(${JSON.stringify(said)}, (user + system) / 1000 + '\\n');`;
  try {
    const measured = await runMeasured(['bash', '-c', '"$@" & "$@" & wait', 'bash', process.execPath, '-e', burn]);
    const expected = readFileSync(said, 'utf8').trim().split('\n').reduce((sum, ms) => sum + Number(ms), 0);
    assert.ok(measured.cpuMs > 0.9 * expected && measured.cpuMs < 1.5 * expected, `${measured.cpuMs} of ${expected} ms`);
    assert.ok(measured.peak > 60e6 && measured.peak < 400e6, `${measured.peak} bytes`);
    await assert.rejects(runMeasured(['false']), /exit status 1/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
