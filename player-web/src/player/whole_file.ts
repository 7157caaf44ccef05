// A lesson as one file that a plain video element plays: progressive MP4, without a streaming engine. Pure.

import type { Asset } from "../api/types";

/** The address of the best whole rendition of at most `tallest` lines; null while nothing is whole, and for sound alone. */
export function wholeFile(asset: Asset, tallest: number): string | null {
  if (!asset.playlist) return null;
  const sound = asset.tracks.filter((track) => track.kind === "audio");
  if (sound.length > 0 && !sound.some((track) => track.progress >= 1)) return null;
  const whole = asset.tracks.filter((track) => track.kind === "video" && track.progress >= 1);
  const sized = whole.sort((a, b) => (a.height ?? 0) - (b.height ?? 0));
  const best = sized.filter((track) => (track.height ?? 0) <= tallest).pop() ?? sized[0];
  if (!best) return null;
  const name = /^v\d+$/.test(best.name) ? best.name.slice(1) : best.height; // a copied source has another name
  return `${asset.playlist.slice(0, asset.playlist.lastIndexOf("/"))}/${name}.mp4`;
}
