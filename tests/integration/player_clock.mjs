// A player outside the browser plays an address, held against the wall clock.
//
//   player_clock.mjs mpv|vlc|hlsdemux|hlsdemux2|gst URL SECONDS [SEEK_TO]
//
// Prints one line: how long until it moved, how far it came in SECONDS, and, with SEEK_TO, where it was after a seek and how far it came
// in SEEK_S from there. Its status is 1 when the player strays from the clock by more than a twentieth, ends, or lands elsewhere.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const PATIENCE_MS = 30000;
const SEEK_S = 8;
/** A seek goes to a key frame; segments are up to 10 s long. */
const SEEK_MISS_S = 10;
const TOLERANCE = 0.05;
const PYTHON = '/usr/bin/python3'; // Debian's own, which python3-gi is for

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function until(what, ask) {
  for (const end = Date.now() + PATIENCE_MS; ; await sleep(50)) {
    const found = await ask();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s`);
  }
}

function freePort() {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

function connect(...address) {
  return new Promise((done) => {
    const socket = createConnection(...address, () => done(socket));
    socket.on('error', () => done(undefined));
  });
}

/** What all players have: time() gives seconds or undefined, seek(), end(). */
class Player {
  log = '';

  run(program, list, options = {}) {
    this.child = spawn(program, list, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
    this.child.on('error', (error) => { this.log += error.message; });
    this.child.stderr.on('data', (piece) => { this.log = (this.log + piece).slice(-2000); });
  }

  async end() {
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 3000);
    if (this.child.exitCode === null && this.child.signalCode === null) await new Promise((done) => this.child.once('exit', done));
    clearTimeout(timer);
  }
}

class Mpv extends Player {
  #calls = new Map();
  #id = 0;

  async start(url) {
    this.folder = mkdtempSync(path.join(tmpdir(), 'kapok-mpv-'));
    const socket = path.join(this.folder, 'socket');
    this.run('mpv', ['--no-config', '--vo=null', '--ao=null', '--msg-level=all=warn', '--keep-open=no', `--input-ipc-server=${socket}`, url]);
    this.child.stdout.resume();
    this.socket = await until('mpv', () => connect(socket));
    createInterface({ input: this.socket }).on('line', (line) => {
      const message = JSON.parse(line);
      this.#calls.get(message.request_id)?.(message.data);
    });
  }

  #call(...command) {
    const id = ++this.#id;
    return new Promise((done) => {
      this.#calls.set(id, done);
      this.socket.write(`${JSON.stringify({ command, request_id: id })}\n`);
      setTimeout(() => done(undefined), 2000).unref();
    });
  }

  time() {
    return this.#call('get_property', 'playback-time');
  }

  seek(seconds) {
    return this.#call('seek', seconds, 'absolute');
  }

  async end() {
    await super.end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

class Vlc extends Player {
  #answers = [];

  async start(url) {
    const port = await freePort();
    const list = ['-q', '-I', 'oldrc', '--rc-fake-tty', `--rc-host=127.0.0.1:${port}`, '--vout=dummy', '--aout=dummy', '--no-video-title', url];
    // VLC does not run as root.
    const isRoot = process.getuid() === 0;
    this.run(isRoot ? 'setpriv' : 'cvlc', isRoot ? ['--reuid=65534', '--clear-groups', 'cvlc', ...list] : list,
      { env: { ...process.env, HOME: '/nonexistent' } });
    this.child.stdout.resume();
    this.socket = await until('VLC', () => connect(port, '127.0.0.1'));
    createInterface({ input: this.socket }).on('line', (line) => {
      const number = /^(?:> )*(\d+)$/.exec(line.trim());
      if (number) this.#answers.shift()?.(Number(number[1]));
    });
  }

  /** Whole seconds. */
  time() {
    return new Promise((done) => {
      this.#answers.push(done);
      this.socket.write('get_time\n');
      setTimeout(() => done(undefined), 2000).unref();
    });
  }

  seek(seconds) {
    this.socket.write(`seek ${Math.floor(seconds)}\n`);
  }
}

class GStreamer extends Player {
  #time;

  constructor(demuxer) {
    super();
    this.demuxer = demuxer;
  }

  async start(url) {
    const ranks = { hlsdemux: 'hlsdemux:400,hlsdemux2:0', hlsdemux2: 'hlsdemux2:400,hlsdemux:0' };
    this.run(PYTHON, [path.join(import.meta.dirname, 'gst_client.py'), this.demuxer === 'hlsdemux2' ? 'playbin3' : 'playbin', url],
      { env: { ...process.env, GST_PLUGIN_FEATURE_RANK: ranks[this.demuxer] ?? '' } });
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      const [kind, ...rest] = line.split(' ');
      if (kind === 'time') this.#time = Number(rest[0]);
      else this.log += line;
    });
  }

  time() {
    return this.#time;
  }

  seek(seconds) {
    this.#time = undefined;
    this.child.stdin.write(`seek ${seconds}\n`);
  }
}

/** When the player moved last: players tell time in steps. */
async function nextStep(player, last) {
  return until('the next step', async () => {
    const time = await player.time();
    return time !== undefined && time !== last ? { time, at: performance.now() / 1000 } : undefined;
  });
}

/** From one step to another about `seconds` later. */
async function measure(player, seconds) {
  const first = await nextStep(player, await player.time());
  await sleep(seconds * 1000);
  const last = await nextStep(player, await player.time());
  const wall = last.at - first.at;
  return { from: first.time, played: last.time - first.time, wall, ratio: (last.time - first.time) / wall };
}

const [name, url, secondsText, seekText] = process.argv.slice(2);
const player = name === 'mpv' ? new Mpv() : name === 'vlc' ? new Vlc() : new GStreamer(name);
const show = (value) => value.toFixed(2);
let words = '';
try {
  const begin = performance.now() / 1000;
  await player.start(url);
  const start = await until('a first step', async () => (await player.time()) ?? undefined);
  const moved = await nextStep(player, start);
  words = `moved after ${show(moved.at - begin)} s`;
  const run = await measure(player, Number(secondsText));
  words += `, ${show(run.played)} s in ${show(run.wall)} s`;
  if (Math.abs(run.ratio - 1) > TOLERANCE) throw new Error('it strays from the clock');
  if (seekText !== undefined) {
    const target = Number(seekText);
    await player.seek(target);
    // what a player says until it is there is of before
    await until('the seek', async () => (Math.abs((await player.time()) - target) <= SEEK_MISS_S ? true : undefined));
    const after = await measure(player, SEEK_S);
    words += `, after a seek to ${target} s from ${show(after.from)} s ${show(after.played)} s in ${show(after.wall)} s`;
    // a step of VLC is a second
    if (Math.abs(after.played - after.wall) > 1) throw new Error('it strays from the clock after the seek');
  }
  console.log(words);
} catch (error) {
  console.log(`${words}; ${error.message}${player.log ? `: ${player.log.trim().split('\n').slice(-2).join(' | ')}` : ''}`);
  process.exitCode = 1;
}
await player.end();
process.exit();
