// Compiles the unit tests for node's test runner. Usage: node scripts/build_tests.mjs OUTPUT_FOLDER

import { readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const output = resolve(process.argv[2] ?? join(root, "dist-test"));
const tests = readdirSync(join(root, "test")).filter((name) => name.endsWith(".test.ts"));

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
});
