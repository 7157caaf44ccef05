// Tells the server once that a course is played, so that what people watch comes first. What counts as one is its business.

const SECONDS_MIN = 10;
const STEP_MAX = 2; // a longer step of the clock is a seek

/** The course of a page's address; null when it is not that of a course. */
export function courseOfPath(path: string): string | null {
  return /^\/course\/([0-9a-z]{13})$/.exec(path)?.[1] ?? null;
}

/** Adds up what is really played, whatever is sought. */
export class PlayedSeconds {
  private last: number | null = null;
  private seconds = 0;

  /** True the first time that enough has been played. */
  add(position: number): boolean {
    const step = this.last === null ? 0 : position - this.last;
    this.last = position;
    const before = this.seconds;
    if (step > 0 && step <= STEP_MAX) this.seconds += step;
    return before < SECONDS_MIN && this.seconds >= SECONDS_MIN;
  }
}

export function countPlay(video: HTMLVideoElement): void {
  const course = courseOfPath(location.pathname);
  const played = new PlayedSeconds();
  if (course === null) return;
  video.addEventListener("timeupdate", () => {
    if (!played.add(video.currentTime)) return;
    // Nobody waits for it, and nobody is told when it fails.
    void fetch(`/api/v1/courses/${course}/plays${location.search}`, { method: "POST", keepalive: true }).catch(() => undefined);
  });
}
