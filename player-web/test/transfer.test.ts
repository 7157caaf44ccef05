import assert from "node:assert/strict";
import { test } from "node:test";
import { TransferPace, sizeText, uploadAdvice } from "../src/studio/transfer";

test("speed and time left follow the last seconds", () => {
  const pace = new TransferPace();
  pace.add(0, 0);
  assert.equal(pace.speed(), null);
  pace.add(1000, 1_000_000);
  assert.equal(pace.speed(), null); // too early to tell
  pace.add(2000, 2_000_000);
  assert.equal(pace.speed(), 1_000_000);
  assert.equal(pace.left(12_000_000), 10);
  for (let second = 3; second <= 30; second += 1) pace.add(second * 1000, 2_000_000 + (second - 2) * 100_000);
  assert.equal(pace.speed(), 100_000); // what was long ago does not count
});

test("a cut line begins anew", () => {
  const pace = new TransferPace();
  pace.add(0, 0);
  pace.add(2000, 5_000_000);
  pace.add(60_000, 4_000_000);
  assert.equal(pace.speed(), null);
  pace.add(62_000, 5_000_000);
  assert.equal(pace.speed(), 500_000);
});

test("a line on which nothing moves has no time left to tell", () => {
  const pace = new TransferPace();
  pace.add(0, 100);
  pace.add(5000, 100);
  assert.equal(pace.speed(), 0);
  assert.equal(pace.left(200), null);
});

test("sizes are short", () => {
  const cases: [number, string][] = [[0, "0 B"], [999, "999 B"], [1400, "1.4 KB"], [23_400_000, "23 MB"], [999_600, "1.0 MB"], [2e12, "2.0 TB"]];
  for (const [bytes, text] of cases) assert.equal(sizeText(bytes), text);
});

test("lines are tried again, refusals are not", () => {
  for (const status of [0, 423, 409, 460, 503]) assert.equal(uploadAdvice(status), "again");
  for (const status of [401, 507]) assert.equal(uploadAdvice(status), "later");
  for (const status of [400, 403, 413, 415, 422]) assert.equal(uploadAdvice(status), "never");
});
