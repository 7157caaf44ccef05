// In what form a lesson is asked for: what this engine plays, the likeliest first. Pure.

import type { Asset } from "../api/types";

export interface Abilities {
  isTv: boolean; // a television: its own player is nearer to its decoder than a script
  hls: boolean; // the video element plays HLS
  mse: boolean; // hls.js runs
  h264: boolean; // the video element plays H.264 in MP4
  height: number; // of the screen, device pixels
}

export interface Source {
  kind: "native" | "engine" | "file";
  url: string;
}

/** Addresses of an asset lie side by side, signed or not. */
function folderOf(playlist: string): string {
  return playlist.replace(/master\.m3u8.*$/, "");
}

/** The highest rung that the screen shows; the lowest when all are higher. */
function heightFor(asset: Asset, screen: number): number {
  let chosen = 0;
  let lowest = Infinity;
  for (let i = 0; i < asset.tracks.length; i++) {
    const track = asset.tracks[i]!;
    if (track.kind !== "video" || !track.height) continue;
    lowest = Math.min(lowest, track.height);
    if (track.height <= screen) chosen = Math.max(chosen, track.height);
  }
  return chosen > 0 ? chosen : lowest === Infinity ? 0 : lowest;
}

/** Empty: nothing of it can be played here. */
export function sourcesOf(asset: Asset, can: Abilities): Source[] {
  const found: Source[] = [];
  if (!asset.playlist || !can.h264) return found;
  const folder = folderOf(asset.playlist);
  const native: Source = { kind: "native", url: folder + "ts/master.m3u8" };
  if (can.hls && can.isTv) found.push(native);
  if (can.mse) found.push({ kind: "engine", url: folder + "ts/master.m3u8" });
  if (can.hls && !can.isTv) found.push(native);
  const height = heightFor(asset, can.height);
  if (asset.state === "ready" && height > 0) found.push({ kind: "file", url: folder + height + ".mp4" });
  if (asset.state === "ready" && height === 0) found.unshift({ kind: "file", url: folder + "sound.m4a" });
  return found;
}

/** Of a channel: it has one form only. */
export function liveSourcesOf(stream: string, can: Abilities): Source[] {
  const found: Source[] = [];
  if (!can.h264) return found;
  if (can.hls && can.isTv) found.push({ kind: "native", url: stream });
  if (can.mse) found.push({ kind: "engine", url: stream });
  if (can.hls && !can.isTv) found.push({ kind: "native", url: stream });
  return found;
}

const TELEVISIONS = /Tizen|Web0S|webOS|SMART-TV|SmartTV|NetCast|HbbTV|VIDAA|Viera|BRAVIA|AFT[A-Z]|AndroidTV|Android TV|CrKey|MiTV|Hisense|TCL/i;

export function isTelevision(userAgent: string): boolean {
  return TELEVISIONS.test(userAgent);
}

/** What the engine says of itself. */
export function abilitiesHere(): Abilities {
  const video = document.createElement("video");
  const plays = function (type: string): boolean {
    return !!video.canPlayType && video.canPlayType(type) !== "";
  };
  const type = 'video/mp4; codecs="avc1.42E01E, mp4a.40.2"';
  const source = (window as { MediaSource?: typeof MediaSource }).MediaSource;
  const hls = plays("application/vnd.apple.mpegurl") || plays("application/x-mpegURL");
  return {
    isTv: isTelevision(navigator.userAgent),
    hls,
    mse: !!source && typeof source.isTypeSupported === "function" && source.isTypeSupported(type) && "Promise" in window,
    h264: plays(type),
    height: Math.max(screen.width, screen.height) * (window.devicePixelRatio || 1) >= 1900 ? 1080 : 720,
  };
}
