// Feeds a video element from an HLS playlist: hls.js where there is Media Source Extensions, otherwise the
// browser's own HLS. Recovers from failures within a budget, and follows playlists that are still growing.

import Hls, { ErrorTypes, Events, type ErrorData, type HlsConfig, type Level } from "hls.js";
import { CaptionTracks } from "./caption_tracks";
import { barDuration } from "./growth";
import { SegmentPatience, wholeTimelineUrl } from "./patience";
import { RecoveryBudget, type FailureKind } from "./recovery";
import type { Rendition } from "./renditions";
import { SeekAhead } from "./seek_ahead";

export interface SourceOptions {
  url: string;
  startAt: number; // seconds
  knownDuration: number | null; // seconds, of the source file; null when not known yet
  isGrowing: boolean; // the lesson is still being made
}

export interface SourceEvents {
  onRenditions: (renditions: Rendition[]) => void;
  /** The player tries again by itself (true), or has data again (false). */
  onTrouble: (isInTrouble: boolean) => void;
  /** The budget of tries is used up; retry() begins anew. */
  onFailure: (kind: FailureKind) => void;
  /** The picture waits for a part that is being made (true), or has it (false). */
  onWaiting: (isWaiting: boolean) => void;
}

const { fragLoadPolicy } = Hls.DefaultConfig;

const CONFIG: Partial<HlsConfig> = {
  enableWorker: false, // fragmented MP4 is passed on as it is: there is nothing to do beside
  capLevelToPlayerSize: true,
  renderTextTracksNatively: false, // CaptionTracks does
  backBufferLength: 90,
  maxMaxBufferLength: 120, // village lines are narrow: do not fetch what may never be watched
  liveDurationInfinity: false,
  liveSyncDurationCount: 1,
  liveMaxLatencyDurationCount: Infinity,
};

export class HlsSource {
  /** The hls.js instance; null while the browser plays HLS by itself. */
  readonly hls: Hls | null;
  private readonly budget = new RecoveryBudget();
  private readonly patience = new SegmentPatience();
  private seekAhead: SeekAhead | null = null;
  private isGrowingLesson: boolean;
  private knownDuration: number | null;
  private timer = 0;
  private lastFailure: FailureKind | null = null;

  static isSupported(video: HTMLVideoElement): boolean {
    return Hls.isSupported() || video.canPlayType("application/vnd.apple.mpegurl") !== "";
  }

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly options: SourceOptions,
    private readonly events: SourceEvents,
  ) {
    this.knownDuration = options.knownDuration;
    this.isGrowingLesson = options.isGrowing;
    this.hls = Hls.isSupported() ? this.openHls() : null;
    if (!this.hls) this.openNative();
    window.addEventListener("online", this.onOnline);
  }

  /** Where the playlist ends now, in seconds; infinite while that is not known. */
  get edge(): number {
    return this.hls?.latestLevelDetails?.edge ?? Number.POSITIVE_INFINITY;
  }

  get segmentDuration(): number {
    return this.hls?.latestLevelDetails?.targetduration ?? 4;
  }

  /** Whether the playlist lists what is still to come, so that one may seek there. */
  get isWholeTimeline(): boolean {
    return this.hls?.url?.includes("timeline=whole") ?? false;
  }

  /** Whether the playlist may still get further segments. */
  get isGrowing(): boolean {
    return this.hls?.latestLevelDetails?.live ?? false;
  }

  setKnownDuration(seconds: number | null): void {
    this.knownDuration = seconds;
  }

  /** Switches at the next segment; -1 leaves the choice to the measured bandwidth. */
  selectLevel(index: number): void {
    this.seekAhead?.choose(index);
  }

  /** The lesson is whole now, or will not become so; for the next reload. */
  setGrowing(isGrowing: boolean): void {
    this.isGrowingLesson = isGrowing;
  }

  /** Begins anew after a failure, from where the person was. */
  retry(): void {
    this.budget.reset();
    this.recover(this.lastFailure ?? "network");
  }

  /** Reads the multivariant playlist again, for renditions that were added since, and goes on in place. */
  reload(): void {
    if (!this.hls) return;
    const wasPlaying = !this.video.paused;
    this.hls.config.startPosition = this.video.currentTime;
    this.hls.loadSource(this.playlistUrl);
    if (wasPlaying) this.hls.once(Events.MANIFEST_PARSED, () => void this.video.play().catch(() => undefined));
  }

  destroy(): void {
    clearTimeout(this.timer);
    window.removeEventListener("online", this.onOnline);
    this.hls?.destroy();
  }

  private get playlistUrl(): string {
    return this.isGrowingLesson ? wholeTimelineUrl(this.options.url) : this.options.url;
  }

  private openHls(): Hls {
    const policy = { default: { ...fragLoadPolicy.default, errorRetry: this.patience.retryConfig } };
    const hls = new Hls({ ...CONFIG, fragLoadPolicy: policy, startPosition: this.options.startAt });
    new CaptionTracks(hls, this.video);
    this.seekAhead = new SeekAhead(hls, this.video, this.patience, this.events.onWaiting);
    hls.on(Events.MANIFEST_PARSED, () => this.events.onRenditions(hls.levels.map(renditionOf)));
    hls.on(Events.LEVELS_UPDATED, () => this.events.onRenditions(hls.levels.map(renditionOf)));
    hls.on(Events.FRAG_BUFFERED, () => this.recovered());
    hls.on(Events.ERROR, (_event, data) => this.onError(data));
    hls.loadSource(this.playlistUrl);
    this.attach(hls);
    return hls;
  }

  /** While the playlist grows, the time bar shows the length of the whole lesson. */
  private attach(hls: Hls): void {
    const source = this;
    const overrides = {
      get duration(): number {
        const details = hls.latestLevelDetails;
        return details?.live ? barDuration(source.knownDuration, details.edge) : 0;
      },
    };
    hls.attachMedia({ media: this.video, overrides });
  }

  private openNative(): void {
    this.video.src = this.options.url;
    this.video.addEventListener(
      "loadedmetadata",
      () => {
        if (this.options.startAt > 0) this.video.currentTime = this.options.startAt;
      },
      { once: true },
    );
    this.video.addEventListener("error", () => {
      const isNetwork = this.video.error?.code === MediaError.MEDIA_ERR_NETWORK;
      this.fail(isNetwork ? "network" : "media");
    });
  }

  private onError(data: ErrorData): void {
    const kind = data.type === ErrorTypes.NETWORK_ERROR ? "network" : "media";
    if (data.fatal) return this.fail(kind);
    const isStalled = this.video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    if (kind !== "network" || !isStalled || SeekAhead.isComing(data)) return;
    this.lastFailure = kind; // hls.js tries again by itself; until it succeeds, say why nothing moves
    this.events.onTrouble(true);
  }

  private fail(kind: FailureKind): void {
    this.lastFailure = kind;
    clearTimeout(this.timer);
    const recovery = this.budget.next(kind, Date.now());
    if (recovery.action === "give-up") {
      this.hls?.stopLoad();
      this.events.onTrouble(false);
      this.events.onFailure(kind);
      return;
    }
    this.events.onTrouble(true);
    this.timer = window.setTimeout(() => this.recover(kind), recovery.delayMs);
  }

  private recover(kind: FailureKind): void {
    const hls = this.hls;
    const position = this.video.currentTime || this.options.startAt;
    if (!hls) {
      this.video.load();
      this.video.currentTime = position;
    } else if (hls.levels.length === 0) {
      hls.loadSource(this.playlistUrl);
    } else if (kind === "network") {
      hls.startLoad(position);
    } else {
      hls.detachMedia();
      this.attach(hls);
      hls.startLoad(position);
    }
  }

  private recovered(): void {
    if (this.lastFailure === null) return;
    this.lastFailure = null;
    this.events.onTrouble(false);
  }

  private readonly onOnline = (): void => {
    if (this.lastFailure === "network") this.recover("network");
  };
}

function renditionOf(level: Level, index: number): Rendition {
  return { id: String(index), width: level.width, height: level.height, bitrate: level.bitrate };
}
