// Builds the pages: type check, bundle, HTML shells with the hashed names filled in.
// Usage: node scripts/build.mjs OUTPUT_FOLDER [--no-check]

import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { packFolder } from "./pack.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const output = resolve(process.argv[2] ?? join(root, "dist"));
const OLDEST_BROWSERS = ["chrome80", "edge80", "firefox78", "safari13.1"];

if (!process.argv.includes("--no-check")) {
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", root], { stdio: "inherit" });
}
rmSync(output, { recursive: true, force: true });
mkdirSync(join(output, "assets"), { recursive: true });

const workerCode = readFileSync(join(root, "node_modules/hls.js/dist/hls.worker.js"), "utf8");
const worker = writeHashed("hls-worker", ".js", workerCode.replace(/^\/\/# sourceMappingURL=.*$/m, ""));
const licenses = writeHashed("licenses", ".txt", licenseTexts(["hls.js", "media-chrome"]));
const style = await bundle({ site: "src/styles/site.css" }, {});
const script = await bundle(
  { home: "src/pages/home.ts", course: "src/pages/course.ts", account: "src/pages/account.ts" },
  {
    format: "esm",
    splitting: true,
    define: { HLS_WORKER_URL: JSON.stringify(worker), LICENSES_URL: JSON.stringify(licenses) },
  },
);
writeShell("home.html", "index.html");
writeShell("course.html", "course.html");
writeShell("account.html", "account.html");
writeFileSync(join(output, "favicon.svg"), readFileSync(join(root, "src/favicon.svg")));
writeFileSync(join(output, "favicon.ico"), readFileSync(join(root, "src/favicon.ico")));
packFolder(output);

/** Bundles entry points into assets/NAME-HASH.EXT and gives their addresses by name. */
async function bundle(entries, options) {
  const result = await build({
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, join(root, path)])),
    outdir: join(output, "assets"),
    absWorkingDir: root,
    bundle: true,
    minify: true,
    metafile: true,
    target: OLDEST_BROWSERS,
    supported: { destructuring: true }, // esbuild's table counts a rare Safari bug against all of it
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    legalComments: "none",
    charset: "utf8",
    logLevel: "warning",
    logLimit: 20,
    ...options,
  });
  const addresses = {};
  for (const [path, made] of Object.entries(result.metafile.outputs)) {
    for (const [name, entry] of Object.entries(entries)) {
      if (made.entryPoint === entry) addresses[name] = `/assets/${path.split("/").pop()}`;
    }
  }
  return addresses;
}

function writeHashed(name, extension, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  writeFileSync(join(output, "assets", `${name}-${hash}${extension}`), content);
  return `/assets/${name}-${hash}${extension}`;
}

/** The licence texts of the packages that end up in the bundles. */
function licenseTexts(packages) {
  const texts = packages.map((name) => {
    const folder = join(root, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = ["LICENSE", "LICENSE.md", "LICENSE.txt"].map((each) => join(folder, each)).find(existsSync);
    const text = file ? readFileSync(file, "utf8") : "";
    return `${name} ${version} (${license})\n\n${text}`;
  });
  return texts.join(`\n${"-".repeat(72)}\n\n`);
}

function writeShell(source, target) {
  const shell = readFileSync(join(root, "src/pages", source), "utf8");
  const filled = shell.replace(/\{\{(script|style):(\w+)\}\}/g, (_whole, kind, name) => {
    const address = (kind === "style" ? style : script)[name];
    if (!address) throw new Error(`${source} names ${kind}:${name}, which is not built`);
    return address;
  });
  writeFileSync(join(output, target), filled);
}
