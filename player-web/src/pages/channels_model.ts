// A channel's schedule as the week view works on it. Pure: every function gives a new schedule and leaves the old one.

export type Order = "whole" | "loop" | "serial";

export interface Item {
  course_id?: string;
  lesson_id?: string;
}

export interface Entry extends Item {
  days?: number[]; // from Monday, 1
  from?: string;
  until?: string;
  date?: string;
  start: string;
  end?: string;
  order?: Order;
}

export interface Schedule {
  entries: Entry[];
  filler: Item[];
}

/** An entry on one day of the week that is shown. */
export interface Showing {
  index: number;
  day: number;
  start: number; // seconds after midnight
  length: number | null; // null: as long as its lessons
}

export interface Length {
  id: string;
  seconds: number;
}

export const DAY_S = 86400;
export const STEP_S = 300;
const CHINA_MS = 8 * 3600 * 1000;
const DAY_MS = DAY_S * 1000;

export function secondsOf(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(":").map(Number);
  return hours * 3600 + minutes * 60 + seconds;
}

export function timeOf(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (seconds % 60) parts.push(seconds % 60);
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

/** The Monday of China's week that `now` (milliseconds) lies in, and that week moved by some. */
export function mondayOf(now: number, weeks = 0): string {
  const day = Math.floor((now + CHINA_MS) / DAY_MS);
  const monday = day - ((day + 3) % 7) + 7 * weeks;
  return new Date(monday * DAY_MS).toISOString().slice(0, 10);
}

/** The date of a day (from Monday, 1) of the week. */
export function dateOf(monday: string, day: number): string {
  return new Date(Date.parse(monday) + (day - 1) * DAY_MS).toISOString().slice(0, 10);
}

export function lengthOf(entry: Entry): number | null {
  if (!entry.end) return null;
  const length = secondsOf(entry.end) - secondsOf(entry.start);
  return length > 0 ? length : length + DAY_S;
}

function airsOn(entry: Entry, date: string, day: number): boolean {
  if (entry.date) return entry.date === date;
  return (entry.days ?? []).includes(day) && (!entry.from || date >= entry.from) && (!entry.until || date <= entry.until);
}

export function showingsOf(schedule: Schedule, monday: string): Showing[] {
  const showings: Showing[] = [];
  for (let day = 1; day <= 7; day += 1) {
    const date = dateOf(monday, day);
    schedule.entries.forEach((entry, index) => {
      if (airsOn(entry, date, day)) showings.push({ index, day, start: secondsOf(entry.start), length: lengthOf(entry) });
    });
  }
  return showings.sort((a, b) => a.day - b.day || a.start - b.start || a.index - b.index);
}

function at(entry: Entry, start: number): Entry {
  const length = lengthOf(entry);
  const moved: Entry = { ...entry, start: timeOf(start) };
  if (length !== null) moved.end = timeOf(start + length > DAY_S ? start + length - DAY_S : start + length);
  return moved;
}

/** Whether two entries are the same but for their days. */
function isAlike(one: Entry, other: Entry): boolean {
  const shape = (entry: Entry) => JSON.stringify([entry.from, entry.until, entry.start, entry.end, entry.course_id, entry.lesson_id, entry.order ?? "whole"]);
  return !one.date && !other.date && shape(one) === shape(other);
}

/** One entry of those that are alike, with the days of all; those without a day go. */
function merge(entries: Entry[]): Entry[] {
  const merged: Entry[] = [];
  for (const entry of entries) {
    if (!entry.date && !entry.days?.length) continue;
    const alike = merged.findIndex((each) => isAlike(each, entry));
    const known = merged[alike];
    if (known) merged[alike] = { ...known, days: [...new Set([...(known.days ?? []), ...(entry.days ?? [])])].sort() };
    else merged.push(entry);
  }
  return merged;
}

function without(entry: Entry, day: number): Entry {
  return { ...entry, days: (entry.days ?? []).filter((each) => each !== day) };
}

/** Take a showing off its day; of an entry on a date the entry. */
export function remove(schedule: Schedule, { index, day }: Showing): Schedule {
  const entries = schedule.entries.flatMap((entry, at) => (at !== index ? [entry] : entry.date ? [] : [without(entry, day)]));
  return { ...schedule, entries: merge(entries) };
}

/** Move a showing to another day of the week that begins on `monday` and another time; its other days stay as they are. */
export function move(schedule: Schedule, showing: Showing, day: number, start: number, monday: string): Schedule {
  const entry = schedule.entries[showing.index];
  if (!entry) return schedule;
  const kept = remove(schedule, showing).entries;
  const within = Math.min(Math.max(start, 0), DAY_S - STEP_S);
  const moved = entry.date ? { ...at(entry, within), date: dateOf(monday, day) } : { ...at(entry, within), days: [day] };
  return { ...schedule, entries: merge([...kept, moved]) };
}

/** Put an entry in place of that at `index`; behind the others when there is none. */
export function put(schedule: Schedule, index: number | null, entry: Entry): Schedule {
  const entries = index === null ? [...schedule.entries, entry] : schedule.entries.map((each, at) => (at === index ? entry : each));
  return { ...schedule, entries: merge(entries) };
}

/** Give days the weekly entries of another day, in place of their own. Entries on dates stay. */
export function copyDay(schedule: Schedule, from: number, to: number[]): Schedule {
  const entries = schedule.entries.map((entry) => {
    if (entry.date) return entry;
    const days = (entry.days ?? []).filter((day) => !to.includes(day));
    return { ...entry, days: (entry.days ?? []).includes(from) ? [...days, ...to].sort() : days };
  });
  return { ...schedule, entries: merge(entries) };
}

/** Courses one after another, each from a whole step on, over and over, until the time is full. */
export function fillWith(schedule: Schedule, days: number[], start: number, until: number, courses: Length[]): Schedule {
  const entries = [...schedule.entries];
  const playable = courses.filter((course) => course.seconds > 0);
  let time = start;
  for (let turn = 0; playable.length > 0 && turn < 200; turn += 1) {
    const course = playable[turn % playable.length];
    if (!course || time >= until) break;
    const next = Math.ceil((time + course.seconds) / STEP_S) * STEP_S;
    const end = next > until ? { end: timeOf(until) } : {};
    entries.push({ days: [...days].sort(), start: timeOf(time), ...end, course_id: course.id, order: "whole" });
    time = next;
  }
  return { ...schedule, entries: merge(entries) };
}
