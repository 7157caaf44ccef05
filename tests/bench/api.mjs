// Search and lists over the API while 512 connections ask, on the courses of `kapok demo`. See README.md.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { freePort, sleep, untilUp } from './loopback.mjs';
import { endAll, startProcess } from './process_meter.mjs';
import { Report, median } from './report.mjs';

const HERE = import.meta.dirname;
const AIM = 5000;

const { values: options } = parseArgs({
  options: {
    bin: { type: 'string', default: path.join(HERE, '../../build/bin') },
    connections: { type: 'string', default: '512' },
    runs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    setting: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean' },
  },
});

if (options.help) {
  console.log(`Usage: node tests/bench/api.mjs [--bin DIR] [--connections N] [--runs N] [--seconds N] [--setting NAME=VALUE]...

Fills a data folder with the courses of \`kapok demo\` and asks kapok-server for them with wrk.`);
  process.exit(0);
}

/** Queries of people as they were judged for tests/fixtures/search. */
function judgedQueries() {
  const lines = readFileSync(path.join(HERE, '../fixtures/search/judged_queries.tsv'), 'utf8').split('\n');
  return lines.filter((line) => line && !line.startsWith('#')).map((line) => line.split('\t')[0]);
}

const q = (text) => encodeURIComponent(text);
const PARTS = [
  { name: 'search', figure: 'search of courses', aim: AIM, targets: (queries) => queries.map((text) => `/api/v1/courses?q=${q(text)}`) },
  { name: 'mixed', figure: 'search, narrowed search, suggestions, lists', aim: AIM, targets: (queries) => queries.flatMap((text, i) => [
    `/api/v1/courses?q=${q(text)}`,
    `/api/v1/suggest?q=${q(text.slice(0, 2))}`,
    `/api/v1/courses?q=${q(text)}&category=health&limit=10`,
    i % 2 ? '/api/v1/courses?category=civic' : '/api/v1/courses?limit=24',
  ]) },
];

function runWrk(origin, targetsFile) {
  const list = ['-t2', `-c${options.connections}`, `-d${options.seconds}s`, '--timeout', '10s', '-s', path.join(HERE, 'delivery.lua'), origin];
  return new Promise((resolve, reject) => {
    const child = spawn('wrk', list, { env: { ...process.env, KAPOK_TARGETS: targetsFile }, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (piece) => { text += piece; });
    child.on('error', reject);
    child.on('exit', () => {
      const line = /^JSON (.*)$/m.exec(text);
      if (line) resolve(JSON.parse(line[1]));
      else reject(new Error(`wrk said: ${text}`));
    });
  });
}

async function measurePart(origin, part, folder, report) {
  const targetsFile = path.join(folder, `${part.name}.targets`);
  const targets = part.targets(judgedQueries());
  writeFileSync(targetsFile, targets.join('\n'));
  for (const target of targets) {
    const answer = await fetch(origin + target);
    if (!answer.ok) throw new Error(`${target}: ${answer.status}`);
    await answer.arrayBuffer();
  }
  const rates = [];
  const p99s = [];
  for (let run = 0; run < Number(options.runs); run++) {
    const result = await runWrk(origin, targetsFile);
    if (result.failed > 0) throw new Error(`${result.failed} of ${result.requests} requests failed`);
    rates.push(result.requests / (result.us / 1e6));
    p99s.push(result.p99 / 1000);
  }
  const value = median(rates);
  report.row(`${part.figure}, ${options.connections} connections`, `at least ${part.aim}/s`,
    `${value.toFixed(0)}/s (${Math.min(...rates).toFixed(0)} to ${Math.max(...rates).toFixed(0)})`, value >= part.aim, value);
  report.note(`${part.figure}: ${targets.length} addresses in turn, p99 ${median(p99s).toFixed(0)} ms`);
}

async function main() {
  const folder = mkdtempSync(path.join(tmpdir(), 'kapok-api-'));
  const report = new Report();
  try {
    const data = path.join(folder, 'data');
    execFileSync(path.join(options.bin, 'kapok'), ['demo', '--data', data], { stdio: ['ignore', 'ignore', 'inherit'] });
    const port = await freePort();
    startProcess(path.join(options.bin, 'kapok-server'), ['--data', data, '--listen', `127.0.0.1:${port}`, '--address-connection-limit', '0',
      '--log-level', 'warning', ...options.setting.map((one) => `--${one}`)], ['ignore', 'ignore', 'inherit']);
    const origin = `http://127.0.0.1:${port}`;
    await untilUp(origin);
    for (const part of PARTS) await measurePart(origin, part, folder, report);
    report.print();
  } finally {
    endAll();
    await sleep(300);
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
