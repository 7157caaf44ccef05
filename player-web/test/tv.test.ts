import assert from "node:assert/strict";
import { test } from "node:test";
import type { Asset } from "../src/api/types";
import { parseTable as parseResume, resumePosition, unfinished as unfinishedOfSite, withEntry } from "../src/player/resume";
import { actionOf, characterOf } from "../src/tv/keys";
import { mergePositions as mergeOfSite } from "../src/player/positions";
import { mergePositions } from "../src/tv/positions";
import { bounded, isOver, lastOf, parseTable, positionOf, unfinished } from "../src/tv/progress";
import { isTelevision, sourcesOf, type Abilities } from "../src/tv/sources";

const all: Abilities = { isTv: false, hls: true, mse: true, h264: true, height: 1080 };

function asset(heights: number[], members: Partial<Asset> = {}): Asset {
  const tracks = heights.map((height) => ({ name: `v${height}`, kind: "video", codec: "", height, segments: 1, segments_total: 1, progress: 1 }));
  return { id: "a", state: "ready", playlist: "/media/a/master.m3u8", tracks, ...members } as Asset;
}

const kinds = (one: Asset, can: Abilities) => sourcesOf(one, can).map((source) => source.kind).join(" ");

test("keys of remote controls", () => {
  assert.deepEqual([8, 27, 461, 10009].map(actionOf), ["back", "back", "back", "back"]);
  assert.deepEqual([415, 19, 413, 417, 412, 10252].map(actionOf), ["play", "pause", "stop", "forward", "rewind", "toggle"]);
  assert.deepEqual([37, 38, 39, 40, 13].map(actionOf), ["left", "up", "right", "down", "enter"]);
  assert.equal(actionOf(65), null);
  assert.deepEqual([65, 90, 48, 57, 96, 105, 186].map(characterOf), ["A", "Z", "0", "9", "0", "9", null]);
});

test("the form of a lesson that each kind of engine is given", () => {
  assert.equal(kinds(asset([360, 720]), all), "engine native file");
  assert.equal(kinds(asset([360, 720]), { ...all, isTv: true }), "native engine file");
  assert.equal(kinds(asset([360, 720]), { ...all, hls: false, mse: false }), "file");
  assert.equal(kinds(asset([360, 720], { state: "playable" }), { ...all, hls: false, mse: false }), "");
  assert.equal(kinds(asset([360, 720]), { ...all, h264: false }), "");
  assert.equal(kinds(asset([], { playlist: null }), all), "");
  const file = (one: Asset, height: number) => sourcesOf(one, { ...all, hls: false, mse: false, height })[0]?.url;
  assert.equal(file(asset([360, 720, 1080]), 720), "/media/a/720.mp4");
  assert.equal(file(asset([1440, 2160]), 720), "/media/a/1440.mp4");
  assert.equal(sourcesOf(asset([]), all)[0]?.url, "/media/a/sound.m4a");
  const signed = asset([720], { playlist: "/media/~s~1/a/master.m3u8?x=1" });
  assert.deepEqual(sourcesOf(signed, all).map(({ url }) => url), ["/media/~s~1/a/ts/master.m3u8", "/media/~s~1/a/ts/master.m3u8", "/media/~s~1/a/720.mp4"]);
});

test("televisions by their names", () => {
  const names = ["Mozilla/5.0 (SMART-TV; LINUX; Tizen 5.0)", "Mozilla/5.0 (Web0S; Linux/SmartTV)", "Opera/9.80 HbbTV/1.1.1"];
  assert.deepEqual(names.map(isTelevision), [true, true, true]);
  assert.equal(isTelevision("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36"), false);
});

test("the table of places is the one of the other pages", () => {
  const of = { course: "c", lesson: "l", title: "太极拳", poster: null };
  const table = withEntry({}, "a", { position: 60, duration: 600, savedAt: 2, of });
  const text = JSON.stringify(withEntry(table, "b", { position: 595, duration: 600, savedAt: 3, of: { ...of, course: "d" } }));
  const here = parseTable(text);
  assert.deepEqual(here, parseResume(text));
  assert.deepEqual(unfinished(here, 6), unfinishedOfSite(parseResume(text), 6));
  for (const position of [0, 7, 8, 300, 587, 589, 600]) {
    const entry = { position, duration: 600, savedAt: 1 };
    assert.equal(positionOf(entry), resumePosition(entry, 600));
  }
  assert.equal(lastOf(here, ["a", "b", "z"]), "b");
  assert.equal(isOver(here["b"]), true);
  assert.deepEqual(Object.keys(bounded(here, 1)), ["b"]);
  for (const bad of [null, "", "[", "[]", "1", '{"a":{"position":"1"}}', '{"a":null}', '{"a":{"position":1,"duration":1,"savedAt":1,"of":{}}}']) {
    assert.deepEqual(parseTable(bad), {});
  }
});

test("positions of the server come in as on the other pages", () => {
  const item = (asset: string, position: number, age: number) => ({ lesson: `l${asset}`, lesson_title: "一", course: `c${asset}`, course_title: "太极拳", lesson_count: asset === "a" ? 2 : 1, asset, poster: null, position, duration: 600, age });
  const of = { course: "c", lesson: "l", title: "t", poster: null };
  const table = {
    a: { position: 10, duration: 600, savedAt: 1000, of },
    b: { position: 20, duration: 600, savedAt: 999000, of },
    gone: { position: 30, duration: 600, savedAt: 500, of, isKept: true },
    fresh: { position: 40, duration: 600, savedAt: 500, of },
  };
  const items = [item("a", 300, 5), item("b", 400, 60), item("d", 50, 0)];
  const merged = mergePositions(table, items, 1000000);
  assert.deepEqual(merged, mergeOfSite(table, items, 1000000));
  assert.deepEqual(Object.keys(merged).sort(), ["a", "b", "d", "fresh"]);
  assert.equal(merged["a"]?.position, 300);
  assert.equal(merged["b"]?.position, 20);
});
