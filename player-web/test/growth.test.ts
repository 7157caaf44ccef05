import assert from "node:assert/strict";
import { test } from "node:test";
import { barDuration, seekInside } from "../src/player/growth";

test("the time bar shows the whole lesson, never less than what is there", () => {
  assert.equal(barDuration(60, 12), 60);
  assert.equal(barDuration(60, 60.04), 60.04);
  assert.equal(barDuration(null, 12), 12);
});

test("a seek inside what is made lands where it was aimed", () => {
  assert.equal(seekInside(3, 12, 4), 3);
  assert.equal(seekInside(11, 12, 4), 11);
});

test("a seek beyond what is made lands one segment before its end", () => {
  assert.equal(seekInside(40, 12, 4), 8);
  assert.equal(seekInside(11.9, 12, 4), 8);
  assert.equal(seekInside(40, 3, 4), 0);
});

test("an unknown end lets every seek pass", () => {
  assert.equal(seekInside(40, Number.POSITIVE_INFINITY, 4), 40);
});
