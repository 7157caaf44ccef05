// Positions of who is signed in, in line with the server's, so that a lesson that was begun on a phone goes on here. The server
// tells how long ago a lesson was watched, so the clock of a television does not matter. (player/positions.ts of the other pages.)

import type { Position } from "../api/types";
import { ask, get } from "./ask";
import { loadOwn, owner, storeOwn, type ResumeEntry, type Table } from "./progress";

const ADDRESS = "/api/v1/me/positions";
const ALL = 200; // what the server tells at most
const SAME_MS = 2000; // ages are whole seconds
const SENT_AT_ONCE_MAX = 20;

function entryOf(item: Position, nowMs: number): ResumeEntry {
  const title = item.lesson_count > 1 ? item.course_title + " · " + item.lesson_title : item.course_title;
  const of = { course: item.course, lesson: item.lesson, title, poster: item.poster };
  return { position: item.position, duration: item.duration, savedAt: nowMs - item.age * 1000, of, isKept: true };
}

/** The table after the server has told what it has: newer positions come in, those that were removed elsewhere go, what the
 * server does not have yet stays to be sent. */
export function mergePositions(table: Table, items: Position[], nowMs: number): Table {
  const known: { [asset: string]: boolean } = {};
  const merged: Table = {};
  for (let i = 0; i < items.length; i++) known[items[i]!.asset] = true;
  for (const asset in table) {
    const entry = table[asset]!;
    if (!entry.isKept || known[asset] || items.length >= ALL) merged[asset] = entry;
  }
  for (let i = 0; i < items.length; i++) {
    const here = merged[items[i]!.asset];
    const there = entryOf(items[i]!, nowMs);
    if (!here || here.isKept || here.savedAt < there.savedAt - SAME_MS) merged[items[i]!.asset] = there;
  }
  return merged;
}

/** Asks the server and takes what it has; `done` comes when there may be something else to show, not at all for nobody. */
export function takePositions(done: () => void): void {
  const person = owner();
  if (!person) return;
  get(ADDRESS, (answer) => {
    if (answer.status !== 200 || owner() !== person) return;
    const { items } = answer.body as { items: Position[] };
    storeOwn(mergePositions(loadOwn(), items, new Date().getTime()));
    sendPositions();
    done();
  });
}

function send(asset: string, entry: ResumeEntry): void {
  const person = owner();
  const duration = Math.round(entry.duration);
  const age = Math.max(0, Math.round((new Date().getTime() - entry.savedAt) / 1000));
  const position = Math.min(duration, Math.max(0, Math.round(entry.position)));
  ask("PUT", ADDRESS + "/" + encodeURIComponent(entry.of!.lesson), { position, duration, age }, (answer) => {
    if (answer.status === 0 || answer.status >= 500 || answer.status === 401 || owner() !== person) return; // the next round
    const table = loadOwn();
    const same = table[asset];
    if (!same || same.savedAt !== entry.savedAt) return;
    same.isKept = true;
    storeOwn(table);
  });
}

/** Sends what the server does not have yet. */
export function sendPositions(): void {
  if (!owner()) return;
  const table = loadOwn();
  let sent = 0;
  for (const asset in table) {
    const entry = table[asset]!;
    if (entry.isKept || !entry.of || sent >= SENT_AT_ONCE_MAX) continue;
    sent++;
    send(asset, entry);
  }
}
