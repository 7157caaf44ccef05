import assert from "node:assert/strict";
import { test } from "node:test";
import { courseOfPath, PlayedSeconds } from "../src/player/play_count";

test("a course is told by its address", () => {
  assert.equal(courseOfPath("/course/0000000000001"), "0000000000001");
  for (const path of ["/course/1", "/", "/course/0000000000001/x", "/elder"]) assert.equal(courseOfPath(path), null);
});

test("ten seconds of playing count once, seeking does not", () => {
  const played = new PlayedSeconds();
  const told = (from: number, to: number): number => {
    let count = 0;
    for (let at = from; at <= to; at += 0.25) count += played.add(at) ? 1 : 0;
    return count;
  };
  assert.equal(told(0, 5), 0);
  assert.equal(told(600, 604), 0);
  assert.equal(told(30, 40), 1);
  assert.equal(told(40, 80), 0);
});
