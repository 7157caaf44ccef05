// The TV page's script: ES5, for the engines of televisions. esbuild lowers no further than to ES2015, so TypeScript does it,
// file by file, the one library included.

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { textsPlugin } from "./texts.mjs";

/** Type check against what an engine of ES5 has. */
export function checkTv(root) {
  const arguments_ = [join(root, "node_modules/typescript/bin/tsc"), "-p", join(root, "tsconfig.tv.json")];
  execFileSync(process.execPath, arguments_, { stdio: "inherit" });
}

/** esbuild's options for it in `language`; `tables`: of texts.mjs. */
export function tvOptions(root, tables, language) {
  return { format: "iife", target: ["es5"], supported: {}, plugins: [textsPlugin(tables, language), es5(root)] };
}

function es5(root) {
  const ts = createRequire(join(root, "x.js"))("typescript");
  const compilerOptions = { target: ts.ScriptTarget.ES5, module: ts.ModuleKind.ESNext, allowJs: true };
  return {
    name: "es5",
    setup(build) {
      build.onLoad({ filter: /\.(ts|mjs)$/ }, ({ path }) => {
        const { outputText } = ts.transpileModule(readFileSync(path, "utf8"), { compilerOptions, fileName: path });
        return { contents: outputText, loader: "js" };
      });
    },
  };
}
