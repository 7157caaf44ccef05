// The studio's words of closed lists are those of the catalog.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { studioTexts as english } from "../src/i18n/en_studio";
import { studioTexts as simplified } from "../src/i18n/zh-CN_studio";

test("licences and visibilities are those of the catalog", () => {
  const source = readFileSync(`${process.env.KAPOK_SOURCE_DIR}/catalog/course_words.c`, "utf8");
  for (const [list, prefix] of [["licences", "licence"], ["visibilities", "visibility"]] as const) {
    const text = new RegExp(`${list}\\[\\] = \\{(.*?)\\n\\};`, "s").exec(source)?.[1] ?? "";
    const words = [...text.matchAll(/\{"([a-z0-9-]+)",\s*"([^"]+)",\s*"([^"]+)"/g)];
    assert.ok(words.length >= 5, list);
    for (const [, slug, zh, en] of words) {
      assert.equal((simplified as Record<string, string>)[`${prefix}_${slug}`], zh);
      assert.equal((english as Record<string, string>)[`${prefix}_${slug}`], en);
    }
  }
});
