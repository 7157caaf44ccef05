// Positions of who is signed in: brought in line with the server's, so that another device goes on where this one was left.
// The server tells how long ago a lesson was watched rather than when, so the clock of a device does not matter.

import type { Position } from "../api/types";
import { loadOwnTable, personId, removeEntry, RESUME_LIMIT, storeOwnTable, type ResumeEntry, type ResumeTable } from "./resume";

const ADDRESS = "/api/v1/me/positions";
const SEND_EVERY_MS = 15000;
const TIMEOUT_MS = 5000;
const SAME_MS = 2000; // ages are whole seconds
const SENT_AT_ONCE_MAX = 20;

function entryOf(item: Position, nowMs: number): ResumeEntry {
  const title = item.lesson_count > 1 ? `${item.course_title} · ${item.lesson_title}` : item.course_title;
  return {
    position: item.position,
    duration: item.duration,
    savedAt: nowMs - item.age * 1000,
    of: { course: item.course, lesson: item.lesson, title, poster: item.poster },
    isKept: true,
  };
}

/** The table after the server has told what it has: newer positions come in, those that were removed on another device go,
 * what the server does not have yet stays to be sent. */
export function mergePositions(table: ResumeTable, items: Position[], nowMs: number): ResumeTable {
  const isAll = items.length < RESUME_LIMIT;
  const known = new Set(items.map((item) => item.asset));
  const merged = Object.fromEntries(
    Object.entries(table).filter(([asset, entry]) => !entry.isKept || known.has(asset) || !isAll),
  );
  for (const item of items) {
    const here = merged[item.asset];
    const there = entryOf(item, nowMs);
    if (!here || here.isKept || here.savedAt < there.savedAt - SAME_MS) merged[item.asset] = there;
  }
  return merged;
}

/** Asks the server and takes what it has. True when something else is to be shown; at once for who is not signed in. */
export async function takePositions(): Promise<boolean> {
  if (!personId()) return false;
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), TIMEOUT_MS);
  try {
    const answer = await fetch(ADDRESS, { signal: timeout.signal, cache: "no-store", headers: { Accept: "application/json" } });
    if (!answer.ok) return false;
    const { items } = (await answer.json()) as { items: Position[] };
    storeOwnTable(mergePositions(loadOwnTable(), items, Date.now()));
    sendPositions();
    return true;
  } catch {
    return false; // without a network: this device knows its own
  } finally {
    clearTimeout(timer);
  }
}

function addressOf(lesson: string): string {
  return `${ADDRESS}/${encodeURIComponent(lesson)}`;
}

async function send(asset: string, entry: ResumeEntry, lesson: string): Promise<void> {
  const age = Math.max(0, Math.round((Date.now() - entry.savedAt) / 1000));
  const duration = Math.round(entry.duration);
  const body = JSON.stringify({ position: Math.min(duration, Math.max(0, Math.round(entry.position))), duration, age });
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(addressOf(lesson), { method: "PUT", headers, body, keepalive: true }).catch(() => null);
  if (!answer || answer.status >= 500 || answer.status === 401) return; // the next round tries again
  const now = loadOwnTable();
  const same = now[asset];
  if (same && same.savedAt === entry.savedAt) storeOwnTable({ ...now, [asset]: { ...same, isKept: true } });
}

/** Sends what the server does not have yet. */
export function sendPositions(): void {
  clearTimeout(timer);
  timer = 0;
  if (!personId()) return;
  const unsent = Object.entries(loadOwnTable()).filter(([, entry]) => !entry.isKept && entry.of);
  for (const [asset, entry] of unsent.slice(0, SENT_AT_ONCE_MAX)) void send(asset, entry, entry.of!.lesson);
}

let timer = 0;
let isListening = false;

/** A position was saved: it is sent within a while, or when the page goes. */
export function sendPositionsSoon(): void {
  if (!personId() || timer) return;
  timer = window.setTimeout(sendPositions, SEND_EVERY_MS);
  if (isListening) return;
  isListening = true;
  window.addEventListener("pagehide", sendPositions);
  document.addEventListener("visibilitychange", () => document.hidden && sendPositions());
}

/** Forgets where a lesson was left, on every device. */
export function forgetPosition(asset: string, lesson: string): void {
  removeEntry(asset);
  if (personId()) void fetch(addressOf(lesson), { method: "DELETE", keepalive: true }).catch(() => undefined);
}
