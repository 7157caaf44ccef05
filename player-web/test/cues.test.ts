import assert from "node:assert/strict";
import { test } from "node:test";
import { readClock, readCues, toMarkup, writeClock, writeCues } from "../src/studio/cues";

const VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:02.500 align:start\n起势 &amp; <b>收势</b>\n第二行\n\n01:00:00.250 --> 01:00:01.000\n1 &lt; 2\n";

test("captions are read as people write them and written as they were", () => {
  const cues = readCues(VTT);
  assert.deepEqual(cues, [
    { start: 1, end: 2.5, settings: "align:start", text: "起势 & <b>收势</b>\n第二行" },
    { start: 3600.25, end: 3601, settings: "", text: "1 < 2" },
  ]);
  assert.equal(writeCues(cues), VTT);
  assert.deepEqual(readCues(writeCues(cues)), cues);
});

test("captions are written in order, and what is no tag is escaped", () => {
  const cue = (start: number, text: string) => ({ start, end: start + 1, settings: "", text });
  assert.match(writeCues([cue(5, "b"), cue(1, "a")]), /a\n\n00:00:05/);
  assert.equal(toMarkup("a --> b"), "a --&gt; b");
  assert.equal(toMarkup("<script>&amp;"), "&lt;script&gt;&amp;amp;");
  assert.equal(toMarkup("<v 老师>好</v>\n\n \n再见"), "<v 老师>好</v>\n再见");
});

test("any text is taken", () => {
  assert.deepEqual(readCues(""), []);
  assert.deepEqual(readCues("00:bad --> 00:worse\nx"), []);
  assert.equal(readCues("00:01.000 --> 00:02.000").length, 1);
});

test("times are read as people type them", () => {
  const cases: [string, number | null][] = [
    ["12.5", 12.5],
    ["1:02.25", 62.25],
    ["1:02:03", 3723],
    ["0:01,5", 1.5],
    ["0：01。5", 1.5],
    ["75:00", 4500],
    ["1:75", null],
    ["1:60:00", null],
    ["", null],
    ["-1", null],
    ["1:02:03:04", null],
    ["abc", null],
  ];
  for (const [text, seconds] of cases) assert.equal(readClock(text), seconds, text);
});

test("times are written so that they are read again", () => {
  for (const seconds of [0, 0.001, 59.999, 60, 3599.5, 3600, 86399.123]) assert.equal(readClock(writeClock(seconds)), seconds);
  assert.equal(writeClock(61.5), "1:01.5");
  assert.equal(writeClock(3723), "1:02:03");
});
