// Compiles the unit tests for node's test runner and writes the tables of texts that they look at. Usage: node scripts/build_tests.mjs OUTPUT_FOLDER

import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { loadTables, textsPlugin } from "./texts.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const output = resolve(process.argv[2] ?? join(root, "dist-test"));
const tests = readdirSync(join(root, "test")).filter((name) => name.endsWith(".test.ts"));

const tables = await loadTables(root);

mkdirSync(output, { recursive: true });
writeFileSync(join(output, "tables.json"), JSON.stringify(tables));
await build({
  entryPoints: tests.map((name) => join(root, "test", name)),
  outdir: output,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node18",
  sourcemap: "inline",
  logLevel: "warning",
  plugins: [textsPlugin(tables, "zh-CN")],
});
