// Where a resident left off, kept on the device: one bounded table of positions by asset. All times in seconds,
// moments in milliseconds since 1970. Who is signed in has a table of their own beside the device's, which goes with
// signing out and is brought in line with the server's by positions.ts; both are read together.

export interface ResumeEntry {
  position: number;
  duration: number;
  savedAt: number;
  of?: WatchedLesson; // entries of earlier versions have none
  isKept?: boolean; // the server has it too
}

/** What a list of lessons to go on with shows. */
export interface WatchedLesson {
  course: string;
  lesson: string;
  title: string;
  poster: string | null;
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

export interface Unfinished {
  asset: string;
  position: number;
  duration: number;
  of: WatchedLesson;
}

/** The lessons to go on with, the last watched first, one of each course, `limit` at most. */
export function unfinished(table: ResumeTable, limit: number): Unfinished[] {
  const courses = new Set<string>();
  const entries = Object.entries(table).sort(([, a], [, b]) => b.savedAt - a.savedAt);
  const found: Unfinished[] = [];
  for (const [asset, { position, duration, of }] of entries) {
    if (!of || courses.has(of.course) || found.length >= limit) continue;
    courses.add(of.course);
    if (resumePosition(table[asset], duration) > 0) found.push({ asset, position, duration, of });
  }
  return found;
}

/** How much of what was watched of a course last is over, 0 to 1; 0 when nothing was. */
export function watchedShare(table: ResumeTable, course: string): number {
  let last: ResumeEntry | null = null;
  for (const entry of Object.values(table)) {
    if (entry.of?.course === course && (last === null || entry.savedAt > last.savedAt)) last = entry;
  }
  return last && last.duration > 0 ? Math.min(1, last.position / last.duration) : 0;
}

/** Two tables as one: of each lesson the entry that was saved last. */
export function joinTables(one: ResumeTable, other: ResumeTable): ResumeTable {
  const joined = { ...one };
  for (const [asset, entry] of Object.entries(other)) {
    if (entry.savedAt >= (joined[asset]?.savedAt ?? 0)) joined[asset] = entry;
  }
  return joined;
}

/** The id of who is signed in; empty: nobody. */
export function personId(): string {
  return typeof document === "undefined" ? "" : (document.documentElement.dataset.person ?? "");
}

function keyOf(person: string): string {
  return person ? `${STORAGE_KEY}.${person}` : STORAGE_KEY;
}

function storeTable(person: string, table: ResumeTable): void {
  try {
    localStorage.setItem(keyOf(person), JSON.stringify(table));
  } catch {
    // Full or forbidden storage: the lesson still plays, it only starts anew next time.
  }
}

/** The table of who is signed in, without the device's. */
export function loadOwnTable(): ResumeTable {
  return readTable(personId());
}

export function storeOwnTable(table: ResumeTable): void {
  storeTable(personId(), table);
}

/** What is kept of a person goes from this device: they sign out. */
export function dropTableOf(person: string): void {
  try {
    if (person) localStorage.removeItem(keyOf(person));
  } catch {
    // Forbidden storage: there is nothing kept.
  }
}

/** Forgets where a lesson was left, on this device. */
export function removeEntry(asset: string): void {
  for (const person of new Set(["", personId()])) {
    const { [asset]: gone, ...rest } = readTable(person);
    if (gone) storeTable(person, rest);
  }
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

function readTable(person: string): ResumeTable {
  try {
    return parseTable(localStorage.getItem(keyOf(person)));
  } catch {
    return {};
  }
}

export function loadTable(): ResumeTable {
  return joinTables(readTable(""), loadOwnTable());
}

export function saveEntry(asset: string, position: number, duration: number, of: WatchedLesson): void {
  if (!Number.isFinite(position) || !Number.isFinite(duration)) return;
  storeOwnTable(withEntry(loadOwnTable(), asset, { position, duration, savedAt: Date.now(), of }));
}

function isEntry(value: unknown): value is ResumeEntry {
  const entry = value as Partial<ResumeEntry> | null;
  const of = entry?.of as Partial<WatchedLesson> | undefined;
  return (
    typeof entry?.position === "number" &&
    typeof entry.duration === "number" &&
    typeof entry.savedAt === "number" &&
    (of === undefined || (typeof of?.course === "string" && typeof of.lesson === "string" && typeof of.title === "string"))
  );
}
