import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCues } from "../src/text/webvtt";

test("cues are read with and without hours, names and settings", () => {
  const text = `\uFEFFWEBVTT

NOTE not a cue

1
00:00:01.000 --> 00:00:02.500 align:start
木棉花<b>开</b>了

01:02.000 --> 01:04.000
two
lines &amp; more

01:00:00.000 --> 01:00:01.000

00:bad --> worse
nothing`;
  assert.deepEqual(parseCues(text), [
    { start: 1, end: 2.5, text: "木棉花开了" },
    { start: 62, end: 64, text: "two lines & more" },
  ]);
});

test("any text is taken", () => {
  assert.deepEqual(parseCues(""), []);
  assert.deepEqual(parseCues("00:01.000 --> 00:02.000"), []);
  assert.deepEqual(parseCues("00:01.000 --> 00:02.000\r\n<i>"), []);
});
