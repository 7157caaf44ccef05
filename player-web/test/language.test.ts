import assert from "node:assert/strict";
import { test } from "node:test";
import { en } from "../src/i18n/en";
import { message } from "../src/i18n/language";
import { zh } from "../src/i18n/zh";

const variables = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

test("both languages have the same keys, none empty", () => {
  assert.deepEqual(Object.keys(en).sort(), Object.keys(zh).sort());
  for (const [key, text] of [...Object.entries(zh), ...Object.entries(en)]) assert.notEqual(text.trim(), "", key);
});

test("both languages use the same variables", () => {
  for (const [key, text] of Object.entries(zh)) {
    assert.deepEqual(variables(en[key as keyof typeof zh]), variables(text), key);
  }
});

test("the Chinese table is Chinese", () => {
  const exceptions = new Set(["switchLanguage", "switchLanguageHint"]);
  for (const [key, text] of Object.entries(zh)) {
    if (!exceptions.has(key)) assert.match(text, /\p{Script=Han}/u, key);
  }
});

test("messages take their variables and leave unknown ones", () => {
  assert.equal(message("zh-CN", "courseCount", { count: 3 }), "共 3 门课程");
  assert.equal(message("en", "stateMaking", { percent: 45 }), "In the making 45%");
  assert.equal(message("en", "nextLesson", {}), "Next lesson: {title}");
});
