import assert from "node:assert/strict";
import { test } from "node:test";
import { hotkeyAction, keyBelongsToControl, steppedSpeed, type FocusedControl } from "../src/player/hotkeys";

const page: FocusedControl = { tag: "BODY", role: "", inputType: "", insidePlayer: false };

test("keys mean what the hint on the page says", () => {
  assert.deepEqual(hotkeyAction(" "), { do: "toggle-play" });
  assert.deepEqual(hotkeyAction("K"), { do: "toggle-play" });
  assert.deepEqual(hotkeyAction("j"), { do: "seek-by", seconds: -10 });
  assert.deepEqual(hotkeyAction("ArrowRight"), { do: "seek-by", seconds: 5 });
  assert.deepEqual(hotkeyAction("7"), { do: "seek-to-share", share: 0.7 });
  assert.deepEqual(hotkeyAction("<"), { do: "speed-step", step: -1 });
  assert.equal(hotkeyAction("x"), null);
  assert.equal(hotkeyAction("Enter"), null);
  assert.equal(hotkeyAction("constructor"), null);
});

test("speeds step along the list and stay at its ends", () => {
  assert.equal(steppedSpeed(1, 1), 1.25);
  assert.equal(steppedSpeed(1, -1), 0.75);
  assert.equal(steppedSpeed(2, 1), 2);
  assert.equal(steppedSpeed(0.5, -1), 0.5);
  assert.equal(steppedSpeed(1.1, 1), 1.25);
});

test("text fields keep all keys, pressed controls keep space", () => {
  assert.equal(keyBelongsToControl("k", { ...page, tag: "INPUT", inputType: "search" }), true);
  assert.equal(keyBelongsToControl("k", { ...page, tag: "SELECT" }), true);
  assert.equal(keyBelongsToControl(" ", { ...page, tag: "A" }), true);
  assert.equal(keyBelongsToControl(" ", { ...page, tag: "MEDIA-PLAY-BUTTON", role: "button" }), true);
  assert.equal(keyBelongsToControl(" ", page), false);
  assert.equal(keyBelongsToControl("k", { ...page, tag: "A" }), false);
});

test("menus and sliders keep their arrows; the page keeps scrolling", () => {
  assert.equal(keyBelongsToControl("ArrowDown", { ...page, role: "menuitemradio", insidePlayer: true }), true);
  assert.equal(
    keyBelongsToControl("ArrowLeft", { ...page, tag: "INPUT", inputType: "range", insidePlayer: true }),
    true,
  );
  assert.equal(keyBelongsToControl("ArrowDown", page), true);
  assert.equal(keyBelongsToControl("ArrowDown", { ...page, insidePlayer: true }), false);
  assert.equal(keyBelongsToControl("ArrowLeft", page), false);
});
