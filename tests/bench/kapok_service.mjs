// A running `kapok serve` in a folder of its own, and lessons that go through it.

import { execFile, execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort, sleep } from './loopback.mjs';
import { MachineWatch, ProcessTree, startProcess } from './process_meter.mjs';

const LIMIT_MS = 900_000;

export async function until(what, stepMs, check) {
  for (const start = performance.now(); performance.now() - start < LIMIT_MS; await sleep(stepMs)) {
    const result = await check();
    if (result) return result;
  }
  throw new Error(`${what}: not within ${LIMIT_MS / 1000} s`);
}

export class KapokService {
  #process;
  #tree;

  static async start(bin, folder, { workers } = {}) {
    const service = new KapokService();
    service.kapok = path.resolve(bin, 'kapok');
    service.data = path.join(folder, 'data');
    service.origin = `http://127.0.0.1:${await freePort()}`;
    const settings = ['--data', service.data, '--listen', service.origin.slice(7), '--log-level', 'warning'];
    if (workers) settings.push('--workers', String(workers));
    service.#process = startProcess(service.kapok, ['serve', ...settings], ['ignore', 'ignore', 'inherit']);
    await until('the server', 20, () => service.get('/healthz'));
    await until('a worker', 50, () => service.#workersAreReady());
    service.#tree = new ProcessTree(service.#process.pid);
    return service;
  }

  #workersAreReady() {
    try {
      return Number(this.sql('select count(*) from worker')) > 0;
    } catch {
      return false; // the catalog is not made yet
    }
  }

  /** Ends the service and removes its folder. */
  async stop() {
    this.#tree?.stop();
    const ended = new Promise((resolve) => this.#process.on('exit', resolve));
    if (this.#process.exitCode === null && this.#process.kill('SIGTERM')) await ended;
    rmSync(this.data, { recursive: true, force: true });
  }

  async get(url) {
    try {
      const answer = await fetch(this.origin + url);
      return answer.ok ? await answer.text() : null;
    } catch {
      return null;
    }
  }

  sql(query) {
    return execFileSync('sqlite3', ['-readonly', '-cmd', '.timeout 5000', path.join(this.data, 'catalog.sqlite3'), query])
      .toString().trim();
  }

  /** Begins a lesson; returns its asset. */
  async ingest(source) {
    const { stdout } = await promisify(execFile)(this.kapok, ['ingest', '--data', this.data, source]);
    return stdout.split('\t')[0];
  }

  async waitIdle() {
    await until('the last job', 150, () => this.sql("select count(*) from job where state in ('ready', 'running')") === '0');
  }

  async #state(asset) {
    const { state, error } = JSON.parse((await this.get(`/api/v1/assets/${asset}`)) ?? '{}');
    if (state === 'failed') throw new Error(`the lesson failed: ${JSON.stringify(error)}`);
    return state;
  }

  /** One lesson from `kapok ingest` until all is published, then until the last job has ended: what it took. */
  async timeLesson(source) {
    await this.waitIdle();
    await sleep(300); // what has just ended is waited for
    const watch = new MachineWatch();
    const before = this.#tree.totalCpuMs();
    this.#tree.restart();
    const start = performance.now();
    const asset = await this.ingest(source);
    await until('the lesson', 40, async () => (await this.#state(asset)) === 'ready');
    const wallMs = performance.now() - start;
    await this.waitIdle();
    await sleep(300);
    const cpuMs = this.#tree.totalCpuMs() - before;
    return { asset, wallMs, cpuMs, others: watch.othersShare(cpuMs), ...this.#jobs(cpuMs), ...this.#memory() };
  }

  /** Children by what they did: CPU of each kind, and the time from the first span's start to the last one's end. */
  #jobs(cpuMs) {
    const kinds = {};
    let first = Infinity;
    let last = 0;
    for (const { arguments: [, role, label = ''], cpuMs: spent, firstMs, lastMs } of this.#tree.seen.values()) {
      if (role !== 'child') continue;
      const kind = label.replace(/-\d+$/, '') || 'unknown';
      kinds[kind] = (kinds[kind] ?? 0) + spent;
      if (kind !== 'span') continue;
      first = Math.min(first, firstMs);
      last = Math.max(last, lastMs);
    }
    // Children are seen a little before their end, so the sum of the others is low and the engine's share never is.
    const others = Object.entries(kinds).reduce((sum, [kind, ms]) => sum + (kind === 'span' ? 0 : ms), 0);
    const engineWallMs = last - first;
    return { kinds, engineCpuMs: cpuMs - others, engineWallMs };
  }

  #memory() {
    const isWorker = ([, command]) => command === 'worker';
    const workers = [...this.#tree.seen].filter(([, process]) => isWorker(process.arguments)).map(([pid]) => pid);
    const peaks = workers.map((pid) => this.#tree.familyPeak.get(pid) ?? 0);
    return { workerPeak: Math.max(...peaks), workersPeak: peaks.reduce((sum, bytes) => sum + bytes, 0) };
  }

  plan(asset) {
    return JSON.parse(this.sql(`select plan from asset where id = '${asset}'`));
  }

  /** { name: { height, kind, bytes } } of the stored tracks. */
  tracks(asset) {
    const rows = this.sql(`select name, kind, height, (select sum(length) from segment where track_id = track.id)
      from track where asset_id = '${asset}'`);
    return rows.split('\n').map((row) => row.split('|')).map(([name, kind, height, bytes]) =>
      ({ name, kind, height: Number(height), bytes: Number(bytes) }));
  }

  /** Where the spans of a track begin, in seconds from the first. */
  spanStarts(asset, track) {
    const rows = this.sql(`select cast(min(s.decode_time) - (select min(decode_time) from segment where track_id = t.id)
      as real) / t.timescale_hz from segment s join track t on t.id = s.track_id where t.asset_id = '${asset}'
      and t.name = '${track}' group by s.span_index order by 1`);
    return rows.split('\n').map(Number);
  }

  /** Variants of the multivariant playlist as [height, uri], smallest first. */
  async variants(asset) {
    const playlist = (await this.get(`/media/${asset}/master.m3u8`)) ?? '';
    const found = [...playlist.matchAll(/RESOLUTION=\d+x(\d+).*\n(.+)/g)].map(([, height, uri]) => [Number(height), uri]);
    return found.sort((a, b) => a[0] - b[0]);
  }

  /** Addresses of the init segment and the segments that a media playlist lists now. */
  async segments(asset, uri) {
    const playlist = (await this.get(`/media/${asset}/${uri}`)) ?? '';
    const base = `${this.origin}/media/${asset}/${uri}`;
    const map = /#EXT-X-MAP:URI="([^"]+)"/.exec(playlist)?.[1];
    const uris = playlist.split('\n').filter((line) => line && !line.startsWith('#'));
    return { init: map && new URL(map, base).href, media: uris.map((one) => new URL(one, base).href) };
  }

  /** All of a rung, over HTTP as a player gets it, as one file. */
  async download(asset, height, file) {
    const uri = (await this.variants(asset)).find(([lines]) => lines === height)[1];
    const { init, media } = await this.segments(asset, uri);
    const parts = [];
    for (const url of [init, ...media]) {
      const answer = await fetch(url);
      if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
      parts.push(Buffer.from(await answer.arrayBuffer()));
    }
    writeFileSync(file, Buffer.concat(parts));
  }
}
