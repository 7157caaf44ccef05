import assert from "node:assert/strict";
import { test } from "node:test";
import type { Position } from "../src/api/types";
import { mergePositions } from "../src/player/positions";
import { joinTables, RESUME_LIMIT, type ResumeEntry } from "../src/player/resume";

const NOW = 1_000_000_000;

function item(asset: string, position: number, age: number, lessons = 1): Position {
  const titles = { lesson_title: "第一课", course_title: "太极" };
  return { ...titles, lesson: `l-${asset}`, course: "c", lesson_count: lessons, asset, poster: null, position, duration: 600, age };
}

const entry = (position: number, savedAt: number, isKept = false): ResumeEntry => ({
  position,
  duration: 600,
  savedAt,
  of: { course: "c", lesson: "l", title: "太极", poster: null },
  isKept,
});

test("what was watched on another device comes in, with words and moment", () => {
  const { a } = mergePositions({}, [item("a", 90, 60, 2)], NOW);
  assert.equal(a!.position, 90);
  assert.equal(a!.savedAt, NOW - 60_000);
  assert.deepEqual(a!.of, { course: "c", lesson: "l-a", title: "太极 · 第一课", poster: null });
  assert.equal(a!.isKept, true);
});

test("the newer of two wins, and what is newer here stays to be sent", () => {
  const here = { a: entry(10, NOW - 10_000), b: entry(20, NOW - 90_000), c: entry(30, NOW - 90_000, true) };
  const merged = mergePositions(here, [item("a", 1, 60), item("b", 2, 60), item("c", 3, 95)], NOW);
  assert.deepEqual([merged.a!.position, merged.a!.isKept], [10, false]);
  assert.deepEqual([merged.b!.position, merged.b!.isKept], [2, true]);
  assert.deepEqual([merged.c!.position, merged.c!.isKept], [3, true]); // what was sent is as the server says
});

test("what was removed on another device goes; what the server never had stays", () => {
  const here = { gone: entry(10, NOW, true), fresh: entry(20, NOW) };
  assert.deepEqual(Object.keys(mergePositions(here, [item("a", 1, 1)], NOW)).sort(), ["a", "fresh"]);
  const full = Array.from({ length: RESUME_LIMIT }, (_, index) => item(`a${index}`, 1, 1));
  assert.ok(mergePositions(here, full, NOW).gone, "the server told its newest only");
});

test("the device's table and the person's are read as one", () => {
  const joined = joinTables({ a: entry(1, 5), b: entry(2, 5) }, { a: entry(3, 4), b: entry(4, 6), c: entry(5, 1) });
  assert.deepEqual([joined.a!.position, joined.b!.position, joined.c!.position], [1, 4, 5]);
});
