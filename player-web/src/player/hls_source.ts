// Feeds a video element from an HLS playlist: hls.js where there is Media Source Extensions, otherwise the
// browser's own HLS. Recovers from failures within a budget, and follows playlists that are still growing.

import Hls, { ErrorTypes, Events, type ErrorData, type HlsConfig, type Level } from "hls.js";
import { CaptionTracks } from "./caption_tracks";
import { barDuration } from "./growth";
import { RecoveryBudget, type FailureKind } from "./recovery";
import type { Rendition } from "./renditions";

declare const HLS_WORKER_URL: string;

export interface SourceOptions {
  url: string;
  startAt: number; // seconds
  knownDuration: number | null; // seconds, of the source file; null when not known yet
}

export interface SourceEvents {
  onRenditions: (renditions: Rendition[]) => void;
  /** The player tries again by itself (true), or has data again (false). */
  onTrouble: (isInTrouble: boolean) => void;
  /** The budget of tries is used up; retry() begins anew. */
  onFailure: (kind: FailureKind) => void;
}

const { fragLoadPolicy } = Hls.DefaultConfig;

const CONFIG: Partial<HlsConfig> = {
  workerPath: HLS_WORKER_URL,
  capLevelToPlayerSize: true,
  renderTextTracksNatively: false, // CaptionTracks does
  fragLoadPolicy: {
    default: {
      ...fragLoadPolicy.default,
      errorRetry: { maxNumRetry: 4, retryDelayMs: 1000, maxRetryDelayMs: 8000 },
    },
  },
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

  /** Whether the playlist may still get further segments. */
  get isGrowing(): boolean {
    return this.hls?.latestLevelDetails?.live ?? false;
  }

  setKnownDuration(seconds: number | null): void {
    this.knownDuration = seconds;
  }

  /** Switches at the next segment; -1 leaves the choice to the measured bandwidth. */
  selectLevel(index: number): void {
    if (this.hls) this.hls.nextLevel = index;
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
    this.hls.loadSource(this.options.url);
    if (wasPlaying) this.hls.once(Events.MANIFEST_PARSED, () => void this.video.play().catch(() => undefined));
  }

  destroy(): void {
    clearTimeout(this.timer);
    window.removeEventListener("online", this.onOnline);
    this.hls?.destroy();
  }

  private openHls(): Hls {
    const hls = new Hls({ ...CONFIG, startPosition: this.options.startAt });
    new CaptionTracks(hls, this.video);
    hls.on(Events.MANIFEST_PARSED, () => this.events.onRenditions(hls.levels.map(renditionOf)));
    hls.on(Events.LEVELS_UPDATED, () => this.events.onRenditions(hls.levels.map(renditionOf)));
    hls.on(Events.FRAG_BUFFERED, () => this.recovered());
    hls.on(Events.ERROR, (_event, data) => this.onError(data));
    hls.loadSource(this.options.url);
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
    if (kind !== "network" || !isStalled) return;
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
      hls.loadSource(this.options.url);
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
