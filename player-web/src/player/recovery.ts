// How often, and how soon, the player tries again by itself before it asks the person. Pure: the clock is given.

export type FailureKind = "network" | "media";
export type Recovery = { action: "retry"; delayMs: number } | { action: "give-up" };

// hls.js has tried several times over a quarter of a minute before a network failure is fatal.
const NETWORK_DELAYS_MS = [1000, 4000];
const MEDIA_DELAYS_MS = [0, 0, 1000];
const FORGET_AFTER_MS = 60000;

export class RecoveryBudget {
  private readonly tries: Record<FailureKind, number> = { network: 0, media: 0 };
  private lastFailureMs = Number.NEGATIVE_INFINITY;

  /** What to do about a fatal failure at `nowMs`. A minute without any failure forgives the earlier ones. */
  next(kind: FailureKind, nowMs: number): Recovery {
    if (nowMs - this.lastFailureMs > FORGET_AFTER_MS) this.reset();
    this.lastFailureMs = nowMs;
    const delays = kind === "network" ? NETWORK_DELAYS_MS : MEDIA_DELAYS_MS;
    const delayMs = delays[this.tries[kind]];
    if (delayMs === undefined) return { action: "give-up" };
    this.tries[kind] += 1;
    return { action: "retry", delayMs };
  }

  reset(): void {
    this.tries.network = 0;
    this.tries.media = 0;
  }
}
