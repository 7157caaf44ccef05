import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, makingText, spokenDuration } from "../src/text/duration";

test("clock reads like a clock", () => {
  const cases: [number | null | undefined, string][] = [
    [0, "0:00"],
    [5.9, "0:05"],
    [65, "1:05"],
    [754, "12:34"],
    [3600, "1:00:00"],
    [3723.4, "1:02:03"],
    [null, "0:00"],
    [undefined, "0:00"],
    [Number.NaN, "0:00"],
    [Number.POSITIVE_INFINITY, "0:00"],
    [-3, "0:00"],
  ];
  for (const [seconds, text] of cases) assert.equal(clock(seconds), text);
});

test("spoken durations name the right units ", () => {
  assert.equal(spokenDuration(0.4), "1 秒");
  assert.equal(spokenDuration(45), "45 秒");
  assert.equal(spokenDuration(59.9), "60 秒");
  assert.equal(spokenDuration(60), "1 分钟");
  assert.equal(spokenDuration(725), "12 分钟");
  assert.equal(spokenDuration(3900), "1 小时 5 分钟");
  assert.equal(spokenDuration(3600), "1 小时");
  assert.equal(spokenDuration(3599), "1 小时");
  assert.equal(spokenDuration(null), "");
});

test("the making of a lesson is told with what is known", () => {
  assert.match(makingText(24, 60), /24 秒.*1 分钟/);
  assert.match(makingText(24, null), /边制作边看/);
});
