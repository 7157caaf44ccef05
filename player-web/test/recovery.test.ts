import assert from "node:assert/strict";
import { test } from "node:test";
import { RecoveryBudget } from "../src/player/recovery";

function tries(kind: "network" | "media"): number {
  const budget = new RecoveryBudget();
  let count = 0;
  while (budget.next(kind, count * 10).action === "retry") count += 1;
  return count;
}

test("tries are bounded", () => {
  assert.equal(tries("network"), 2);
  assert.equal(tries("media"), 3);
});

test("waiting grows between tries", () => {
  const budget = new RecoveryBudget();
  const first = budget.next("network", 0);
  const second = budget.next("network", 1);
  assert.ok(first.action === "retry" && second.action === "retry" && second.delayMs > first.delayMs);
});

test("a quiet minute, or the person, gives the tries back", () => {
  const budget = new RecoveryBudget();
  for (let index = 0; index < 4; index += 1) budget.next("media", 0);
  assert.equal(budget.next("media", 100).action, "give-up");
  assert.equal(budget.next("media", 70000).action, "retry");
  for (let index = 0; index < 4; index += 1) budget.next("media", 70000);
  budget.reset();
  assert.equal(budget.next("media", 70001).action, "retry");
});
