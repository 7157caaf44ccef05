// The caption tracks of a playlist as text tracks of the video element, where media-chrome's menu finds them.
// hls.js could make these tracks itself, but it gives each a data: address, which our content policy forbids.

import type Hls from "hls.js";
import { Events, type CuesParsedData, type MediaPlaylist } from "hls.js";

interface CaptionTrack {
  name: string;
  language: string;
  textTrack: TextTrack;
  known: Set<string>; // the cues that are in the track: a track shown again is loaded again
}

export class CaptionTracks {
  private readonly tracks: CaptionTrack[] = [];
  private order: CaptionTrack[] = []; // by hls.js's index

  /** Use with `renderTextTracksNatively: false`. */
  constructor(
    private readonly hls: Hls,
    private readonly video: HTMLVideoElement,
  ) {
    hls.on(Events.SUBTITLE_TRACKS_UPDATED, (_event, data) => this.take(data.subtitleTracks));
    hls.on(Events.CUES_PARSED, (_event, data) => this.addCues(data));
    video.textTracks.addEventListener("change", () => this.follow());
  }

  private take(playlists: MediaPlaylist[]): void {
    this.order = playlists.map((playlist) => this.find(playlist) ?? this.create(playlist));
    this.follow();
  }

  private find(playlist: MediaPlaylist): CaptionTrack | undefined {
    return this.tracks.find((track) => track.name === playlist.name && track.language === (playlist.lang ?? ""));
  }

  private create(playlist: MediaPlaylist): CaptionTrack {
    const language = playlist.lang ?? "";
    const textTrack = this.video.addTextTrack("subtitles", playlist.name, language);
    textTrack.mode = playlist.default ? "showing" : "disabled";
    const track = { name: playlist.name, language, textTrack, known: new Set<string>() };
    this.tracks.push(track);
    return track;
  }

  /** Loads the captions that the menu shows, and no others. */
  private follow(): void {
    const shown = this.order.findIndex((track) => track.textTrack.mode === "showing");
    if (this.hls.subtitleTrack !== shown) this.hls.subtitleTrack = shown;
  }

  private addCues(data: CuesParsedData): void {
    const track = data.subtitleTrack && this.find(data.subtitleTrack);
    if (!track || data.type !== "subtitles") return;
    for (const cue of data.cues as VTTCue[]) {
      const key = `${cue.startTime}|${cue.endTime}|${cue.text}`;
      if (track.known.has(key)) continue;
      track.known.add(key);
      track.textTrack.addCue(cue);
    }
  }
}
