// Servers on this machine that a bench talks to.

import { createServer } from 'node:net';

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A port that is free now. */
export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Waits until something answers at `origin`, up to ten seconds. */
export async function untilUp(origin) {
  for (let i = 0; i < 200; i++) {
    try {
      await fetch(`${origin}/healthz`);
      return;
    } catch {
      await sleep(50);
    }
  }
  throw new Error(`${origin} does not answer`);
}
