// A `kapok serve` of its own for soak commands: data and pages in a temporary folder, gone at the end.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export class SoakServer {
  static async start(bin, settings) {
    const server = new SoakServer();
    server.folder = mkdtempSync(path.join(tmpdir(), 'kapok-soak-'));
    server.web = path.join(server.folder, 'web');
    server.data = path.join(server.folder, 'data');
    mkdirSync(path.join(server.web, 'assets'), { recursive: true });
    writeFileSync(path.join(server.web, 'index.html'), '<!doctype html><title>soak</title>');
    writeFileSync(path.join(server.web, 'assets/small.txt'), 'x'.repeat(2000));
    writeFileSync(path.join(server.web, 'assets/large.bin'), Buffer.alloc(3_000_000, 7));
    server.port = await freePort();
    server.base = `http://127.0.0.1:${server.port}`;
    const list = ['serve', '--data', server.data, '--listen', `127.0.0.1:${server.port}`, '--web', server.web, '--workers', '1',
      '--log-level', 'error', ...settings];
    server.bin = path.resolve(bin);
    server.process = spawn(path.join(server.bin, 'kapok'), list, { stdio: ['ignore', 'ignore', 'inherit'] });
    server.ended = new Promise((resolve) => server.process.on('exit', resolve));
    for (let i = 0; i < 300; i++) {
      const isUp = await fetch(`${server.base}/healthz`).then((answer) => answer.ok, () => false);
      if (isUp) return server;
      await sleep(100);
    }
    throw new Error('kapok serve is not ready after 30 s');
  }

  async stop() {
    this.process.kill('SIGTERM');
    await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The process that serves now. */
  pid() {
    const children = readFileSync(`/proc/${this.process.pid}/task/${this.process.pid}/children`, 'utf8').trim().split(' ');
    return children.findLast((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('kapok-server'));
  }

  /** { memory (MiB, resident), descriptors } of that process. */
  usage() {
    const pid = this.pid();
    const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return { memory: Number(resident[1]) / 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
  }

  async metric(name) {
    const text = await (await fetch(`${this.base}/metrics`)).text();
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
    return line ? Number(line.slice(name.length + 1)) : 0;
  }
}

/** Viewers in a process of their own, so that what else goes on here does not show in their times. */
export class Viewers {
  constructor(base, connections, pauseMs) {
    const program = path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), 'viewers.mjs');
    this.process = spawn(process.execPath, [program, base, String(connections), String(pauseMs)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  async measure(seconds) {
    this.process.stdin.write(`measure ${seconds}\n`);
    return JSON.parse((await this.lines.next()).value);
  }

  stop() {
    this.process.stdin.end();
  }
}

export function readOptions(defaults) {
  const options = { ...defaults };
  for (let i = 2; i < process.argv.length; i += 2) {
    const name = process.argv[i].replace(/^--/, '');
    if (!(name in defaults) || process.argv[i + 1] === undefined) {
      console.error(`usage: node ${path.basename(process.argv[1])} ${Object.keys(defaults).map((key) => `[--${key} ${defaults[key]}]`).join(' ')}`);
      process.exit(2);
    }
    options[name] = typeof defaults[name] === 'number' ? Number(process.argv[i + 1]) : process.argv[i + 1];
  }
  return options;
}
