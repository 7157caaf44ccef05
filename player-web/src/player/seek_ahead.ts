// Watches hls.js for segments that are still being made: says so when the picture waits for one, and takes the smallest
// rendition meanwhile, since a part that somebody waits for is made in that one first.

import type Hls from "hls.js";
import { ErrorDetails, Events, PlaylistLevelType, type ErrorData } from "hls.js";
import { bufferedAhead, COMING_STATUS, LONG_AHEAD, SHORT_AHEAD, type SegmentPatience } from "./patience";

const AUTOMATIC = -1;

export class SeekAhead {
  private chosenLevel = AUTOMATIC;
  private isInSmallest = false;
  private isWaiting = false;

  constructor(
    private readonly hls: Hls,
    private readonly video: HTMLVideoElement,
    private readonly patience: SegmentPatience,
    private readonly onWaiting: (isWaiting: boolean) => void,
  ) {
    hls.on(Events.ERROR, (_event, data) => this.onError(data));
    hls.on(Events.FRAG_BUFFERED, () => this.onBuffered());
    hls.on(Events.MANIFEST_LOADING, () => this.forget());
    video.addEventListener("playing", () => this.setWaiting(false));
  }

  /** Whether `data` only says that a segment is still being made. */
  static isComing(data: ErrorData): boolean {
    return data.details === ErrorDetails.FRAG_LOAD_ERROR && data.response?.code === COMING_STATUS;
  }

  /** The rendition that the person wants: -1 leaves the choice to the measured bandwidth. */
  choose(level: number): void {
    this.chosenLevel = level;
    if (!this.isInSmallest) this.hls.nextLevel = level;
  }

  private get ahead(): number {
    return bufferedAhead(this.video.buffered, this.video.currentTime);
  }

  private onError(data: ErrorData): void {
    if (!SeekAhead.isComing(data) || this.ahead >= SHORT_AHEAD) return;
    if (this.video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) this.setWaiting(true);
    const isPicture = data.frag?.type === PlaylistLevelType.MAIN;
    if (!isPicture || this.isInSmallest || this.hls.levels.length < 2) return;
    this.isInSmallest = true;
    this.hls.loadLevel = 0;
  }

  private onBuffered(): void {
    this.patience.reset();
    const isEnough = this.ahead >= LONG_AHEAD;
    if (this.video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA || isEnough) this.setWaiting(false);
    if (!this.isInSmallest || !isEnough) return;
    this.isInSmallest = false;
    this.hls.loadLevel = this.chosenLevel;
  }

  /** Another playlist: its renditions have other numbers. */
  private forget(): void {
    this.isInSmallest = false;
    this.chosenLevel = AUTOMATIC;
  }

  private setWaiting(isWaiting: boolean): void {
    if (isWaiting === this.isWaiting) return;
    this.isWaiting = isWaiting;
    this.onWaiting(isWaiting);
  }
}
