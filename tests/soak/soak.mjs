// An hour at full load (or as long as told): wrk on playlist-like files, pieces and pages, new connections, refused requests;
// memory and descriptors of the server are looked at all the while. Prints a line each minute
// at most; exit status 1 when they grow: the last third's median beyond the first third's by more than a tenth and 8 MiB, or by
// more than 16 descriptors.
//   node tests/soak/soak.mjs --bin build/bin [--minutes 60]
import { spawn } from 'node:child_process';
import http from 'node:http';
import { SoakServer, Viewers, readOptions, sleep } from './server.mjs';

const options = readOptions({ bin: 'build/bin', minutes: 60 });
const totalMs = options.minutes * 60_000;
const sampleMs = Math.max(1000, totalMs / 360);
const paths = ['/assets/small.txt', '/assets/large.bin', '/', '/api/v1/courses', '/api/v1/courses?q=taiji', '/metrics'];

const server = await SoakServer.start(options.bin, ['--connection-limit', '8192', '--access-log', '/dev/null']);
const children = [];
const load = (program, ...list) => {
  const child = spawn(program, list, { stdio: 'ignore' });
  child.on('error', () => console.error(`${program} is needed by this command`));
  children.push(child);
};
for (const path of paths) load('wrk', '-t1', path.includes('large') ? '-c8' : '-c32', `-d${Math.ceil(totalMs / 1000)}s`, server.base + path);

/** New connections, among them some that break off and some that are refused for their form. */
async function disturb() {
  while (!isDone) {
    for (let i = 0; i < 20; i++) {
      const request = http.get({ port: server.port, host: '127.0.0.1', path: i % 2 ? '/assets/large.bin' : '/%00', agent: false });
      request.on('error', () => {});
      request.on('response', (response) => {
        response.on('error', () => {});
        if (i % 3 === 0) request.destroy();
        else response.resume();
      });
    }
    await sleep(100);
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
let isDone = false;
const samples = [];
const viewers = new Viewers(server.base, 8, 100);
disturb();
const begun = performance.now();
let saidMs = 0;
let failures = 0;
const viewing = (async () => {
  while (performance.now() - begun < totalMs - 6000) failures += (await viewers.measure(5)).failures;
})();
while (performance.now() - begun < totalMs) {
  await sleep(sampleMs);
  const usage = server.usage();
  samples.push(usage);
  const spent = performance.now() - begun;
  if (spent - saidMs >= Math.min(60_000, totalMs / 6)) {
    saidMs = spent;
    console.log(`${(spent / 60_000).toFixed(1).padStart(6)} min  ${usage.memory.toFixed(1)} MiB  ${usage.descriptors} descriptors`);
  }
}
isDone = true;
await viewing;
viewers.stop();
for (const child of children) child.kill('SIGTERM');
await server.stop();

const third = Math.floor(samples.length / 3);
const warm = samples.slice(Math.floor(third / 2), third + Math.floor(third / 2)); // caches are full by then
const last = samples.slice(-third);
const memory = [median(warm.map((s) => s.memory)), median(last.map((s) => s.memory))];
const descriptors = [median(warm.map((s) => s.descriptors)), median(last.map((s) => s.descriptors))];
console.log(`memory ${memory[0].toFixed(1)} -> ${memory[1].toFixed(1)} MiB, descriptors ${descriptors[0]} -> ${descriptors[1]}, ${failures} requests of viewers failed`);
const grows = memory[1] > memory[0] * 1.1 && memory[1] - memory[0] > 8;
process.exit(grows || descriptors[1] - descriptors[0] > 16 || failures > 0 ? 1 : 0);
