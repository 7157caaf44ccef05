// Where lessons were left, in the tables that the other pages of this device keep too (player/resume.ts, which old engines
// cannot run): one of the device, one of each person who is signed in. Times in seconds, moments in milliseconds since 1970.

export interface WatchedLesson {
  course: string;
  lesson: string;
  title: string;
  poster: string | null;
}

export interface ResumeEntry {
  position: number;
  duration: number;
  savedAt: number;
  of?: WatchedLesson;
  isKept?: boolean; // the server has it
}

const STORAGE_KEY = "kapok.resume";
const OWNER_KEY = "kapok.tv.person";
const LIMIT = 200;
const SHORTEST_POSITION = 8;
const END_MARGIN = 12;

export interface Table {
  [asset: string]: ResumeEntry;
}

export interface Left {
  asset: string;
  position: number;
  duration: number;
  of: WatchedLesson;
}

function isEntry(value: unknown): value is ResumeEntry {
  const entry = value as ResumeEntry | null;
  if (!entry || typeof entry.position !== "number" || typeof entry.duration !== "number" || typeof entry.savedAt !== "number") return false;
  const of = entry.of;
  return !of || (typeof of.course === "string" && typeof of.lesson === "string" && typeof of.title === "string");
}

/** Reads a stored table; what is none gives an empty one. */
export function parseTable(text: string | null): Table {
  const table: Table = {};
  let value: unknown = null;
  try {
    value = JSON.parse(text || "null");
  } catch (_error) {
    // Somebody else's text.
  }
  if (typeof value !== "object" || value === null || value instanceof Array) return table;
  const entries = value as { [asset: string]: unknown };
  for (const asset in entries) {
    const entry = entries[asset];
    if (isEntry(entry)) table[asset] = entry;
  }
  return table;
}

let ownerId: string | null = null; // null: not looked up yet

/** The id of who is signed in, as far as is known; "" for nobody. */
export function owner(): string {
  if (ownerId === null) {
    try {
      ownerId = localStorage.getItem(OWNER_KEY) || "";
    } catch (_error) {
      ownerId = "";
    }
  }
  return ownerId;
}

export function setOwner(id: string): void {
  if (id === owner()) return;
  ownerId = id;
  try {
    localStorage.setItem(OWNER_KEY, id);
  } catch (_error) {
    // Known until the page is closed.
  }
}

function keyOf(person: string): string {
  return person ? STORAGE_KEY + "." + person : STORAGE_KEY;
}

function readTable(person: string): Table {
  try {
    return parseTable(localStorage.getItem(keyOf(person)));
  } catch (_error) {
    return {};
  }
}

/** The table of who is signed in, else the device's. */
export function loadOwn(): Table {
  return readTable(owner());
}

export function storeOwn(table: Table): void {
  try {
    localStorage.setItem(keyOf(owner()), JSON.stringify(bounded(table, LIMIT)));
  } catch (_error) {
    // Full or forbidden storage: the lesson plays, it only starts anew next time.
  }
}

/** What is kept of who is signed in goes from this television: they sign out. */
export function dropOwn(): void {
  try {
    if (owner()) localStorage.removeItem(keyOf(owner()));
  } catch (_error) {
    // There is nothing kept.
  }
  setOwner("");
}

/** What is known of each lesson last, of the device and of who is signed in. */
export function loadTable(): Table {
  const table = readTable("");
  const own = loadOwn();
  for (const asset in own) {
    const here = table[asset];
    if (!here || here.savedAt <= own[asset]!.savedAt) table[asset] = own[asset]!;
  }
  return table;
}

/** Whether all but the last moments were watched. */
export function isOver(entry: ResumeEntry | undefined): boolean {
  if (!entry || entry.duration <= 0) return false;
  return entry.position > entry.duration - Math.min(END_MARGIN, entry.duration * 0.1);
}

/** Where to go on; 0 when it was hardly begun, watched to its end, or never opened. */
export function positionOf(entry: ResumeEntry | undefined): number {
  if (!entry || !isFinite(entry.position) || entry.position < SHORTEST_POSITION || isOver(entry)) return 0;
  return entry.position;
}

function byLast(table: Table): string[] {
  return Object.keys(table).sort(function (a, b) {
    return table[b]!.savedAt - table[a]!.savedAt;
  });
}

/** The lessons to go on with, the last watched first, one of each course. */
export function unfinished(table: Table, limit: number): Left[] {
  const seen: { [course: string]: boolean } = {};
  const found: Left[] = [];
  const assets = byLast(table);
  for (let i = 0; i < assets.length && found.length < limit; i++) {
    const entry = table[assets[i]!]!;
    if (!entry.of || seen[entry.of.course]) continue;
    seen[entry.of.course] = true;
    const position = positionOf(entry);
    if (position > 0) found.push({ asset: assets[i]!, position, duration: entry.duration, of: entry.of });
  }
  return found;
}

/** The asset of the list that was watched last; null when none was. */
export function lastOf(table: Table, assets: string[]): string | null {
  let last: string | null = null;
  for (let i = 0; i < assets.length; i++) {
    const entry = table[assets[i]!];
    if (entry && (last === null || entry.savedAt > table[last]!.savedAt)) last = assets[i]!;
  }
  return last;
}

/** `table` with the oldest entries beyond the limit left out. */
export function bounded(table: Table, limit: number): Table {
  const assets = byLast(table);
  const rest: Table = {};
  for (let i = 0; i < assets.length && i < limit; i++) rest[assets[i]!] = table[assets[i]!]!;
  return rest;
}

export function save(asset: string, position: number, duration: number, of: WatchedLesson): void {
  if (!isFinite(position) || !isFinite(duration)) return;
  const table = loadOwn();
  table[asset] = { position, duration, savedAt: new Date().getTime(), of };
  storeOwn(table);
}
