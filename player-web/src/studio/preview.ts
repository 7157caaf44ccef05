// The lesson as a plain video beside its editors: progressive MP4, so that no streaming engine has to be loaded here.

import type { Asset } from "../api/types";
import { s } from "../i18n/studio";
import { wholeFile } from "../player/whole_file";
import { element, fill } from "../ui/dom";
import type { EditedCue } from "./cues";

const TALLEST = 720;

/** What a plain video element can play of the asset; null while nothing is whole. */
export function previewAddress(asset: Asset, playsHls: boolean): string | null {
  if (!asset.playlist) return null;
  const file = wholeFile(asset, TALLEST);
  if (file) return file;
  const isSoundWhole = asset.tracks.some((track) => track.kind === "audio" && track.progress >= 1);
  if (asset.kind === "audio" && isSoundWhole) return asset.playlist.replace(/[^/]*$/, "sound.m4a");
  return playsHls ? asset.playlist : null;
}

export class Preview {
  readonly box = element("div", { class: "studio-preview" });
  readonly video = element("video", { controls: true, playsinline: true, preload: "metadata", "aria-label": s("preview") });
  private readonly none = element("p", { class: "quiet studio-preview-none" }, s("previewNone"));
  private readonly track: TextTrack;
  private cues: VTTCue[] = [];

  constructor(asset: Asset) {
    this.track = this.video.addTextTrack("captions", s("tab_captions"), "und");
    this.track.mode = "showing";
    this.follow(asset);
  }

  /** Begins to show the lesson once something of it is whole, and shows nothing else from then on. */
  follow(asset: Asset): void {
    if (this.video.hasAttribute("src")) return;
    const address = previewAddress(asset, this.video.canPlayType("application/vnd.apple.mpegurl") === "probably");
    if (address) this.video.src = address;
    fill(this.box, address ? this.video : this.none);
  }

  get time(): number {
    return Math.round(this.video.currentTime * 1000) / 1000;
  }

  playFrom(seconds: number): void {
    this.video.currentTime = seconds;
    void this.video.play().catch(() => undefined);
  }

  /** The captions over the picture, as they are being edited. */
  showCues(cues: EditedCue[], toMarkup: (text: string) => string): void {
    for (const cue of this.cues) this.track.removeCue(cue);
    this.cues = cues.filter((cue) => cue.end > cue.start).map((cue) => new VTTCue(cue.start, cue.end, toMarkup(cue.text)));
    for (const cue of this.cues) this.track.addCue(cue);
  }

  stop(): void {
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
  }
}
