// Where the arrow keys lead: boxes on the screen, in groups (a row of cards, a pad of letters). Inside a group the nearest
// box in that direction; at its edge the nearest group, and its nearest box. Pure.

import type { Action } from "./keys";

export type Direction = Extract<Action, "left" | "right" | "up" | "down">;

/** Pixels; `right` and `bottom` lie just behind it. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Group {
  box: Box;
  items: Box[];
}

export interface Place {
  group: number;
  item: number;
}

const SLACK = 4; // boxes may touch or overlap by a line

/** How far `to` lies from `from` in that direction; negative when it does not lie there. */
function gap(from: Box, to: Box, direction: Direction): number {
  if (direction === "left") return from.left - to.right;
  if (direction === "right") return to.left - from.right;
  if (direction === "up") return from.top - to.bottom;
  return to.top - from.bottom;
}

/** How far apart they lie across the direction: 0 to 1 where they overlap, nearer to 0 the more their middles agree. */
function aside(from: Box, to: Box, direction: Direction): number {
  const isSideways = direction === "left" || direction === "right";
  const a = isSideways ? [from.top, from.bottom] : [from.left, from.right];
  const b = isSideways ? [to.top, to.bottom] : [to.left, to.right];
  const apart = Math.max(a[0]! - b[1]!, b[0]! - a[1]!);
  const middles = Math.abs(a[0]! + a[1]! - b[0]! - b[1]!) / 2;
  return apart < 0 ? middles / (1 + middles) : 1 + middles;
}

/** The index of the best of `boxes`, or -1. Sideways only what stands on the same line counts. */
function best(from: Box, boxes: Box[], skipped: number, direction: Direction): number {
  const isSideways = direction === "left" || direction === "right";
  let nearest = Infinity;
  for (let i = 0; i < boxes.length; i++) {
    const far = gap(from, boxes[i]!, direction);
    if (i === skipped || far < -SLACK || (isSideways && aside(from, boxes[i]!, direction) >= 1)) continue;
    nearest = Math.min(nearest, far);
  }
  let found = -1;
  let least = Infinity;
  for (let i = 0; i < boxes.length; i++) {
    const box = boxes[i]!;
    const far = gap(from, box, direction);
    const line = isSideways ? 0 : Math.min(box.bottom - box.top, from.bottom - from.top) / 2;
    if (i === skipped || far < -SLACK || far > nearest + line + SLACK) continue;
    const score = aside(from, box, direction);
    if (isSideways && score >= 1) continue;
    if (score < least) {
      least = score;
      found = i;
    }
  }
  return found;
}

/** The item of a group that is entered from `from`: the line nearest to it first. Sideways the line matters more than the gap. */
function enter(from: Box, group: Group, direction: Direction): number {
  if (direction === "up" || direction === "down") return best(from, group.items, -1, direction);
  let found = -1;
  let least = Infinity;
  for (let i = 0; i < group.items.length; i++) {
    const item = group.items[i]!;
    const score = aside(from, item, direction) * 10000 + Math.max(0, gap(from, item, direction));
    if (score < least) {
      least = score;
      found = i;
    }
  }
  return found;
}

/** Where the key leads from `at`; null: nowhere. Groups without items are passed over. */
export function nextPlace(groups: Group[], at: Place, direction: Direction): Place | null {
  const home = groups[at.group]!;
  const from = home.items[at.item]!;
  const inside = best(from, home.items, at.item, direction);
  if (inside >= 0) return { group: at.group, item: inside };
  const isSideways = direction === "left" || direction === "right";
  let found: Place | null = null;
  let least = Infinity;
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i]!;
    const far = gap(isSideways ? home.box : from, group.box, direction);
    if (i === at.group || group.items.length === 0 || far < -SLACK) continue;
    const apart = aside(from, group.box, direction);
    if (isSideways && apart >= 1) continue;
    const score = far * 1000 + apart;
    const item = score < least ? enter(from, group, direction) : -1;
    if (item < 0) continue;
    least = score;
    found = { group: i, item };
  }
  return found;
}
