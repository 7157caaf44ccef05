// Where a resident left off, kept on the device: one bounded table of positions by asset. All times in seconds,
// moments in milliseconds since 1970.

export interface ResumeEntry {
  position: number;
  duration: number;
  savedAt: number;
}

export type ResumeTable = Record<string, ResumeEntry>;

export const RESUME_LIMIT = 200;
const STORAGE_KEY = "kapok.resume";
const SHORTEST_POSITION = 8;
const END_MARGIN = 12;

/** Where to go on; 0 when the lesson was hardly begun, was watched to its end, or was never opened. */
export function resumePosition(entry: ResumeEntry | undefined, duration: number | null): number {
  if (!entry || !Number.isFinite(entry.position)) return 0;
  const whole = duration && duration > 0 ? duration : entry.duration;
  if (entry.position < SHORTEST_POSITION) return 0;
  if (whole > 0 && entry.position > whole - Math.min(END_MARGIN, whole * 0.1)) return 0;
  return entry.position;
}

/** The table with one entry set and the oldest entries beyond the limit left out. */
export function withEntry(table: ResumeTable, asset: string, entry: ResumeEntry): ResumeTable {
  const entries = Object.entries({ ...table, [asset]: entry });
  entries.sort(([, a], [, b]) => b.savedAt - a.savedAt);
  return Object.fromEntries(entries.slice(0, RESUME_LIMIT));
}

/** The asset of the list that was watched last; null when none was. */
export function lastWatched(table: ResumeTable, assets: string[]): string | null {
  let last: string | null = null;
  for (const asset of assets) {
    const entry = table[asset];
    if (entry && (last === null || entry.savedAt > (table[last]?.savedAt ?? 0))) last = asset;
  }
  return last;
}

/** Reads a stored table; anything that is not one gives an empty table. */
export function parseTable(text: string | null): ResumeTable {
  if (!text) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
    return Object.fromEntries(Object.entries(value).filter(([, entry]) => isEntry(entry)));
  } catch {
    return {};
  }
}

export function loadTable(): ResumeTable {
  try {
    return parseTable(localStorage.getItem(STORAGE_KEY));
  } catch {
    return {};
  }
}

export function saveEntry(asset: string, position: number, duration: number): void {
  if (!Number.isFinite(position) || !Number.isFinite(duration)) return;
  try {
    const table = withEntry(loadTable(), asset, { position, duration, savedAt: Date.now() });
    localStorage.setItem(STORAGE_KEY, JSON.stringify(table));
  } catch {
    // Full or forbidden storage: the lesson still plays, it only starts anew next time.
  }
}

function isEntry(value: unknown): value is ResumeEntry {
  const entry = value as Partial<ResumeEntry> | null;
  return (
    typeof entry?.position === "number" && typeof entry.duration === "number" && typeof entry.savedAt === "number"
  );
}
