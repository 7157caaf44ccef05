// Kodi over JSON-RPC (TCP, its own port 9090 of loopback). What a command finds goes out as one line of JSON.
//
//   kodi_client.mjs wait                   until Kodi answers: {"version"}
//   kodi_client.mjs enable ADDON...        switches add-ons on
//   kodi_client.mjs play FILE SECONDS      plays it for a while
//   kodi_client.mjs seek FILE SECONDS      the same, then seeks to the middle
//   kodi_client.mjs channel NAME SECONDS   a channel of the guide; of it Kodi tells how far the programme is by the clock, not where
//                                          the player stands
//   kodi_client.mjs guide COUNT            waits for COUNT channels and the first one's broadcasts, and lists both
//   kodi_client.mjs upnp SERVER            looks for a media server by discovery: {"folders", "file"} of its first item
//   kodi_client.mjs quit

import { createConnection } from 'node:net';

const PORT = 9090;
const PATIENCE_MS = 60000;
const SAMPLE_MS = 500;
const UPNP_DEPTH_MAX = 4;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Kodi sends one JSON object after another, with nothing between them. */
class ObjectReader {
  #text = '';
  #at = 0;
  #depth = 0;
  #isInString = false;

  /** The objects that are whole with `piece`. */
  *take(piece) {
    this.#text += piece;
    for (; this.#at < this.#text.length; this.#at++) {
      const letter = this.#text[this.#at];
      if (this.#isInString) {
        if (letter === '\\') this.#at++;
        else if (letter === '"') this.#isInString = false;
        continue;
      }
      if (letter === '"') this.#isInString = true;
      if (letter === '{') this.#depth++;
      if (letter !== '}' || --this.#depth > 0) continue;
      const whole = this.#text.slice(0, this.#at + 1);
      this.#text = this.#text.slice(this.#at + 1);
      this.#at = -1;
      yield JSON.parse(whole);
    }
  }
}

class Kodi {
  #calls = new Map();
  #listeners = new Set();
  #id = 0;

  static async connect() {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const kodi = new Kodi();
      if (await kodi.#open()) return kodi;
      if (Date.now() > end) throw new Error('Kodi does not answer');
      await sleep(500);
    }
  }

  #open() {
    return new Promise((done) => {
      const reader = new ObjectReader();
      this.socket = createConnection(PORT, '127.0.0.1', () => done(true));
      this.socket.setEncoding('utf8');
      this.socket.on('error', () => done(false));
      this.socket.on('data', (piece) => {
        for (const message of reader.take(piece)) this.#hear(message);
      });
    });
  }

  #hear(message) {
    if (message.id === undefined || message.id === null) {
      for (const listener of this.#listeners) listener(message);
      return;
    }
    const call = this.#calls.get(message.id);
    this.#calls.delete(message.id);
    if (message.error) call?.failed(new Error(`${call.method}: ${JSON.stringify(message.error)}`));
    else call?.done(message.result);
  }

  call(method, params = {}) {
    const id = ++this.#id;
    return new Promise((done, failed) => {
      this.#calls.set(id, { method, done, failed });
      this.socket.write(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
      setTimeout(() => this.#calls.delete(id) && failed(new Error(`${method}: no answer`)), PATIENCE_MS).unref();
    });
  }

  /** The time at which Kodi tells of `method`; begins to listen at once. */
  next(method, patienceMs = PATIENCE_MS) {
    return new Promise((done, failed) => {
      const timer = setTimeout(() => {
        this.#listeners.delete(listener);
        failed(new Error(`no ${method} within ${patienceMs / 1000} s`));
      }, patienceMs);
      const listener = (message) => {
        if (message.method !== method) return;
        clearTimeout(timer);
        this.#listeners.delete(listener);
        done(performance.now());
      };
      this.#listeners.add(listener);
    });
  }

  async player() {
    return (await this.call('Player.GetActivePlayers')).find(({ type }) => type === 'video' || type === 'audio')?.playerid;
  }

  /** Where the player stands and when it said so, in seconds. */
  async position(playerid) {
    const begin = performance.now();
    const found = await this.call('Player.GetProperties', { playerid, properties: ['time', 'totaltime', 'speed', 'canseek', 'live'] });
    const seconds = ({ hours, minutes, seconds: rest, milliseconds }) => hours * 3600 + minutes * 60 + rest + milliseconds / 1000;
    return { at: (begin + performance.now()) / 2000, time: seconds(found.time), total: seconds(found.totaltime), speed: found.speed,
      canSeek: found.canseek, isLive: found.live };
  }

  close() {
    this.socket.destroy();
  }
}

/** How far the player comes in `seconds` of the wall clock. */
async function watch(kodi, playerid, seconds) {
  const first = await kodi.position(playerid);
  let last = first;
  while (last.at - first.at < seconds) {
    await sleep(SAMPLE_MS);
    last = await kodi.position(playerid);
  }
  return { first, last, played: last.time - first.time, wall: last.at - first.at };
}

const round = (value) => Math.round(value * 1000) / 1000;

/** Opens `item`; how long until the first picture, and which player has it. */
async function open(kodi, item) {
  const shown = kodi.next('Player.OnAVStart');
  shown.catch(() => {}); // waited for below
  const begin = performance.now();
  await kodi.call('Player.Open', { item });
  const firstMs = Math.round((await shown) - begin);
  const playerid = await kodi.player();
  if (playerid === undefined) throw new Error('nothing plays');
  return { firstMs, playerid };
}

async function stop(kodi, playerid) {
  const stopped = kodi.next('Player.OnStop');
  stopped.catch(() => {});
  await kodi.call('Player.Stop', { playerid });
  await stopped;
}

async function play(kodi, item, seconds, wantsSeek) {
  const { firstMs, playerid } = await open(kodi, item);
  const run = await watch(kodi, playerid, seconds);
  const result = { firstMs, played: round(run.played), wall: round(run.wall), ratio: round(run.played / run.wall),
    total: round(run.last.total), isLive: run.last.isLive, canSeek: run.last.canSeek };
  if (wantsSeek) Object.assign(result, await seek(kodi, playerid, run.last.total / 2));
  await stop(kodi, playerid);
  return result;
}

/** A channel plays for a while; an error when it ends by itself. */
async function playChannel(kodi, name, seconds) {
  const channel = (await channels(kodi)).find(({ label }) => label === name);
  if (!channel) throw new Error(`no channel is called ${name}`);
  const { firstMs, playerid } = await open(kodi, { channelid: channel.channelid });
  const hasEnded = await kodi.next('Player.OnStop', seconds * 1000).then(
    () => true,
    () => false,
  );
  if (hasEnded) throw new Error('it ended by itself');
  await stop(kodi, playerid);
  return { firstMs };
}

/** To `target` seconds; how long until pictures are there, and how it goes on. */
async function seek(kodi, playerid, target) {
  const told = kodi.next('Player.OnSeek');
  told.catch(() => {});
  const begin = performance.now();
  const time = { hours: Math.floor(target / 3600), minutes: Math.floor(target / 60) % 60, seconds: Math.floor(target) % 60, milliseconds: 0 };
  await kodi.call('Player.Seek', { playerid, value: { time } });
  await told;
  let now = await kodi.position(playerid);
  // moving on from near the target: a seek goes to the key frame before it
  const start = now.time;
  while (now.time <= start && performance.now() - begin < PATIENCE_MS) {
    await sleep(50);
    now = await kodi.position(playerid);
  }
  const seekMs = performance.now() - begin;
  const run = await watch(kodi, playerid, 5);
  return { seekTarget: Math.floor(target), seekReached: round(start), seekMs: Math.round(seekMs), seekRatio: round(run.played / run.wall) };
}

async function until(what, ask) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await ask().catch(() => undefined);
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s`);
    await sleep(500);
  }
}

/** Kodi's channels: NAME -> its id. */
async function channels(kodi) {
  const answer = await kodi.call('PVR.GetChannels', { channelgroupid: 'alltv', properties: ['channelnumber', 'icon'] });
  return answer.channels ?? [];
}

async function guide(kodi, count) {
  const found = await until(`${count} channels`, async () => {
    const list = await channels(kodi);
    return list.length >= count ? list : undefined;
  });
  const broadcasts = await until('broadcasts', async () => {
    const answer = await kodi.call('PVR.GetBroadcasts', { channelid: found[0].channelid, properties: ['title', 'starttime', 'endtime', 'plot', 'genre'] });
    return answer.broadcasts?.length > 0 ? answer.broadcasts : undefined;
  });
  return { channels: found.map(({ label, channelnumber, icon }) => ({ label, channelnumber, icon })), broadcasts };
}

/** The first item below a folder, going down the last folder first: that of all lessons. */
async function firstItem(kodi, directory, depth) {
  const { files = [] } = await kodi.call('Files.GetDirectory', { directory, media: 'video' });
  const item = files.find(({ filetype }) => filetype === 'file');
  if (item || depth === 0) return item?.file;
  for (const folder of files.toReversed?.() ?? [...files].reverse()) {
    const found = await firstItem(kodi, folder.file, depth - 1);
    if (found) return found;
  }
  return undefined;
}

async function upnp(kodi, name) {
  const server = await until(`the media server ${name}`, async () => {
    const { files = [] } = await kodi.call('Files.GetDirectory', { directory: 'upnp://', media: 'video' });
    return files.find(({ label }) => label.includes(name));
  });
  const { files = [] } = await kodi.call('Files.GetDirectory', { directory: server.file, media: 'video' });
  return { folders: files.map(({ label }) => label), file: await firstItem(kodi, server.file, UPNP_DEPTH_MAX) };
}

const COMMANDS = {
  wait: async (kodi) => {
    const { version } = await until('the version', () => kodi.call('Application.GetProperties', { properties: ['version'] }));
    return { version: `${version.major}.${version.minor}` };
  },
  enable: async (kodi, ...addons) => {
    for (const addonid of addons)
      await until(addonid, () => kodi.call('Addons.SetAddonEnabled', { addonid, enabled: true }));
    return { addons };
  },
  play: (kodi, file, seconds) => play(kodi, { file }, Number(seconds), false),
  seek: (kodi, file, seconds) => play(kodi, { file }, Number(seconds), true),
  channel: (kodi, name, seconds) => playChannel(kodi, name, Number(seconds)),
  guide: (kodi, count) => guide(kodi, Number(count)),
  upnp,
  quit: async (kodi) => kodi.call('Application.Quit'),
};

const [command, ...rest] = process.argv.slice(2);
const kodi = await Kodi.connect();
try {
  console.log(JSON.stringify(await COMMANDS[command](kodi, ...rest)));
} catch (error) {
  console.log(JSON.stringify({ error: error.message }));
  process.exitCode = 1;
}
kodi.close();
