// Checks that the TV page runs in engines of the class of Chrome 38: its scripts are ES5 (es-check), and neither they nor its
// style use what came later.
// Usage: node tests/static/tv_old.mjs WEB_FOLDER NODE_MODULES

import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const LATER_SCRIPT =
  /\.(closest|append|prepend|replaceChildren|replaceWith|toggleAttribute|animate)\(|\b(fetch|Symbol)\(|\bPromise\.|\bnew (Map|Set|WeakMap|Promise|URL|URLSearchParams|AbortController|IntersectionObserver|ResizeObserver)\b|\.(key|code)\s*===?\s*"/g;
const LATER_STYLE =
  /display:\s*(inline-)?grid|[{;\s](row-|column-)?gap:|[{;\s](inset|aspect-ratio|place-items):|\b(var|clamp|min|max)\(|:(focus-visible|focus-within|is|where|has)\b|position:\s*sticky|\banywhere\b|@supports/g;

const [folder, modules] = process.argv.slice(2);
const assets = join(folder, "assets");
const named = (pattern) => readdirSync(assets).filter((name) => pattern.test(name));
const scripts = named(/^tv-.*\.js$/);
const styles = named(/^tv-.*\.css$/);
const engines = named(/^hls-light-.*\.js$/);
let isGood = scripts.length > 0 && styles.length > 0 && engines.length > 0;
if (!isGood) console.log(`the TV page is not built in ${folder}`);

const files = [...scripts, ...engines].map((name) => join(assets, name));
const checked = spawnSync(process.execPath, [join(modules, "es-check/lib/cli/index.js"), "es5", ...files], { encoding: "utf8" });
if (checked.status !== 0) {
  isGood = false;
  console.log(`not ES5: ${checked.stdout}${checked.stderr}`);
}
for (const [names, later] of [[scripts, LATER_SCRIPT], [styles, LATER_STYLE]]) {
  for (const name of names) {
    const text = readFileSync(join(assets, name), "utf8");
    for (const { 0: found, index } of text.matchAll(later)) {
      isGood = false;
      console.log(`${name}: too new: ${text.slice(Math.max(0, index - 30), index + found.length + 30)}`);
    }
  }
}
console.log(isGood ? `${files.length} scripts and ${styles.length} style sheets are old enough` : "see above");
process.exit(isGood ? 0 : 1);
