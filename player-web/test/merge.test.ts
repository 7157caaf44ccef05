import assert from "node:assert/strict";
import { test } from "node:test";
import { changes, inOrder, merge, moved } from "../src/studio/merge";

const base = { title: "太极", summary: "旧", tags: ["a"] };

test("a patch holds what differs", () => {
  assert.deepEqual(changes(base, { ...base, tags: ["a", "b"] }), { tags: ["a", "b"] });
  assert.deepEqual(changes(base, { ...base }), {});
});

test("changes of two editors to different fields go together", () => {
  const both = merge(base, { ...base, title: "太极拳" }, { ...base, summary: "新" });
  assert.deepEqual(both, { fields: { title: "太极拳", summary: "新", tags: ["a"] }, conflicts: [], isTouched: true });
});

test("the same field changed twice is a conflict, unless to the same", () => {
  const both = merge(base, { ...base, title: "我的", tags: ["x"] }, { ...base, title: "他的", tags: ["x"] });
  assert.deepEqual(both.conflicts, ["title"]);
  assert.equal(both.fields.title, "我的"); // nothing that was typed is lost
});

test("what touches other things is no change", () => {
  assert.equal(merge(base, { ...base, title: "我的" }, { ...base }).isTouched, false);
});

test("an order holds for a list that has changed meanwhile", () => {
  const now = ["a", "new", "b", "c"].map((id) => ({ id }));
  assert.deepEqual(inOrder(now, ["c", "a", "b"]).map(({ id }) => id), ["c", "a", "new", "b"]);
  assert.deepEqual(inOrder(now, ["gone", "c"]).map(({ id }) => id), ["a", "new", "b", "c"]);
});

test("moving stays within the list", () => {
  assert.deepEqual(moved(["a", "b", "c"], 0, 1), ["b", "a", "c"]);
  assert.deepEqual(moved(["a", "b", "c"], 2, -5), ["c", "a", "b"]);
  assert.deepEqual(moved(["a", "b"], 7, 0), ["a", "b"]);
});
