import assert from "node:assert/strict";
import { test } from "node:test";
import { bufferedAhead, SegmentPatience, wholeTimelineUrl } from "../src/player/patience";

function ask(patience: SegmentPatience, code: number, canRetry = true): boolean {
  const { retryConfig } = patience;
  return retryConfig.shouldRetry!(retryConfig, 0, false, { url: "", code }, canRetry);
}

test("a segment that is being made is asked for every second, for as long as it takes", () => {
  const patience = new SegmentPatience();
  for (let round = 0; round < 100; round += 1) {
    assert.equal(ask(patience, 503), true);
    assert.equal(patience.retryConfig.maxRetryDelayMs, 1000);
  }
});

test("a failure is tried four times, however long the waiting before, and anew after a success", () => {
  const patience = new SegmentPatience();
  for (let round = 0; round < 50; round += 1) ask(patience, 503);
  for (let round = 0; round < 4; round += 1) {
    assert.equal(ask(patience, 500), true);
    assert.equal(patience.retryConfig.maxRetryDelayMs, 8000);
  }
  assert.equal(ask(patience, 500), false);
  patience.reset();
  assert.equal(ask(patience, 500), true);
});

test("what hls.js would not try again is not tried", () => {
  assert.equal(ask(new SegmentPatience(), 404, false), false);
});

test("the whole timeline is asked for beside other parameters", () => {
  assert.equal(wholeTimelineUrl("/media/a/master.m3u8"), "/media/a/master.m3u8?timeline=whole");
  assert.equal(wholeTimelineUrl("/media/a/master.m3u8?x=1"), "/media/a/master.m3u8?x=1&timeline=whole");
});

test("what is buffered ahead ends at a gap", () => {
  const ranges = [
    [0, 10],
    [10.1, 20],
    [30, 40],
  ] as const;
  const buffered = {
    length: ranges.length,
    start: (index: number) => ranges[index]![0],
    end: (index: number) => ranges[index]![1],
  };
  assert.equal(bufferedAhead(buffered, 5), 15);
  assert.equal(bufferedAhead(buffered, 22), 0);
  assert.equal(bufferedAhead(buffered, 35), 5);
});
