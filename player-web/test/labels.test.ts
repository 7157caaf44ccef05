import assert from "node:assert/strict";
import { test } from "node:test";
import { isSettled, percent, stateText } from "../src/text/labels";

test("states have their words", () => {
  assert.equal(stateText("queued", 0), "排队中");
  assert.equal(stateText("playable", 0.459), "制作中 45%");
  assert.equal(stateText("failed", 0.2), "制作失败");
  assert.equal(stateText("ready", 1), "");
});

test("work that goes on never reads 100 percent", () => {
  assert.equal(percent(1), 99);
  assert.equal(percent(0.999), 99);
  assert.equal(percent(-1), 0);
  assert.equal(percent(Number.NaN), 0);
});

test("only ready and failed are settled", () => {
  assert.deepEqual(
    (["queued", "playable", "ready", "failed"] as const).map((state) => isSettled(state)),
    [false, false, true, true],
  );
});
