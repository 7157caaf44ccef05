// Viewers as they usually are: CONNECTIONS kept connections that each ask every PAUSE_MS, in turns a small file and a piece of a
// large one. Reads commands on standard input: "measure SECONDS"; answers each with a line of JSON.
//   node viewers.mjs BASE CONNECTIONS PAUSE_MS
import http from 'node:http';
import { createInterface } from 'node:readline';

const [base, connections, pauseMs] = [new URL(process.argv[2]), Number(process.argv[3]), Number(process.argv[4])];
const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
let sample = null; // { times, failures } while it is measured

function ask(path, headers) {
  return new Promise((resolve) => {
    const begun = performance.now();
    const end = (isGood) => {
      if (sample) {
        if (isGood) sample.times.push(performance.now() - begun);
        else sample.failures++;
      }
      resolve();
    };
    const request = http.get({ host: base.hostname, port: base.port, path, headers, agent, timeout: 30_000 }, (response) => {
      response.resume();
      response.on('end', () => end(response.statusCode < 300 && response.complete));
      response.on('error', () => end(false));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => end(false));
  });
}

async function view(offset) {
  await new Promise((resolve) => setTimeout(resolve, (offset * pauseMs) / connections));
  for (let i = offset; ; i++) {
    const begun = performance.now();
    if (i % 4 === 0) await ask('/assets/large.bin', { Range: 'bytes=0-299999' });
    else await ask('/assets/small.txt', {});
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, pauseMs - (performance.now() - begun))));
  }
}

for (let i = 0; i < connections; i++) view(i);
createInterface({ input: process.stdin }).on('line', (line) => {
  const seconds = Number(line.split(' ')[1]);
  sample = { times: [], failures: 0 };
  setTimeout(() => {
    const { times, failures } = sample;
    sample = null;
    times.sort((a, b) => a - b);
    const at = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? null;
    console.log(JSON.stringify({ answers: times.length, failures, p50: at(0.5), p99: at(0.99), worst: times.at(-1) ?? null }));
  }, seconds * 1000);
}).on('close', () => process.exit(0));
