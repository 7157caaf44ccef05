import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { MediaTrack } from "../src/api/types";
import {
  CATEGORIES,
  audienceName,
  categoryName,
  isSettled,
  kindName,
  languageName,
  percent,
  qualityText,
  stateBadge,
} from "../src/text/labels";

test("states have their badges", () => {
  assert.deepEqual(stateBadge("queued", 0, "zh-CN"), { tone: "waiting", text: "排队中" });
  assert.deepEqual(stateBadge("playable", 0.459, "zh-CN"), { tone: "making", text: "制作中 45%" });
  assert.deepEqual(stateBadge("failed", 0.2, "en"), { tone: "failed", text: "Failed" });
  assert.equal(stateBadge("ready", 1, "zh-CN"), null);
});

test("work that goes on never reads 100 percent", () => {
  assert.equal(percent(1), 99);
  assert.equal(percent(0.999), 99);
  assert.equal(percent(-1), 0);
  assert.equal(percent(Number.NaN), 0);
});

test("only ready and failed are settled", () => {
  assert.deepEqual(
    (["queued", "playable", "ready", "failed"] as const).map((state) => isSettled(state)),
    [false, false, true, true],
  );
});

test("the nine categories have names and seals of their own", () => {
  assert.equal(CATEGORIES.length, 9);
  assert.equal(new Set(CATEGORIES.map((category) => category.seal)).size, 9);
  assert.equal(categoryName("sign-language", "zh-CN"), "手语教育");
  assert.equal(categoryName("sports", "en"), "Sports and fitness");
  assert.equal(categoryName(null, "en"), "");
});

test("values that are not known are shown as they are", () => {
  assert.equal(categoryName("new-one", "zh-CN"), "new-one");
  assert.equal(audienceName("elders", "zh-CN"), "老年人");
  assert.equal(audienceName("others", "zh-CN"), "others");
  assert.equal(kindName("micro", "en"), "Micro-lecture");
  assert.equal(languageName("not a tag", "en"), "not a tag");
});

test("qualities are named by the shorter side, tallest first, once", () => {
  const track = (width: number, height: number, kind = "video"): MediaTrack => {
    return { name: "t", kind, codec: "avc1", width, height, segments: 1, segments_total: 1, progress: 1 };
  };
  assert.equal(qualityText([track(640, 360), track(1280, 720), track(360, 640), track(0, 0, "audio")]), "720p / 360p");
  assert.equal(qualityText([]), "");
});

test("the words are those of the catalog", () => {
  const source = readFileSync(`${process.env.KAPOK_SOURCE_DIR}/catalog/course_words.c`, "utf8");
  const slugs = (list: string) => {
    const text = new RegExp(`${list}\\[\\] = \\{(.*?)\\n\\};`, "s").exec(source)?.[1] ?? "";
    return [...text.matchAll(/\{"([a-z-]+)", "([^"]+)"/g)].map(([, slug, name]) => [slug, name]);
  };
  const categories = slugs("categories");
  assert.equal(categories.length, 9);
  assert.deepEqual(CATEGORIES.map(({ slug }) => [slug, categoryName(slug, "zh-CN")]), categories);
  for (const [slug, name] of slugs("audiences")) assert.equal(audienceName(slug!, "zh-CN"), name);
  for (const [slug, name] of slugs("kinds")) assert.equal(kindName(slug!, "zh-CN"), name);
});
