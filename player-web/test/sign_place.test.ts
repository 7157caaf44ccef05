import assert from "node:assert/strict";
import { test } from "node:test";
import { LARGEST, SMALLEST, USUAL_PLACE, keepStep, movedBy, parseSignPlace, signBox, widened } from "../src/player/sign_place";

const ROOM = { width: 960, height: 540 };
const WIDE = 16 / 9;

test("the window is a sixth of the picture in its upper right corner", () => {
  const box = signBox(USUAL_PLACE, ROOM, WIDE);
  assert.ok(Math.abs((box.width * box.height) / (960 * 540) - 1 / 6) < 1e-9);
  assert.ok(Math.abs(box.left + box.width - 960) < 1e-9);
  assert.equal(box.top, 0);
  const upright = signBox({ ...USUAL_PLACE, share: LARGEST }, ROOM, 9 / 16);
  assert.equal(upright.height, 540); // no higher than the picture
});

test("it stays inside wherever it is moved", () => {
  const at = (right: number, down: number) => signBox(movedBy(USUAL_PLACE, ROOM, WIDE, right, down), ROOM, WIDE);
  const start = signBox(USUAL_PLACE, ROOM, WIDE);
  assert.ok(Math.abs(at(-100, 50).left - (start.left - 100)) < 1e-9);
  assert.ok(Math.abs(at(-100, 50).top - 50) < 1e-9);
  assert.equal(at(-9999, 0).left, 0);
  assert.ok(Math.abs(at(9999, 9999).top + start.height - 540) < 1e-9);
  const filling = movedBy({ ...USUAL_PLACE, share: 1 }, ROOM, WIDE, 10, 10);
  assert.deepEqual([filling.x, filling.y], [1, 0]); // no room to move in
});

test("it is resized between its limits", () => {
  assert.equal(widened(USUAL_PLACE, ROOM, WIDE, 1).share, SMALLEST);
  assert.equal(widened(USUAL_PLACE, ROOM, WIDE, 5000).share, LARGEST);
  assert.ok(Math.abs(widened(USUAL_PLACE, ROOM, WIDE, 480).share - 1 / 4) < 1e-9);
});

test("what is stored is read with care", () => {
  const place = { isShown: false, share: 0.25, x: 0.5, y: 0.25 };
  assert.deepEqual(parseSignPlace(JSON.stringify(place)), place);
  for (const text of [null, "", "null", "[]", "x", '{"share":"a"}', '{"x":null}']) assert.deepEqual(parseSignPlace(text), USUAL_PLACE, String(text));
  assert.equal(parseSignPlace('{"share":9}').share, LARGEST);
});

test("a small drift is caught up with, a large one is jumped over", () => {
  assert.deepEqual(keepStep(0.01, 1.5), { isJump: false, speed: 1.5 });
  assert.ok(keepStep(0.2, 1).speed < 1);
  assert.ok(keepStep(-0.2, 1).speed > 1);
  assert.ok(keepStep(-0.9, 2).speed <= 2.5 + 1e-9);
  assert.deepEqual(keepStep(3, 1), { isJump: true, speed: 1 });
  assert.deepEqual(keepStep(-3, 1), { isJump: true, speed: 1 });
});
