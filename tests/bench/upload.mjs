// How fast an upload comes to the disk, beside nginx's DAV PUT on the same file system in the same run; and how long a
// playlist takes meanwhile. Usage: node tests/bench/upload.mjs BIN FOLDER [MEGABYTES [RUNS [CLIP]]]
// FOLDER: on the disk that is measured; it is made, and removed at the end. CLIP: a film of some minutes for the transcoder;
// without it the second part is left out.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort, sleep } from './loopback.mjs';
import { median, showRatios, sorted } from './report.mjs';

const run = promisify(execFile);
const [bin, folder, megabytes = '512', runs = '5', clip] = process.argv.slice(2);
if (!folder) throw new Error('usage: upload.mjs BIN FOLDER [MEGABYTES [RUNS [CLIP]]]');
const bytes = Number(megabytes) << 20;
const token = 'a-token-of-this-bench-only';

/** An MP4 file as far as its first bytes tell, each time another one. */
function makeFile(name) {
  const file = path.join(folder, name);
  const fd = openSync(file, 'w');
  const head = Buffer.from('\0\0\0\x10ftypisom\0\0\0\0', 'latin1');
  writeSync(fd, head);
  const piece = randomBytes(1 << 20);
  for (let left = bytes - head.length; left > 0; left -= piece.length) {
    piece.writeUInt32LE((Math.random() * 2 ** 32) >>> 0, 0);
    writeSync(fd, piece.subarray(0, Math.min(left, piece.length)));
  }
  fsyncSync(fd);
  closeSync(fd);
  return file;
}

/** Seconds that curl took for it. */
async function send(url, file, options = []) {
  const { stdout } = await run('curl', ['-sS', '-o', '/dev/null', '-w', '%{http_code} %{time_total}', '-H', 'Expect:', ...options, '-T', file, url]);
  const [status, seconds] = stdout.split(' ').map(Number);
  if (status < 200 || status > 299) throw new Error(`${url}: ${status}`);
  return seconds;
}

const auth = ['-H', `Authorization: Bearer ${token}`];

async function viaTus(origin, file) {
  const answer = await fetch(`${origin}/api/v1/uploads`, { method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Tus-Resumable': '1.0.0', 'Upload-Length': String(bytes) } });
  if (answer.status !== 201) throw new Error(`creation: ${answer.status}`);
  return send(origin + answer.headers.get('location'), file, [...auth, '-X', 'PATCH', '-H', 'Tus-Resumable: 1.0.0', '-H', 'Upload-Offset: 0',
    '-H', 'Content-Type: application/offset+octet-stream']);
}

function startNginx(port) {
  const root = path.join(folder, 'nginx');
  mkdirSync(path.join(root, 'files'), { recursive: true });
  writeFileSync(path.join(root, 'nginx.conf'), `daemon off; worker_processes 2; pid ${root}/pid; error_log ${root}/log warn;
${process.getuid() === 0 ? 'user root;' : ''}
events { worker_connections 512; }
http { access_log off; client_max_body_size 0; client_body_buffer_size 1m; client_body_temp_path ${root}/temp; tcp_nodelay on;
  proxy_temp_path ${root}/t1; fastcgi_temp_path ${root}/t2; uwsgi_temp_path ${root}/t3; scgi_temp_path ${root}/t4;
  server { listen 127.0.0.1:${port}; root ${root}/files; location / { dav_methods PUT; } } }
`);
  return spawn('/usr/sbin/nginx', ['-c', path.join(root, 'nginx.conf'), '-e', path.join(root, 'log')], { stdio: 'inherit' });
}

async function until(probe) {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) if (await probe().catch(() => false)) return;
  throw new Error('it does not start');
}

/** Latencies in ms of GET requests, one every 5 ms, for so long. */
async function latencies(url, ms) {
  const agent = new http.Agent({ keepAlive: true });
  const times = [];
  const ask = () => new Promise((resolve, reject) => {
    const start = performance.now();
    http.get(url, { agent }, (answer) => answer.resume().on('end', () => resolve(times.push(performance.now() - start)))).on('error', reject);
  });
  for (const end = performance.now() + ms; performance.now() < end; await sleep(5)) await ask();
  agent.destroy();
  return sorted(times);
}
const at = (times, share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];

async function speed(origin, nginxOrigin) {
  const rates = { tus: [], nginx: [], synced: [] };
  for (let i = 0; i < Number(runs); i++) {
    const file = makeFile(`film-${i}.mp4`);
    rates.tus.push(bytes / 1e6 / (await viaTus(origin, file)));
    const seconds = await send(`${nginxOrigin}/film-${i}.mp4`, file);
    const start = performance.now();
    const fd = openSync(path.join(folder, 'nginx/files', `film-${i}.mp4`), 'r');
    fsyncSync(fd);
    closeSync(fd);
    rates.nginx.push(bytes / 1e6 / seconds);
    rates.synced.push(bytes / 1e6 / (seconds + (performance.now() - start) / 1000));
    rmSync(file);
    rmSync(path.join(folder, 'nginx/files', `film-${i}.mp4`));
  }
  const show = (list) => `${median(list).toFixed(0)} MB/s`;
  console.log(`kapok, tus, fsync every 8 MB: ${show(rates.tus)}; nginx PUT without fsync: ${show(rates.nginx)}; with one fsync at the end: ${show(rates.synced)}`);
  console.log(`ratio to nginx without fsync (aim 0.9): ${showRatios(rates.tus.map((rate, j) => rate / rates.nginx[j]))}`);
  console.log(`ratio to nginx with fsync: ${showRatios(rates.tus.map((rate, j) => rate / rates.synced[j]))}`);
}

async function playlistMeanwhile(origin, data) {
  const kapok = path.join(bin, 'kapok');
  const asset = execFileSync(kapok, ['ingest', '--data', data, '--wait', '--title', '播放', clip], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().split('\t')[0];
  const url = `${origin}/media/${asset}/master.m3u8`;
  const files = [makeFile('one.mp4'), makeFile('two.mp4')];
  await latencies(url, 1000);
  const idle = await latencies(url, 8000);
  const head = readFileSync(clip);
  writeFileSync(path.join(folder, 'other.mp4'), Buffer.concat([head, Buffer.from([0, 0, 0, 9, 102, 114, 101, 101, 0])]));
  execFileSync(kapok, ['ingest', '--data', data, '--title', '转码', path.join(folder, 'other.mp4')], { stdio: 'ignore' });
  await sleep(1500);
  const transcoding = await latencies(url, 8000);
  let isOver = false;
  const load = files.map(async (file) => {
    while (!isOver) await viaTus(origin, file).catch(() => sleep(100));
  });
  await sleep(500);
  const busy = await latencies(url, 8000);
  isOver = true;
  await Promise.all(load);
  const line = (name, times) => `${name}: p50 ${at(times, 0.5).toFixed(2)} ms, p99 ${at(times, 0.99).toFixed(2)} ms of ${times.length}`;
  console.log([line('playlist, idle', idle), line('while a transcode runs', transcoding), line('while it runs and 2 uploads write', busy)].join('\n'));
  console.log(`p99, ratio to idle (aim 2): ${(at(busy, 0.99) / at(idle, 0.99)).toFixed(2)}`);
}

mkdirSync(folder, { recursive: true });
writeFileSync(path.join(folder, 'token'), `${token}\n`);
const [port, nginxPort] = [await freePort(), await freePort()];
const [origin, nginxOrigin] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${nginxPort}`];
const data = path.join(folder, 'data');
const settings = ['--data', data, '--listen', `127.0.0.1:${port}`, '--api-token-file', path.join(folder, 'token'), '--log-level', 'error'];
const kapok = clip ? spawn(path.join(bin, 'kapok'), ['serve', '--workers', '1', ...settings], { stdio: 'ignore' })
  : spawn(path.join(bin, 'kapok-server'), settings, { stdio: 'inherit' });
const nginx = startNginx(nginxPort);
try {
  await until(async () => (await fetch(`${origin}/healthz`)).ok);
  await until(async () => (await fetch(`${nginxOrigin}/`)).status > 0);
  if (clip) await playlistMeanwhile(origin, data);
  else await speed(origin, nginxOrigin);
} finally {
  const ends = [kapok, nginx].map((child) => new Promise((resolve) => child.on('exit', resolve)));
  kapok.kill('SIGTERM');
  nginx.kill('SIGTERM');
  await Promise.all(ends);
  rmSync(folder, { recursive: true, force: true });
}
