// A lesson that grows while it is watched: what the time bar shows and where a seek may land. Seconds.

/** The duration of the time bar while the playlist ends at `edge`: the source's, never less than what is there. */
export function barDuration(known: number | null, edge: number): number {
  return Math.max(known ?? 0, edge);
}

/**
 * The place a seek to `target` lands on while the playlist ends at `edge`: the target itself when it is there,
 * otherwise one segment before the edge, so that something plays at once.
 */
export function seekInside(target: number, edge: number, segment: number): number {
  if (target <= edge - Math.min(1, segment / 2)) return target;
  return Math.max(0, edge - segment);
}
