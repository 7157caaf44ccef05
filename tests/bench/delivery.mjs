// How fast lessons go out, beside Debian's nginx on the same bytes in the same run. See README.md.

import { execFileSync, spawn } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
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
const IDLE_CONNECTIONS = 5000;
const SIDES = ['kapok', 'nginx', 'nginx sndbuf=512k'];

const { values: options } = parseArgs({
  options: {
    bin: { type: 'string', default: path.join(HERE, '../../build/bin') },
    runs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    setting: { type: 'string', multiple: true, default: [] },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
});

if (options.help) {
  console.log(`Usage: node tests/bench/delivery.mjs [--bin DIR] [--runs N] [--seconds N] [--only PART,...]
    [--setting NAME=VALUE]... [--json FILE]

Serves the same bytes with kapok-server and with nginx (default and large send buffers) and prints the ratios.
Parts: ${parts().map((part) => part.name).join(', ')}, idle. A --setting goes to kapok-server.`);
  process.exit(0);
}

/** Of a lesson's track: what an hour of it asks for. */
function segmentTargets(asset, track, count) {
  return Array.from({ length: count }, (_, i) => `/media/${asset}/${track}/${i}.m4s`);
}

function parts() {
  const shuffle = (list) => { // always the same order
    let state = 7;
    return list.map((item) => [(state = (state * 48271) % 2147483647), item]).sort((a, b) => a[0] - b[0]).map(([, item]) => item);
  };
  const playlist = (asset) => [`/media/${asset}/v240/playlist.m3u8`];
  const mix = (asset) => shuffle([
    ...Array(180).fill(playlist(asset)[0]),
    ...segmentTargets(asset, 'a128', 360),
    ...segmentTargets(asset, 'v360', 250),
    ...segmentTargets(asset, 'v1080', 110),
  ]);
  return [
    { name: 'playlist-64', figure: '2 KB playlist, 64 connections', connections: 64, unit: 'rate', aim: 1.3, targets: playlist },
    { name: 'playlist-512', figure: '2 KB playlist, 512 connections', connections: 512, unit: 'rate', aim: 1.3, targets: playlist },
    { name: 'playlist-4000', figure: '2 KB playlist, 4,000 connections', connections: 4000, unit: 'rate', aim: 1.3, targets: playlist },
    { name: 'segment-64', figure: '300 KB segments, 64 connections', connections: 64, unit: 'rate', aim: 1.0, targets: (asset) => segmentTargets(asset, 'v360', 360) },
    { name: 'segment-512', figure: '300 KB segments, 512 connections', connections: 512, unit: 'rate', aim: 1.0, targets: (asset) => segmentTargets(asset, 'v360', 360) },
    { name: 'large-64', figure: '3 MB segments, 64 connections', connections: 64, unit: 'rate', aim: 1.2, targets: (asset) => segmentTargets(asset, 'v1080', 120) },
    { name: 'mix-256', figure: 'player mix, 256 connections, CPU per GB', connections: 256, unit: 'cpu', aim: 0.9, targets: mix },
    { name: 'signed-256', figure: 'player mix, 256 connections, signed addresses checked, CPU per GB', connections: 256, unit: 'cpu', aim: 1.0, signed: true, targets: mix },
    { name: 'close-64', figure: '2 KB playlist, a new connection each, 64 at once', connections: 64, unit: 'rate', aim: null, close: true, targets: playlist },
  ];
}

const KEY = Buffer.alloc(32, 7); // of both sides, for signed addresses
const EXPIRES = Math.floor(Date.now() / 1000) + 24 * 3600;

/** Our signed address (server/media_signature.h), and what nginx's secure_link module checks. */
function signFor(side, target) {
  if (side === 'kapok') {
    const asset = target.split('/')[2];
    const expiry = EXPIRES.toString(16).padStart(8, '0');
    const mac = createHmac('sha256', KEY).update(expiry + asset).digest().subarray(0, 16).toString('base64url');
    return target.replace('/media/', `/media/~${expiry}a${mac}/`);
  }
  const hash = createHash('md5').update(`${EXPIRES}/signed${target} ${KEY.toString('hex')}`).digest('base64url');
  return `/signed${target}?md5=${hash}&expires=${EXPIRES}`;
}

const SECURE_LINK = (folder) => `location /signed/ {
    secure_link $arg_md5,$arg_expires;
    secure_link_md5 "$secure_link_expires$uri ${KEY.toString('hex')}";
    if ($secure_link != "1") { return 403; }
    alias ${folder}/files/;
  }`;

function nginxConfig(folder, ports) {
  return `worker_processes auto;
worker_rlimit_nofile 20000;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx.log warn;
daemon off;
events { worker_connections 8192; multi_accept on; use epoll; }
http {
  types { application/vnd.apple.mpegurl m3u8; video/mp4 m4s; }
  access_log off;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 100000000;
  keepalive_timeout 75s;
  server_tokens off;
  open_file_cache max=10000 inactive=60s;
  open_file_cache_valid 60s;
  open_file_cache_min_uses 1;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  add_header Cache-Control "public, max-age=31536000, immutable";
  server { listen 127.0.0.1:${ports[0]} backlog=4096 reuseport; root ${folder}/files; ${SECURE_LINK(folder)} }
  server { listen 127.0.0.1:${ports[1]} backlog=4096 reuseport sndbuf=512k; root ${folder}/files; ${SECURE_LINK(folder)} }
}
`;
}

/** Every process whose parent is `pid`, and itself. */
function family(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  return [pid, ...children];
}

function cpuMs(pids) {
  return pids.reduce((sum, pid) => {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
    return sum + (fields[11] + fields[12]) * TICK_MS;
  }, 0);
}

function residentBytes(pids) {
  return pids.reduce((sum, pid) => {
    const found = /RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return sum + Number(found[1]) * 1024;
  }, 0);
}

function runWrk(origin, part, targetsFile) {
  const env = { ...process.env, KAPOK_TARGETS: targetsFile };
  if (part.close) env.KAPOK_CLOSE = '1';
  const list = ['-t2', `-c${part.connections}`, `-d${options.seconds}s`, '--timeout', '10s', '-s', path.join(HERE, 'delivery.lua'), origin];
  return new Promise((resolve, reject) => {
    const child = spawn('wrk', list, { env, stdio: ['ignore', 'pipe', 'inherit'] });
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

/** Every file that the targets name, from kapok-server into nginx's folder. */
async function copyFiles(origin, folder, targets) {
  for (const target of new Set(targets)) {
    const file = path.join(folder, target);
    mkdirSync(path.dirname(file), { recursive: true });
    const answer = await fetch(origin + target);
    if (!answer.ok) throw new Error(`${target}: ${answer.status}`);
    await pipeline(Readable.fromWeb(answer.body), createWriteStream(file));
  }
}

async function measureOnce(side, part, targetsFile) {
  const before = cpuMs(family(side.pid));
  const result = await runWrk(side.origin, part, targetsFile);
  const spent = cpuMs(family(side.pid)) - before;
  const perSecond = result.requests / (result.us / 1e6);
  const gigabytes = result.bytes / 1e9;
  if (result.failed > 0) console.error(`  ${side.name}: ${result.failed} of ${result.requests} failed`);
  console.error(`  ${part.name}, ${side.name}: ${perSecond.toFixed(0)}/s, ${(gigabytes / (result.us / 1e6)).toFixed(2)} GB/s, ` +
    `p99 ${(result.p99 / 1000).toFixed(1)} ms, CPU ${(spent * 1000 / result.requests).toFixed(1)} us/request`);
  return { side: side.name, part: part.name, perSecond, p50: result.p50, p99: result.p99, failed: result.failed,
    cpuPerRequest: spent / result.requests, cpuPerGb: spent / gigabytes };
}

async function measurePart(sides, part, asset, folder, report) {
  const targetsFiles = {};
  for (const kind of ['kapok', 'nginx']) {
    targetsFiles[kind] = path.join(folder, `${part.name}.${kind}.targets`);
    writeFileSync(targetsFiles[kind], part.targets(asset).map((target) => (part.signed ? signFor(kind, target) : target)).join('\n'));
  }
  const key = part.unit === 'cpu' ? 'cpuPerGb' : 'perSecond';
  const ratios = [];
  const cpuRatios = [];
  const p99s = { kapok: [], nginx: [] };
  for (let run = 0; run < Number(options.runs); run++) {
    const measured = [];
    for (const side of run % 2 ? [...sides].reverse() : sides) measured.push(await measureOnce(side, part, targetsFiles[side.name.split(' ')[0]]));
    const ours = measured.find((one) => one.side === 'kapok');
    const peers = measured.filter((one) => one.side !== 'kapok');
    const best = peers.reduce((a, b) => ((key === 'cpuPerGb') === (a[key] < b[key]) ? a : b));
    ratios.push(ours[key] / best[key]);
    cpuRatios.push(ours.cpuPerRequest / Math.min(...peers.map((one) => one.cpuPerRequest)));
    p99s.kapok.push(ours.p99);
    p99s.nginx.push(best.p99);
    report.runs.push(...measured);
  }
  const value = median(ratios);
  const aim = part.aim === null ? '-' : `${key === 'cpuPerGb' ? 'at most' : 'at least'} ${part.aim}`;
  const isMet = part.aim === null ? null : key === 'cpuPerGb' ? value <= part.aim : value >= part.aim;
  report.row(part.figure, aim, showRatios(ratios), isMet, value);
  report.note(`${part.figure}: CPU per request ${showRatios(cpuRatios)} of nginx's; p99 ${(median(p99s.kapok) / 1000).toFixed(1)} ms ` +
    `against ${(median(p99s.nginx) / 1000).toFixed(1)} ms`);
}

/** Open connections that have had one answer each and stay. */
async function openIdle(origin, target, count) {
  const { hostname, port } = new URL(origin);
  const sockets = [];
  for (let i = 0; i < count; i += 100)
    sockets.push(...await Promise.all(Array.from({ length: 100 }, () => new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`));
      socket.once('data', () => resolve(socket));
      socket.once('error', reject);
    }))));
  return sockets;
}

async function measureIdle(sides, asset, report) {
  const target = `/media/${asset}/v240/playlist.m3u8`;
  for (const side of sides.slice(0, 2)) {
    const before = residentBytes(family(side.pid));
    const sockets = await openIdle(side.origin, target, IDLE_CONNECTIONS);
    await sleep(500);
    const grown = residentBytes(family(side.pid)) - before;
    const ours = side.name === 'kapok';
    if (ours) report.row(`memory of ${IDLE_CONNECTIONS} idle connections`, 'at most 50 MiB', mebibytes(grown), grown <= 50 * 1048576, grown);
    else report.note(`memory of ${IDLE_CONNECTIONS} idle connections, nginx: ${mebibytes(grown)}`);
    for (const socket of sockets) socket.destroy();
    await sleep(500);
  }
}

async function startSides(folder) {
  const data = path.join(folder, 'data');
  mkdirSync(data);
  mkdirSync(path.join(folder, 'files'));
  const maker = path.join(options.bin, 'delivery_lessons');
  if (!existsSync(maker)) throw new Error(`${maker} is missing: cmake --build build --target delivery_lessons`);
  const asset = execFileSync(maker, [data]).toString().trim();
  writeFileSync(path.join(data, 'media.key'), `a ${Math.floor(Date.now() / 1000)} ${KEY.toString('hex')}\n`, { mode: 0o600 });
  const ports = [await freePort(), await freePort(), await freePort()];
  const settings = ['--connection-limit', '9000', '--log-level', 'warning', ...options.setting.map((one) => `--${one}`)];
  const kapok = startProcess(path.join(options.bin, 'kapok-server'),
    ['--data', data, '--listen', `127.0.0.1:${ports[0]}`, ...settings], ['ignore', 'ignore', 'inherit']);
  writeFileSync(path.join(folder, 'nginx.conf'), nginxConfig(folder, ports.slice(1)));
  const nginx = startProcess('/usr/sbin/nginx', ['-c', path.join(folder, 'nginx.conf'), '-e', path.join(folder, 'nginx.log')],
    ['ignore', 'inherit', 'inherit']);
  const sides = SIDES.map((name, i) => ({ name, origin: `http://127.0.0.1:${ports[i]}`, pid: (i === 0 ? kapok : nginx).pid }));
  for (const side of sides) await untilUp(side.origin);
  return { asset, sides };
}

async function main() {
  const only = options.only.split(',').filter(Boolean);
  const isWanted = (name) => only.length === 0 || only.includes(name);
  const folder = mkdtempSync(path.join(tmpdir(), 'kapok-delivery-'));
  const report = new Report();
  try {
    execFileSync('chmod', ['755', folder]); // nginx's workers may be another user
    const { asset, sides } = await startSides(folder);
    const wanted = parts().filter((part) => isWanted(part.name));
    await copyFiles(sides[0].origin, path.join(folder, 'files'), wanted.flatMap((part) => part.targets(asset)));
    for (const part of wanted) await measurePart(sides, part, asset, folder, report);
    if (isWanted('idle')) await measureIdle(sides, asset, report);
    report.print();
    if (options.json) writeFileSync(options.json, JSON.stringify({ rows: report.rows, runs: report.runs }, null, 1));
  } finally {
    endAll();
    await sleep(300);
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
