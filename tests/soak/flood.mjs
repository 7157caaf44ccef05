// Floods beside normal viewers: CONNECTIONS that send their heads slowly, their bodies slowly, read slowly, or do nothing. Prints
// what viewers wait with each, against what they wait alone, and how many of the flood were cut off; exit status 1 when a viewer's
// request failed, when the flood still stood at the end, or when the 99th percentile was more than twice the idle one.
//   node tests/soak/flood.mjs --bin build/bin [--connections 2000] [--seconds 10]
import net from 'node:net';
import { SoakServer, Viewers, readOptions, sleep } from './server.mjs';

const options = readOptions({ bin: 'build/bin', connections: 2000, seconds: 10 });
const CUT_LIMIT_S = 90;
/** Below this a difference is the machine's. */
const NOISE_MS = 3;

const kinds = {
  'slow head': { begin: 'GET /healthz HTTP/1.1\r\nHost: x\r\nCookie: ', drip: 'a' },
  'slow body': {
    begin: 'POST /api/v1/courses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500000\r\n\r\n{',
    drip: ' ',
  },
  'slow read': { begin: 'GET /assets/large.bin HTTP/1.1\r\nHost: x\r\n\r\n', drip: null, isPaused: true },
  idle: { begin: '', drip: null },
};

class Flood {
  sockets = [];

  async open(port, kind, count) {
    for (let i = 0; i < count; i++) {
      const socket = net.connect({ port, host: '127.0.0.1' });
      socket.on('error', () => {});
      socket.on('connect', () => kind.begin && socket.write(kind.begin));
      if (kind.isPaused) socket.pause();
      else socket.resume();
      this.sockets.push(socket);
      if (i % 100 === 99) await sleep(20);
    }
    this.timer = setInterval(() => this.drip(kind), 1000);
  }

  drip(kind) {
    for (const socket of this.sockets) {
      if (kind.drip && !socket.destroyed) socket.write(kind.drip);
    }
  }

  close() {
    clearInterval(this.timer);
    for (const socket of this.sockets) socket.destroy();
  }
}

const format = (value) => (value === null ? '-' : value.toFixed(2)).padStart(9);
let isWrong = false;

const server = await SoakServer.start(options.bin, ['--connection-limit', '20000', '--idle-timeout', '20s']);
const viewers = new Viewers(server.base, 16, 50);
try {
  await viewers.measure(2);
  const idle = await viewers.measure(options.seconds);
  const own = (await server.metric('kapok_http_connections')) + 4;
  console.log(`${options.connections} connections each; milliseconds of ${idle.answers} answers a row`);
  console.log('flood            p50       p99     worst  p99 over idle   failed   cut off   after');
  console.log(`none      ${format(idle.p50)} ${format(idle.p99)} ${format(idle.worst)}`);
  for (const [name, kind] of Object.entries(kinds)) {
    const flood = new Flood();
    const begun = performance.now();
    await flood.open(server.port, kind, options.connections);
    const seen = await viewers.measure(options.seconds);
    let left = options.connections; // the server counts: a paused socket does not hear that it was closed
    while (left > 0 && (performance.now() - begun) / 1000 < CUT_LIMIT_S) {
      left = Math.max(0, (await server.metric('kapok_http_connections')) - own);
      await sleep(200);
    }
    const cut = options.connections - left;
    const took = (performance.now() - begun) / 1000;
    const ratio = seen.p99 / idle.p99;
    console.log(`${name.padEnd(9)} ${format(seen.p50)} ${format(seen.p99)} ${format(seen.worst)} ${format(ratio)}       ` +
      `${String(seen.failures).padStart(6)} ${String(cut).padStart(9)} ${took.toFixed(0).padStart(5)} s`);
    isWrong ||= seen.failures > 0 || cut < options.connections || (ratio > 2 && seen.p99 - idle.p99 > NOISE_MS);
    flood.close();
    await sleep(500);
  }
} finally {
  viewers.stop();
  await server.stop();
}
process.exit(isWrong ? 1 : 0);
