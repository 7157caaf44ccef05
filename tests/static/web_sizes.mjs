// Checks how much JavaScript each page may load, gzip, in every language: what its script imports, at once or later.
// Usage: node tests/static/web_sizes.mjs WEB_FOLDER

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const KIB = 1024;
const LIMITS = { home: 40 * KIB, course: 180 * KIB, elder: 40 * KIB, studio: 90 * KIB, tv: 30 * KIB };
const STYLE_LIMIT = 16 * KIB;

const [folder] = process.argv.slice(2);
const assets = join(folder, "assets");
const packedSize = (name) => gzipSync(readFileSync(join(assets, name)), { level: 9 }).length;

/** The files that `name` imports, itself included. */
function reachable(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  const text = readFileSync(join(assets, name), "utf8");
  for (const [, imported] of text.matchAll(/["']\.\/([\w-]+\.js)["']/g)) reachable(imported, found);
  return found;
}

let isGood = true;
function check(what, bytes, limit) {
  const text = `${what}: ${(bytes / KIB).toFixed(1)} KiB of ${limit / KIB}`;
  if (bytes > limit) isGood = false;
  console.log(bytes > limit ? `too large: ${text}` : text);
}

for (const file of readdirSync(join(folder, "texts"))) {
  const texts = JSON.parse(readFileSync(join(folder, "texts", file), "utf8"));
  for (const [page, limit] of Object.entries(LIMITS)) {
    const entry = texts[`script_${page}`]?.replace("/assets/", "");
    if (!entry) throw new Error(`${file} names no script of the page ${page}`);
    const sizes = [...reachable(entry)].map(packedSize);
    check(`${page}, ${file.replace(".json", "")}`, sizes.reduce((sum, size) => sum + size, 0), limit);
  }
}
for (const name of readdirSync(assets).filter((each) => each.endsWith(".css"))) check(name, packedSize(name), STYLE_LIMIT);
process.exit(isGood ? 0 : 1);
