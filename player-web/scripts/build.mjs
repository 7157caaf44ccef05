// Builds the pages: type check, bundles of each language, templates with the hashed names filled in, tables of texts.
// Usage: node scripts/build.mjs OUTPUT_FOLDER [--no-check]

import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { packFolder } from "./pack.mjs";
import { hlsDefines, leanPlugin } from "./player_lean.mjs";
import { fillTemplate, templateNames } from "./templates.mjs";
import { LANGUAGES, loadTables, textsPlugin } from "./texts.mjs";
import { checkTv, tvOptions } from "./tv.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const output = resolve(process.argv[2] ?? join(root, "dist"));
const OLDEST_BROWSERS = ["chrome80", "edge80", "firefox78", "safari13.1"];
const BUNDLED = [
  "hls.js", "media-chrome", "lean-qr", "eventemitter3", "url-toolkit", "@svta/cml-id3",
  "tus-js-client", "js-base64", "url-parse", "querystringify", "requires-port",
];

/** What all bundles have in common. */
const SHARED = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  target: OLDEST_BROWSERS,
  supported: { destructuring: true }, // esbuild's table counts a rare Safari bug against all of it
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
  logLimit: 20,
};

if (!process.argv.includes("--no-check")) {
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", root], { stdio: "inherit" });
  checkTv(root);
}
rmSync(output, { recursive: true, force: true });
mkdirSync(join(output, "assets"), { recursive: true });
mkdirSync(join(output, "texts"));

const tables = await loadTables(root);
const styles = { site: "src/styles/site.css", studio: "src/styles/studio.css", admin: "src/styles/admin.css" };
const addresses = { file: writeFiles(), style: await bundle(styles, {}), inline: { home: await styleText("src/styles/home_page.css") }, script: {} };
Object.assign(addresses.style, await bundle({ tv: "src/tv/tv.css" }, { target: ["chrome38"] }));
for (const language of LANGUAGES) {
  const pages = ["home", "course", "elder", "account", "studio", "channels", "admin"];
  const entries = Object.fromEntries(pages.map((name) => [name, `src/pages/${name}.ts`]));
  addresses.script[language] = await bundle(entries, {
    format: "esm",
    splitting: true,
    define: hlsDefines(root),
    plugins: [textsPlugin(tables, language), leanPlugin(root, language)],
  });
  Object.assign(addresses.script[language], await bundle({ tv: "src/tv/main.ts" }, tvOptions(root, tables, language)));
  writeTexts(language);
}
for (const name of templateNames(root)) writeFileSync(join(output, name), fillTemplate(root, name, addresses));
writeWorker();
copyFileSync(join(root, "src/favicon.svg"), join(output, "favicon.svg"));
copyFileSync(join(root, "src/favicon.ico"), join(output, "favicon.ico"));
packFolder(output, ["texts"]);

/** A style sheet to stand in a page. */
async function styleText(path) {
  const { outputFiles } = await build({ ...SHARED, entryPoints: [join(root, path)], write: false });
  const text = outputFiles[0].text.trim();
  if (text.includes("{{")) throw new Error(`${path}: the server would take a pair of braces for its own`);
  return text;
}

/** Bundles entry points into assets/NAME-HASH.EXT and gives their addresses by name. */
async function bundle(entries, options) {
  const result = await build({
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, join(root, path)])),
    outdir: join(output, "assets"),
    metafile: true,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    ...SHARED,
    ...options,
  });
  const made = {};
  for (const [path, file] of Object.entries(result.metafile.outputs)) {
    for (const [name, entry] of Object.entries(entries)) {
      if (file.entryPoint === entry) made[name] = `/assets/${path.split("/").pop()}`;
    }
  }
  return made;
}

function writeHashed(name, extension, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  writeFileSync(join(output, "assets", `${name}-${hash}${extension}`), content);
  return `/assets/${name}-${hash}${extension}`;
}

/** Files that templates name with {{file:NAME}}. */
function writeFiles() {
  const engine = readFileSync(join(root, "node_modules/hls.js/dist/hls.light.min.js"), "utf8").replace(/\n\/\/# sourceMappingURL=.*/, "");
  const files = { licenses: writeHashed("licenses", ".txt", licenseTexts(BUNDLED)), "hls-light": writeHashed("hls-light", ".js", engine) };
  for (const name of readdirSync(join(root, "src/images"))) {
    const [stem, extension] = name.split(/\.(?=[^.]+$)/);
    files[stem] = writeHashed(stem, `.${extension}`, readFileSync(join(root, "src/images", name)));
  }
  return files;
}

/** The table that the server reads; the addresses of the language's own scripts stand in it too. */
function writeTexts(language) {
  const scripts = Object.entries(addresses.script[language]).map(([name, address]) => [`script_${name}`, address]);
  const texts = { ...tables[language].pageTexts, ...Object.fromEntries(scripts) };
  writeFileSync(join(output, "texts", `${language}.json`), JSON.stringify(texts, null, 1));
}

/** The service worker keeps the shell: what every page needs and the page that stands in without a network. */
function writeWorker() {
  const shell = ["/offline", addresses.style.site, "/favicon.svg"];
  const version = createHash("sha256").update(JSON.stringify(addresses)).digest("hex").slice(0, 8);
  const source = readFileSync(join(root, "src/service-worker.js"), "utf8");
  const filled = source.replace("__SHELL__", JSON.stringify(shell)).replace("__VERSION__", JSON.stringify(version));
  writeFileSync(join(output, "service-worker.js"), filled);
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
