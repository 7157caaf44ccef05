import assert from "node:assert/strict";
import { test } from "node:test";
import {
  RESUME_LIMIT,
  lastWatched,
  parseTable,
  resumePosition,
  unfinished,
  watchedShare,
  withEntry,
  type ResumeTable,
} from "../src/player/resume";

const entry = (position: number, duration = 600, savedAt = 1) => ({ position, duration, savedAt });

test("a lesson goes on where it was left", () => {
  assert.equal(resumePosition(entry(200), 600), 200);
  assert.equal(resumePosition(entry(200), null), 200);
});

test("a lesson hardly begun, finished or unknown starts at its beginning", () => {
  assert.equal(resumePosition(undefined, 600), 0);
  assert.equal(resumePosition(entry(3), 600), 0);
  assert.equal(resumePosition(entry(595), 600), 0);
  assert.equal(resumePosition(entry(58, 60), 60), 0);
  assert.equal(resumePosition(entry(50, 60), 60), 50);
  assert.equal(resumePosition(entry(Number.NaN), 600), 0);
});

test("the table keeps the newest entries only", () => {
  let table: ResumeTable = {};
  for (let index = 0; index < RESUME_LIMIT + 20; index += 1) {
    table = withEntry(table, `asset-${index}`, entry(10, 600, index));
  }
  assert.equal(Object.keys(table).length, RESUME_LIMIT);
  assert.ok(table[`asset-${RESUME_LIMIT + 19}`]);
  assert.equal(table["asset-0"], undefined);
});

test("the lesson watched last is found among those of the course", () => {
  const table = { a: entry(10, 600, 5), b: entry(10, 600, 9), other: entry(10, 600, 99) };
  assert.equal(lastWatched(table, ["a", "b", "c"]), "b");
  assert.equal(lastWatched(table, ["c"]), null);
});

test("a damaged table is an empty one", () => {
  for (const text of [null, "", "{", "[]", "null", "7", '{"a":{"position":"x"}}', '{"a":null}']) {
    assert.deepEqual(parseTable(text), {}, String(text));
  }
  assert.deepEqual(parseTable(JSON.stringify({ a: entry(1) })), { a: entry(1) });
});

test("the lessons to go on with are the unfinished ones, the last first, one of each course", () => {
  const of = (course: string) => ({ course, lesson: `l-${course}`, title: course, poster: null });
  const table: ResumeTable = {
    a: { ...entry(100, 600, 1), of: of("x") },
    b: { ...entry(200, 600, 3), of: of("x") },
    c: { ...entry(599, 600, 4), of: of("y") },
    d: { ...entry(50, 600, 2), of: of("z") },
    e: entry(300, 600, 9),
  };
  assert.deepEqual(
    unfinished(table, 5).map((lesson) => lesson.asset),
    ["b", "d"],
  );
  assert.equal(unfinished(table, 1).length, 1);
  assert.equal(watchedShare(table, "x"), 200 / 600);
  assert.equal(watchedShare(table, "nothing"), 0);
});
