// Captions, drawn by ourselves: large, and the same in every engine.

import type { CaptionTrack } from "../api/types";
import { parseCues, type Cue } from "../text/webvtt";
import { getText } from "./ask";
import { el, fill, setShown, setText } from "./dom";
import { language } from "./text";

const CHOICE_KEY = "kapok.tv.captions";
const BYTES_MAX = 4 * 1024 * 1024; // nothing that people read is longer

function isWanted(): boolean {
  try {
    return localStorage.getItem(CHOICE_KEY) !== "off";
  } catch (_error) {
    return true;
  }
}

/** The track in the page's language, else a Chinese one, else the first. */
export function chooseTrack(tracks: CaptionTrack[], wanted: string): CaptionTrack | null {
  const beginnings = [wanted, wanted.slice(0, 2), "zh"];
  for (let i = 0; i < beginnings.length; i++) {
    const fitting = tracks.filter((track) => track.language.indexOf(beginnings[i]!) === 0);
    if (fitting[0]) return fitting[0];
  }
  return tracks[0] || null;
}

export class Captions {
  private cues: Cue[] = [];
  private isOn = isWanted();
  private readonly words = el("span");
  readonly track: CaptionTrack | null;

  constructor(
    private readonly node: HTMLElement,
    tracks: CaptionTrack[],
  ) {
    fill(node, [this.words]);
    this.track = chooseTrack(tracks, language);
    if (!this.track) return;
    node.setAttribute("lang", this.track.language);
    getText(this.track.url, (text) => {
      if (text !== null && text.length <= BYTES_MAX) this.cues = parseCues(text);
    });
  }

  get isShown(): boolean {
    return this.isOn && this.track !== null;
  }

  toggle(): void {
    this.isOn = !this.isOn;
    try {
      localStorage.setItem(CHOICE_KEY, this.isOn ? "on" : "off");
    } catch (_error) {
      // Remembered until the page is closed.
    }
  }

  show(seconds: number): void {
    const lines: string[] = [];
    for (let i = 0; this.isOn && i < this.cues.length; i++) {
      const cue = this.cues[i]!;
      if (cue.start <= seconds && seconds < cue.end && lines.length < 3) lines.push(cue.text);
    }
    setText(this.words, lines.join("\n"));
    setShown(this.node, lines.length > 0);
  }
}
