// Patience with a lesson that is still being made. Its playlists list every segment from the first second on; one
// that is not there yet is answered with 503, is made next, and is asked for again until it comes. Pure.

import type { LoaderResponse, RetryConfig } from "hls.js";

/** The status that says "this part is being made: ask again". */
export const COMING_STATUS = 503;

const COMING_DELAY_MS = 1000;
const FAILURE_DELAY_MAX_MS = 8000;
const FAILURES_MAX = 4;

/** With less than this buffered ahead (seconds) a missing segment is loaded in the smallest rendition, which is made
 * first; with more than this there is time to wait for the chosen one. */
export const SHORT_AHEAD = 4;
export const LONG_AHEAD = 10;

/** The address of the playlist that lists what is still to come too. */
export function wholeTimelineUrl(url: string): string {
  return `${url}${url.includes("?") ? "&" : "?"}timeline=whole`;
}

/** How often a segment is asked for again: a real failure a few times, ever more slowly; one that is coming until it
 * is there, every second. hls.js counts both alike, so the failures are counted here. */
export class SegmentPatience {
  private failures = 0;

  readonly retryConfig: RetryConfig = {
    maxNumRetry: Number.MAX_SAFE_INTEGER,
    retryDelayMs: COMING_DELAY_MS,
    maxRetryDelayMs: FAILURE_DELAY_MAX_MS,
    shouldRetry: (config, _count, _isTimeout, response, canRetry) => this.decide(config, response, canRetry),
  };

  /** A segment has come. */
  reset(): void {
    this.failures = 0;
  }

  private decide(config: RetryConfig | null | undefined, response: LoaderResponse | undefined, canRetry: boolean): boolean {
    const isComing = response?.code === COMING_STATUS;
    if (config) config.maxRetryDelayMs = isComing ? COMING_DELAY_MS : FAILURE_DELAY_MAX_MS;
    if (isComing) return true;
    this.failures += 1;
    return canRetry && this.failures <= FAILURES_MAX;
  }
}

/** Seconds of media that lie ready from `time` on without a gap (a small one is jumped over). */
export function bufferedAhead(buffered: TimeRanges, time: number): number {
  const jump = 0.3;
  let end = time;
  for (let index = 0; index < buffered.length; index += 1) {
    if (buffered.start(index) <= end + jump && buffered.end(index) > end) end = buffered.end(index);
  }
  return end - time;
}
