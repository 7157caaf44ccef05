// Reads lessons over HTTP the way a player would, with hls-parser in strict mode.
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(path.join(process.env.KAPOK_NODE_MODULES, 'x.js'));
const HLS = require('hls-parser');
HLS.setOptions({ strictMode: true });

export async function fetchBytes(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(30000) });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return { bytes: Buffer.from(await response.arrayBuffer()), type: response.headers.get('content-type') ?? '' };
}

export async function fetchPlaylist(url) {
  const { bytes, type } = await fetchBytes(url);
  if (!type.startsWith('application/vnd.apple.mpegurl')) throw new Error(`${url}: content type ${type}`);
  const text = bytes.toString('utf8');
  return { url, text, playlist: HLS.parse(text) };
}

// The lesson: { master, variants (those that play: no I-frame playlists), iFrames (those), renditions: [{ kind, variant, url, text, playlist, segments: [{ url, duration, mapUrl }] }] }.
// `variant` is hls-parser's Variant (video) or Rendition (audio).
export async function fetchLesson(base, asset) {
  const master = await fetchPlaylist(`${base}/media/${asset}/master.m3u8`);
  if (!master.playlist.isMasterPlaylist) throw new Error('master.m3u8 is no multivariant playlist');
  const wanted = new Map();
  const variants = master.playlist.variants.filter((variant) => !variant.isIFrameOnly);
  const iFrames = master.playlist.variants.filter((variant) => variant.isIFrameOnly);
  for (const variant of variants) {
    const kind = variant.resolution ? 'video' : 'audio';
    wanted.set(new URL(variant.uri, master.url).href, { kind, variant });
    for (const audio of variant.audio)
      if (audio.uri) wanted.set(new URL(audio.uri, master.url).href, { kind: 'audio', variant: audio });
  }
  const renditions = [];
  for (const [url, { kind, variant }] of wanted) {
    const media = await fetchPlaylist(url);
    const segments = media.playlist.segments.map((segment) => ({
      url: new URL(segment.uri, url).href,
      duration: segment.duration,
      mapUrl: new URL(segment.map.uri, url).href,
    }));
    renditions.push({ kind, variant, ...media, segments });
  }
  return { master, variants, iFrames, renditions };
}
