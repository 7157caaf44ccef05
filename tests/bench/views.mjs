// What the views over the stored encode cost, beside Debian's nginx that sends the same bytes prepared. See README.md.

import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { freePort, sleep, untilUp } from './loopback.mjs';
import { endAll, startProcess } from './process_meter.mjs';
import { Report, median, mebibytes, showRatios } from './report.mjs';

const HERE = import.meta.dirname;
const TICK_MS = 10; // USER_HZ is 100 on every Linux

const { values: options } = parseArgs({
  options: {
    bin: { type: 'string', default: path.join(HERE, '../../build/bin') },
    data: { type: 'string' },
    asset: { type: 'string' },
    channel: { type: 'string' },
    runs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '2' },
    only: { type: 'string', default: 'cold,warm,movie' },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
});

if (options.help || !options.data || !options.asset) {
  console.log(`Usage: node tests/bench/views.mjs --data DIR --asset ID [--bin DIR] [--runs N] [--seconds N] [--only PART,...]
    [--channel ID] [--json FILE]

DIR is a data folder with the whole lesson ID, which no server uses meanwhile: see README.md.
Parts: cold, warm, movie, channel (of the channel ID; some of its lessons must be on the air).`);
  process.exit(options.help ? 0 : 2);
}

async function startKapok() {
  const port = await freePort();
  const child = startProcess(path.join(options.bin, 'kapok-server'), ['--data', options.data, '--listen', `127.0.0.1:${port}`,
    '--log-level', 'warning', '--view-cache-size', '512MiB', '--cache-size', '512MiB'], ['ignore', 'ignore', 'inherit']);
  const side = { name: 'kapok', origin: `http://127.0.0.1:${port}`, pid: child.pid, child };
  await untilUp(side.origin);
  return side;
}

async function startNginx(folder) {
  const port = await freePort();
  writeFileSync(path.join(folder, 'nginx.conf'), `worker_processes auto;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx.log warn;
daemon off;
events { worker_connections 4096; multi_accept on; use epoll; }
http {
  types { application/vnd.apple.mpegurl m3u8; video/mp2t ts; }
  access_log off;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 100000000;
  server_tokens off;
  open_file_cache max=10000 inactive=60s;
  open_file_cache_valid 60s;
  open_file_cache_min_uses 1;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server { listen 127.0.0.1:${port} backlog=4096 reuseport; root ${folder}/files; }
}
`);
  const child = startProcess('/usr/sbin/nginx', ['-c', path.join(folder, 'nginx.conf'), '-e', path.join(folder, 'nginx.log')],
    ['ignore', 'inherit', 'inherit']);
  const side = { name: 'nginx', origin: `http://127.0.0.1:${port}`, pid: child.pid, child };
  await untilUp(side.origin);
  return side;
}

async function stop(side) {
  const ended = new Promise((resolve) => side.child.on('exit', resolve));
  side.child.kill('SIGTERM');
  await ended;
}

const family = (pid) =>
  [pid, ...readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)];

function cpuMs(side) {
  return family(side.pid).reduce((sum, pid) => {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
    return sum + (fields[11] + fields[12]) * TICK_MS;
  }, 0);
}

const residentBytes = (side) =>
  Number(/RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${side.pid}/status`, 'utf8'))[1]) * 1024;

async function lines(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return (await answer.text()).split('\n').filter((line) => line && !line.startsWith('#'));
}

/** Paths of all segments of the MPEG-TS view. */
async function tsTargets(origin) {
  const base = `/media/${options.asset}/ts`;
  const targets = [];
  for (const playlist of await lines(`${origin}${base}/master.m3u8`))
    for (const segment of await lines(`${origin}${base}/${playlist}`))
      targets.push(`${base}/${path.posix.dirname(playlist)}/${segment}`);
  return targets;
}

async function fetchAll(origin, targets) {
  let bytes = 0;
  for (const target of targets) bytes += (await (await fetch(origin + target)).arrayBuffer()).byteLength;
  return bytes;
}

/** Each segment once on a server that has just started, then once more: the difference is the remuxing. */
async function measureCold(report) {
  const cold = [];
  const perMegabyte = [];
  for (let run = 0; run < Number(options.runs); run++) {
    const side = await startKapok();
    const targets = await tsTargets(side.origin);
    const before = residentBytes(side);
    const start = cpuMs(side);
    const bytes = await fetchAll(side.origin, targets);
    const middle = cpuMs(side);
    await fetchAll(side.origin, targets);
    const warm = cpuMs(side) - middle;
    cold.push((middle - start) / targets.length);
    perMegabyte.push((middle - start) / (bytes / 1e6));
    report.note(`run ${run + 1}: ${targets.length} segments, ${(bytes / 1e6).toFixed(1)} MB; cold ${((middle - start) / targets.length).toFixed(2)} ms CPU each, ` +
      `asked for again ${(warm / targets.length).toFixed(2)} ms; memory grew by ${mebibytes(residentBytes(side) - before)}`);
    await stop(side);
  }
  report.row('CPU of a cold TS segment, ms', 'at most 3', showRatios(cold), median(cold) <= 3, median(cold));
  report.row('CPU of cold TS, ms per MB', '-', showRatios(perMegabyte), null, median(perMegabyte));
}

function runWrk(origin, targetsFile) {
  const list = ['-t2', '-c64', `-d${options.seconds}s`, '--timeout', '10s', '-s', path.join(HERE, 'delivery.lua'), origin];
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

async function measureOnce(side, targetsFile) {
  const before = cpuMs(side);
  const result = await runWrk(side.origin, targetsFile);
  const perSecond = result.requests / (result.us / 1e6);
  const cpu = (cpuMs(side) - before) / result.requests;
  if (result.failed > 0) throw new Error(`${side.name}: ${result.failed} of ${result.requests} failed`);
  console.error(`  ${side.name}: ${perSecond.toFixed(0)}/s, CPU ${(cpu * 1000).toFixed(0)} us/request, p99 ${(result.p99 / 1000).toFixed(1)} ms`);
  return { side: side.name, perSecond, cpu, p99: result.p99 };
}

async function copyFiles(origin, folder, targets) {
  for (const target of targets) {
    const file = path.join(folder, target);
    mkdirSync(path.dirname(file), { recursive: true });
    await pipeline(Readable.fromWeb((await fetch(origin + target)).body), createWriteStream(file));
  }
}

/** The same segments from Kapok's cache and from nginx's files, in pairs. */
async function measureWarm(folder, report) {
  const kapok = await startKapok();
  const targets = await tsTargets(kapok.origin);
  await copyFiles(kapok.origin, path.join(folder, 'files'), targets);
  const nginx = await startNginx(folder);
  const file = path.join(folder, 'targets');
  writeFileSync(file, targets.join('\n'));
  const rates = [];
  const cpus = [];
  for (let run = 0; run < Number(options.runs); run++) {
    const sides = run % 2 ? [nginx, kapok] : [kapok, nginx];
    const measured = [];
    for (const side of sides) measured.push(await measureOnce(side, file));
    const [ours, peer] = ['kapok', 'nginx'].map((name) => measured.find((one) => one.side === name));
    rates.push(ours.perSecond / peer.perSecond);
    cpus.push(ours.cpu / peer.cpu);
    report.runs.push(...measured);
  }
  report.row('warm TS, requests/s to nginx', 'at least 0.9', showRatios(rates), median(rates) >= 0.9, median(rates));
  report.row('warm TS, CPU per request to nginx', '-', showRatios(cpus), null, median(cpus));
  await stop(nginx);
  await stop(kapok);
}

async function firstByteMs(url) {
  const start = performance.now();
  const answer = await fetch(url, { headers: { Range: 'bytes=0-65535' } });
  await answer.body.getReader().read();
  return { ms: performance.now() - start, size: Number(answer.headers.get('content-range').split('/')[1]) };
}

/** The progressive file on a server that has just started, and again. */
async function measureMovie(report) {
  const cold = [];
  const warm = [];
  let size = 0;
  for (let run = 0; run < Number(options.runs); run++) {
    const side = await startKapok();
    const rung = path.posix.dirname((await lines(`${side.origin}/media/${options.asset}/ts/master.m3u8`))[0]).slice(1);
    const url = `${side.origin}/media/${options.asset}/${rung}.mp4`;
    const first = await firstByteMs(url);
    const again = [];
    for (let i = 0; i < 20; i++) again.push((await firstByteMs(url)).ms);
    size = first.size;
    cold.push(first.ms);
    warm.push(median(again));
    await stop(side);
  }
  report.row('progressive MP4, first byte cold, ms', '-', showRatios(cold, 1), null, median(cold));
  report.row('progressive MP4, first byte warm, ms', '-', showRatios(warm, 2), null, median(warm));
  report.note(`the file is ${(size / 1e6).toFixed(1)} MB`);
}

const SLOT_S = 10;
/** As far back as is asked for cold. */
const BACK_S = 1800;

/** A channel: slots made for the first time, and what a viewer costs, who asks for a segment and a playlist in each slot. nginx sends the
 * same segments from files, and the playlist of one moment. */
async function measureChannel(folder, report) {
  const cold = [];
  const viewers = [];
  const ratios = [];
  for (let run = 0; run < Number(options.runs); run++) {
    const kapok = await startKapok();
    const base = `/channels/${options.channel}`;
    const variant = (await lines(`${kapok.origin}${base}/live.m3u8`))[0];
    const playlist = `${base}/${variant}`;
    const paths = (names) => names.map((name) => `${path.posix.dirname(playlist)}/${name}`);
    const slots = paths(await lines(`${kapok.origin}${playlist}?back=${BACK_S}`));
    const start = cpuMs(kapok);
    const bytes = await fetchAll(kapok.origin, slots);
    cold.push((cpuMs(kapok) - start) / slots.length);
    report.note(`channel, run ${run + 1}: ${slots.length} slots, ${(bytes / 1e6).toFixed(1)} MB of ${variant}`);
    const window = paths(await lines(kapok.origin + playlist));
    const targets = window.flatMap((segment) => [segment, playlist]);
    await copyFiles(kapok.origin, path.join(folder, 'files'), [...window, playlist]);
    const nginx = await startNginx(folder);
    const file = path.join(folder, 'targets');
    writeFileSync(file, targets.join('\n'));
    const measured = {};
    for (const side of run % 2 ? [nginx, kapok] : [kapok, nginx]) measured[side.name] = await measureOnce(side, file);
    viewers.push((SLOT_S * 1000) / (2 * measured.kapok.cpu));
    ratios.push(measured.kapok.cpu / measured.nginx.cpu);
    await stop(nginx);
    await stop(kapok);
  }
  report.row('CPU of a cold slot of a channel, ms', '-', showRatios(cold), null, median(cold));
  report.row('viewers of a channel per core', '-', showRatios(viewers, 0), null, median(viewers));
  report.row('channel, CPU per request to nginx', '-', showRatios(ratios), null, median(ratios));
}

async function main() {
  const folder = mkdtempSync(path.join(tmpdir(), 'kapok-views-'));
  const report = new Report();
  try {
    execFileSync('chmod', ['755', folder]); // nginx's workers may be another user
    const parts = { cold: () => measureCold(report), warm: () => measureWarm(folder, report), movie: () => measureMovie(report),
      channel: () => measureChannel(folder, report) };
    for (const name of options.only.split(',')) await parts[name]();
    report.print();
    if (options.json) writeFileSync(options.json, JSON.stringify({ rows: report.rows, runs: report.runs }, null, 1));
  } finally {
    endAll();
    await sleep(300);
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
