// What the time bar knows of a lesson: thumbnails (a storyboard) and chapters, as text tracks of the video element,
// where media-chrome finds them.

import type { Chapter } from "../api/types";
import { element } from "../ui/dom";
import { chapterEnd } from "./chapters";

export class GuideTracks {
  private chapterTrack: TextTrack | null = null;
  private shown = "";

  constructor(private readonly video: HTMLVideoElement) {}

  showThumbnails(address: string | null): void {
    if (!address || this.video.querySelector('track[label="thumbnails"]')) return;
    const track = element("track", { kind: "metadata", label: "thumbnails", src: address, default: true });
    this.video.append(track);
    track.track.mode = "hidden";
  }

  /** Puts `chapters` in place of those shown before. */
  showChapters(chapters: Chapter[], duration: number): void {
    const key = JSON.stringify([chapters, duration]);
    if (key === this.shown || (chapters.length === 0 && !this.chapterTrack)) return;
    this.shown = key;
    const track = (this.chapterTrack ??= this.video.addTextTrack("chapters"));
    track.mode = "hidden"; // a disabled track tells nobody its cues
    for (const cue of [...(track.cues ?? [])]) track.removeCue(cue);
    chapters.forEach((chapter, index) => {
      track.addCue(new VTTCue(chapter.start, chapterEnd(chapters, index, duration), chapter.title));
    });
    track.mode = "disabled"; // media-chrome reads them again at a change of mode
    track.mode = "hidden";
  }
}
