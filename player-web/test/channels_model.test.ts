import assert from "node:assert/strict";
import { test } from "node:test";
import { copyDay, dateOf, fillWith, mondayOf, move, put, remove, secondsOf, showingsOf, timeOf, type Schedule } from "../src/pages/channels_model";

const MONDAY = "2026-11-30";
const schedule: Schedule = {
  entries: [
    { days: [1, 3, 5], start: "08:00", end: "09:30", course_id: "a", order: "whole" },
    { date: "2026-12-02", start: "19:00", lesson_id: "b", order: "whole" },
    { days: [6], from: "2026-12-01", until: "2026-12-04", start: "23:30", end: "00:30", course_id: "c", order: "loop" },
  ],
  filler: [],
};

function placesOf(value: Schedule): string[] {
  return showingsOf(value, MONDAY).map(({ day, start, index }) => `${day} ${timeOf(start)} ${value.entries[index]?.course_id ?? value.entries[index]?.lesson_id}`);
}

test("weeks begin on China's Mondays", () => {
  assert.equal(mondayOf(Date.parse("2026-11-29T15:59:59Z")), "2026-11-23");
  assert.equal(mondayOf(Date.parse("2026-11-29T16:00:00Z")), MONDAY);
  assert.equal(mondayOf(Date.parse("2026-12-06T15:00:00Z"), 1), "2026-12-07");
  assert.equal(dateOf(MONDAY, 7), "2026-12-06");
  assert.equal(timeOf(secondsOf("22:05:07")), "22:05:07");
});

test("a week shows what airs in it", () => {
  assert.deepEqual(placesOf(schedule), ["1 08:00 a", "3 08:00 a", "3 19:00 b", "5 08:00 a"]);
  const wide = put(schedule, 2, { ...schedule.entries[2], until: "2026-12-31", start: "23:30" });
  assert.equal(showingsOf(wide, MONDAY).at(-1)?.length, 3600);
});

test("moving a showing leaves the entry's other days", () => {
  const showing = showingsOf(schedule, MONDAY)[1];
  assert.ok(showing);
  const moved = move(schedule, showing, 4, secondsOf("23:00"), MONDAY);
  assert.deepEqual(placesOf(moved), ["1 08:00 a", "3 19:00 b", "4 23:00 a", "5 08:00 a"]);
  assert.equal(moved.entries.at(-1)?.end, "00:30");
  const back = showingsOf(moved, MONDAY)[2];
  assert.ok(back);
  assert.deepEqual(move(moved, back, 3, secondsOf("08:00"), MONDAY).entries.find((entry) => entry.course_id === "a")?.days, [1, 3, 5]);
  assert.deepEqual(placesOf(schedule).length, 4); // the old one is as it was
});

test("an entry on a date moves to another date", () => {
  const showing = showingsOf(schedule, MONDAY)[2];
  assert.ok(showing);
  assert.equal(move(schedule, showing, 7, 0, MONDAY).entries.find((entry) => entry.lesson_id)?.date, "2026-12-06");
});

test("removing the last day removes the entry", () => {
  let value = schedule;
  for (let left = 3; left > 0; left -= 1) {
    const showing = showingsOf(value, MONDAY).find(({ index }) => value.entries[index]?.course_id === "a");
    assert.ok(showing);
    value = remove(value, showing);
  }
  assert.deepEqual(placesOf(value), ["3 19:00 b"]);
});

test("a day is copied over others", () => {
  const filled = put(schedule, null, { days: [2], start: "10:00", course_id: "d", order: "whole" });
  assert.deepEqual(placesOf(copyDay(filled, 1, [2, 7])), ["1 08:00 a", "2 08:00 a", "3 08:00 a", "3 19:00 b", "5 08:00 a", "7 08:00 a"]);
});

test("courses fill a time", () => {
  const courses = [{ id: "x", seconds: 1700 }, { id: "y", seconds: 601 }, { id: "z", seconds: 0 }];
  const filled = fillWith({ entries: [], filler: [] }, [2, 1], secondsOf("08:00"), secondsOf("09:00"), courses);
  assert.deepEqual(
    filled.entries.map(({ days, start, end, course_id }) => [days, start, end, course_id]),
    [
      [[1, 2], "08:00", undefined, "x"],
      [[1, 2], "08:30", undefined, "y"],
      [[1, 2], "08:45", "09:00", "x"],
    ],
  );
  assert.deepEqual(fillWith({ entries: [], filler: [] }, [1], 0, 3600, []).entries, []);
});
