import assert from "node:assert/strict";
import { test } from "node:test";
import { chapterAt, chapterEnd } from "../src/player/chapters";

const CHAPTERS = [
  { start: 5, title: "起势" },
  { start: 60, title: "云手" },
  { start: 300, title: "收势" },
];

test("a chapter ends where the next begins, the last with the lesson", () => {
  assert.deepEqual(
    CHAPTERS.map((_chapter, index) => chapterEnd(CHAPTERS, index, 400)),
    [60, 300, 400],
  );
  assert.equal(chapterEnd(CHAPTERS, 2, 0), 300);
});

test("the chapter at a time", () => {
  assert.equal(chapterAt(CHAPTERS, 0), -1);
  assert.equal(chapterAt(CHAPTERS, 5), 0);
  assert.equal(chapterAt(CHAPTERS, 59.9), 0);
  assert.equal(chapterAt(CHAPTERS, 60), 1);
  assert.equal(chapterAt(CHAPTERS, 10000), 2);
  assert.equal(chapterAt([], 3), -1);
});
