import assert from "node:assert/strict";
import { test } from "node:test";
import { nextPlace, type Box, type Group } from "../src/tv/geometry";

const box = (left: number, top: number, width: number, height: number): Box => ({ left, top, right: left + width, bottom: top + height });

/** `count` boxes of 100x50 in lines of `columns`, 20 apart. */
function group(left: number, top: number, count: number, columns: number): Group {
  const items = Array.from({ length: count }, (_, i) => box(left + (i % columns) * 120, top + Math.floor(i / columns) * 70, 100, 50));
  const right = Math.max(...items.map((item) => item.right));
  const bottom = Math.max(...items.map((item) => item.bottom));
  return { box: { left, top, right, bottom }, items };
}

test("inside a grid every key leads to the neighbour, and nowhere beyond its edge", () => {
  const grid = [group(0, 0, 8, 3)];
  const from = (item: number, direction: "left" | "right" | "up" | "down") => nextPlace(grid, { group: 0, item }, direction)?.item ?? null;
  assert.equal(from(4, "left"), 3);
  assert.equal(from(4, "right"), 5);
  assert.equal(from(4, "up"), 1);
  assert.equal(from(4, "down"), 7);
  assert.equal(from(2, "right"), null);
  assert.equal(from(0, "left"), null);
  assert.equal(from(0, "up"), null);
  assert.equal(from(5, "down"), 7); // the last line is shorter
  assert.equal(from(7, "down"), null);
});

test("up and down lead to the nearest group, whatever stands aside", () => {
  const head = group(800, 0, 4, 4);
  const short = group(0, 100, 1, 1);
  const long = group(0, 200, 9, 9);
  const groups = [head, short, long];
  assert.deepEqual(nextPlace(groups, { group: 0, item: 3 }, "down"), { group: 1, item: 0 });
  assert.deepEqual(nextPlace(groups, { group: 1, item: 0 }, "down"), { group: 2, item: 0 });
  assert.deepEqual(nextPlace(groups, { group: 2, item: 8 }, "up"), { group: 1, item: 0 });
  assert.deepEqual(nextPlace(groups, { group: 1, item: 0 }, "up"), { group: 0, item: 0 });
});

test("sideways a key leads to the group beside, on the same line", () => {
  const pad = group(0, 100, 30, 6);
  const found = group(800, 100, 12, 3);
  const empty: Group = { box: box(760, 90, 30, 900), items: [] };
  assert.deepEqual(nextPlace([pad, empty, found], { group: 0, item: 17 }, "right"), { group: 2, item: 6 });
  assert.deepEqual(nextPlace([pad, empty, found], { group: 2, item: 6 }, "left"), { group: 0, item: 17 });
  assert.equal(nextPlace([pad, found], { group: 1, item: 2 }, "right"), null);
});

test("from every box of a page of rows every other can be reached", () => {
  const groups = [group(700, 0, 6, 6), group(0, 100, 3, 3), group(0, 200, 12, 12), group(0, 300, 9, 5), group(640, 500, 1, 1)];
  const name = (place: { group: number; item: number }) => `${place.group}:${place.item}`;
  for (const start of [{ group: 0, item: 0 }, { group: 2, item: 11 }, { group: 4, item: 0 }]) {
    const seen = new Set([name(start)]);
    const queue = [start];
    for (let at = queue.shift(); at; at = queue.shift()) {
      for (const direction of ["left", "right", "up", "down"] as const) {
        const next = nextPlace(groups, at, direction);
        if (next && !seen.has(name(next))) {
          seen.add(name(next));
          queue.push(next);
        }
      }
    }
    assert.equal(seen.size, groups.reduce((sum, one) => sum + one.items.length, 0));
  }
});
