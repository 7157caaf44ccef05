// How fast an upload goes and how long it will still take. Pure: the clock is passed in.

const WINDOW_MS = 8000; // longer than the pauses of a bad line, short enough to follow it
const LEAST_MS = 1500; // below that nobody can tell

export class TransferPace {
  private samples: { at: number; bytes: number }[] = [];

  /** `bytes`: sent so far. Going backwards (a cut line had less arrive) begins anew. */
  add(now: number, bytes: number): void {
    const last = this.samples[this.samples.length - 1];
    if (last && bytes < last.bytes) this.samples = [];
    this.samples.push({ at: now, bytes });
    while (this.samples.length > 2 && now - this.samples[1]!.at > WINDOW_MS) this.samples.shift();
  }

  reset(): void {
    this.samples = [];
  }

  /** Bytes a second, or null while it cannot be told. */
  speed(): number | null {
    const first = this.samples[0];
    const last = this.samples[this.samples.length - 1];
    if (!first || !last || last.at - first.at < LEAST_MS) return null;
    return ((last.bytes - first.bytes) * 1000) / (last.at - first.at);
  }

  /** Seconds for what is left of `total`, or null. */
  left(total: number): number | null {
    const speed = this.speed();
    const last = this.samples[this.samples.length - 1];
    return speed && last ? (total - last.bytes) / speed : null;
  }
}

/** "812 KB", "1.4 MB", "23 MB": thousands, as networks and disks count. */
export function sizeText(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** What to do about a failed request of an upload. */
export function uploadAdvice(status: number): "again" | "later" | "never" {
  if (status === 0 || status === 408 || status === 409 || status === 423 || status === 460) return "again";
  if (status === 429 || status === 503 || status === 502 || status === 504 || status === 500) return "again";
  return status === 507 || status === 401 ? "later" : "never";
}
