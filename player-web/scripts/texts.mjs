// The tables of texts, by language: simplified Chinese and English as written, traditional Chinese converted.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import { Converter } from "opencc-js";

export const LANGUAGES = ["zh-CN", "zh-Hant", "en"];

/** Words that a conversion cannot know: the names of the languages stay in their own writing. */
const KEPT = new Set(["languageMark_zh-CN", "languageName_zh-CN", "quick_1"]);

/** By language its tables by name: pageTexts, scriptTexts and those of pages that have a table of their own (LANGUAGE_PAGE.ts). */
export async function loadTables(root) {
  const simplified = await loadLanguage(root, "zh-CN");
  const toTraditional = Converter({ from: "cn", to: "twp" });
  const convert = (text) => toTraditional(text).replace(/社群/g, "社區"); // where people live, not who follows them
  const converted = (table) =>
    Object.fromEntries(Object.entries(table).map(([key, text]) => [key, KEPT.has(key) ? text : convert(text)]));
  const traditional = Object.fromEntries(Object.entries(simplified).map(([name, table]) => [name, converted(table)]));
  return { "zh-CN": simplified, "zh-Hant": traditional, en: await loadLanguage(root, "en") };
}

/** What LANGUAGE.ts and each LANGUAGE_PAGE.ts export. */
async function loadLanguage(root, language) {
  const names = readdirSync(join(root, "src/i18n")).filter((name) => name === `${language}.ts` || name.startsWith(`${language}_`));
  const tables = {};
  for (const name of names) {
    const { code } = await transform(readFileSync(join(root, "src/i18n", name), "utf8"), { loader: "ts", format: "esm" });
    Object.assign(tables, await import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`));
  }
  return tables;
}

/** An esbuild plugin: "#texts" is the table of `language`, "#texts-PAGE" that of the page. `var`: one page is ES5. */
export function textsPlugin(tables, language) {
  return {
    name: "texts",
    setup(build) {
      build.onResolve({ filter: /^#texts(-\w+)?$/ }, ({ path }) => ({ path: path.slice("#texts-".length) || "script", namespace: "texts" }));
      build.onLoad({ filter: /.*/, namespace: "texts" }, ({ path }) => ({
        contents: `export var LANGUAGE = ${JSON.stringify(language)};
export var table = ${JSON.stringify(tables[language][`${path}Texts`])};`,
      }));
    },
  };
}
