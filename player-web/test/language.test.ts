// The tables of texts: complete in each language, and the words of the closed lists those of the catalog.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fillIn, t } from "../src/i18n/language";
import * as english from "../src/i18n/en";
import * as simplified from "../src/i18n/zh-CN";

type Table = Record<string, string>;
type Tables = Record<string, Table>;
const byLanguage = JSON.parse(readFileSync(`${process.env.KAPOK_TABLES}`, "utf8")) as Record<string, Tables>;
/** Of each language all texts as "table/key". */
const tables = Object.fromEntries(Object.entries(byLanguage).map(([language, each]) => [language, whole(each)]));
const variables = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

function whole(each: Tables): Table {
  const entries = Object.entries(each).flatMap(([name, table]) => Object.entries(table).map(([key, text]) => [`${name}/${key}`, text]));
  return Object.fromEntries(entries) as Table;
}

test("every language has every text with the same variables", () => {
  assert.deepEqual(Object.keys(tables).sort(), ["en", "zh-CN", "zh-Hant"]);
  const written = tables["zh-CN"]!;
  for (const table of Object.values(tables)) {
    assert.deepEqual(Object.keys(table).sort(), Object.keys(written).sort());
    for (const [key, text] of Object.entries(table)) {
      assert.notEqual(text.trim(), "", key);
      assert.deepEqual(variables(text), variables(written[key]!), key);
    }
  }
  assert.deepEqual(byLanguage["zh-CN"]!.scriptTexts, simplified.scriptTexts);
  assert.deepEqual(byLanguage.en!.pageTexts, english.pageTexts);
});

test("the Chinese tables are Chinese, each in its own characters", () => {
  const exceptions = /\/(language|dateFormat|listSeparator|continueAt)/;
  for (const [key, text] of Object.entries(tables["zh-CN"]!)) {
    if (!exceptions.test(key)) assert.match(text, /\p{Script=Han}/u, key);
  }
  const onlySimplified = /[课习视频网乐长辈断时间说读写还这们为关试缩载没开发门边录选择让见东车书马鸟鱼无]/u;
  for (const [key, text] of Object.entries(tables["zh-Hant"]!)) {
    if (!/_zh-CN$/.test(key)) assert.doesNotMatch(text, onlySimplified, key);
  }
  assert.equal(byLanguage["zh-Hant"]!.pageTexts!.more, "顯示更多");
  assert.match(byLanguage["zh-Hant"]!.pageTexts!.homeTitle!, /影片/);
});

test("texts take their variables and leave unknown ones", () => {
  assert.equal(t("resultsCount", { count: 3 }), "找到 3 门课程");
  assert.equal(fillIn("{a} and {b}", { a: "$&" }), "$& and {b}");
});

test("the words are those of the catalog", () => {
  const source = readFileSync(`${process.env.KAPOK_SOURCE_DIR}/catalog/course_words.c`, "utf8");
  const words = (list: string) => {
    const text = new RegExp(`${list}\\[\\] = \\{(.*?)\\n\\};`, "s").exec(source)?.[1] ?? "";
    return [...text.matchAll(/\{"([a-z-]+)",\s*"([^"]+)",\s*"([^"]+)"/g)];
  };
  const lists = { categories: "category", audiences: "audience", kinds: "kind", levels: "level" };
  for (const [list, prefix] of Object.entries(lists)) {
    assert.ok(words(list).length >= 3, list);
    for (const [, slug, zh, en] of words(list)) {
      assert.equal(simplified.pageTexts[`${prefix}_${slug}` as keyof typeof simplified.pageTexts], zh);
      assert.equal(byLanguage.en!.pageTexts![`${prefix}_${slug}`], en);
    }
  }
});
