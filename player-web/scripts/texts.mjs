// The tables of texts, by language: simplified Chinese and English as written, traditional Chinese converted.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import { Converter } from "opencc-js";

export const LANGUAGES = ["zh-CN", "zh-Hant", "en"];

/** Words that a conversion cannot know: the names of the languages stay in their own writing. */
const KEPT = new Set(["languageMark_zh-CN", "languageName_zh-CN", "quick_1"]);

/** {pageTexts, scriptTexts} by language. */
export async function loadTables(root) {
  const simplified = await loadTable(root, "zh-CN");
  const toTraditional = Converter({ from: "cn", to: "twp" });
  const convert = (text) => toTraditional(text).replace(/社群/g, "社區"); // where people live, not who follows them
  const converted = (table) =>
    Object.fromEntries(Object.entries(table).map(([key, text]) => [key, KEPT.has(key) ? text : convert(text)]));
  const traditional = { pageTexts: converted(simplified.pageTexts), scriptTexts: converted(simplified.scriptTexts) };
  return { "zh-CN": simplified, "zh-Hant": traditional, en: await loadTable(root, "en") };
}

async function loadTable(root, language) {
  const source = readFileSync(join(root, "src/i18n", `${language}.ts`), "utf8");
  const { code } = await transform(source, { loader: "ts", format: "esm" });
  return import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);
}

/** An esbuild plugin: "#texts" is the table of `language`. */
export function textsPlugin(tables, language) {
  return {
    name: "texts",
    setup(build) {
      build.onResolve({ filter: /^#texts$/ }, () => ({ path: language, namespace: "texts" }));
      build.onLoad({ filter: /.*/, namespace: "texts" }, () => ({
        contents: `export const LANGUAGE = ${JSON.stringify(language)};
export const table = ${JSON.stringify(tables[language].scriptTexts)};`,
      }));
    },
  };
}
