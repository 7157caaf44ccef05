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

test("spoken durations name the right units in both languages", () => {
  assert.equal(spokenDuration(0.4, "zh-CN"), "1 秒");
  assert.equal(spokenDuration(45, "zh-CN"), "45 秒");
  assert.equal(spokenDuration(59.9, "en"), "60 s");
  assert.equal(spokenDuration(60, "zh-CN"), "1 分钟");
  assert.equal(spokenDuration(725, "en"), "12 min");
  assert.equal(spokenDuration(3600, "zh-CN"), "1 小时");
  assert.equal(spokenDuration(3599, "zh-CN"), "1 小时");
  assert.equal(spokenDuration(3900, "en"), "1 h 5 min");
  assert.equal(spokenDuration(null, "zh-CN"), "");
  assert.equal(spokenDuration(0, "en"), "");
});

test("the making of a lesson is told with what is known", () => {
  assert.match(makingText(24, 60, "zh-CN"), /24 秒.*1 分钟/);
  assert.match(makingText(24, null, "zh-CN"), /边制作边看/);
  assert.match(makingText(0, 60, "en"), /watch already/);
});
