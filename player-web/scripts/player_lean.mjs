// The libraries of the player without what our lessons never need. hls.js: it is bundled from the package's own sources, and the parts for encrypted
// streams, MPEG-TS, captions inside the picture, advertisements and steering between servers are left out. What is left
// plays fragmented MP4 with separate sound and WebVTT, in two thirds of the size. media-chrome: its dialog of keys (we have
// our own keys) and its texts in other languages.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const SWITCHES = {
  ALT_AUDIO: true,
  SUBTITLES: true,
  EME_DRM: false,
  CMCD: false,
  CONTENT_STEERING: false,
  VARIABLE_SUBSTITUTION: false,
  M2TS_ADVANCED_CODECS: false,
  MEDIA_CAPABILITIES: false,
  INTERSTITIALS: false,
  IFRAMES: false,
};

/** Modules that nothing of ours reaches, and what stands in their place. */
const ABSENT = [
  {
    filter:
      /hls\.js\/src\/controller\/(cmcd|content-steering|eme|interstitials|iframe|iframe-stream|image-iframe-stream|id3-track|fps)(-controller)?\.ts$/,
    contents: "export default undefined;",
  },
  {
    filter: /hls\.js\/src\/controller\/interstitial(-player|s-schedule)\.ts$/,
    contents: "export const generateAssetIdentifier = undefined;",
  },
  {
    filter: /hls\.js\/src\/demux\/(tsdemuxer|audio\/aacdemuxer|audio\/mp3demuxer|audio\/ac3-demuxer)\.ts$/,
    contents: "export default class { static probe() { return false; } }\nexport const AC3Demuxer = undefined;",
  },
  {
    filter: /hls\.js\/src\/remux\/mp4-remuxer\.ts$/,
    // The same wrap of 33-bit times at 90 kHz that the module exports for others.
    contents: `export default class {}
export const flushTextTrackMetadataCueSamples = () => undefined;
export const flushTextTrackUserdataCueSamples = () => undefined;
export function normalizePts(time, near) {
  if (near === null) return time;
  const turn = near < time ? -(2 ** 33) : 2 ** 33;
  let wrapped = time;
  while (Math.abs(wrapped - near) > 2 ** 32) wrapped += turn;
  return wrapped;
}`,
  },
  {
    filter: /hls\.js\/src\/(utils\/cea-608-parser|crypt\/decrypter|crypt\/aes-decryptor|crypt\/aes-crypto)\.ts$/,
    contents: `export default class { reset() {} destroy() {} isSync() { return true; } }
export const removePadding = (data) => data;`,
  },
  {
    filter: /hls\.js\/src\/utils\/imsc1-ttml-parser\.ts$/,
    contents: 'export const IMSC1_CODEC = "stpp.ttml.im1t";\nexport const parseIMSC1 = () => undefined;',
  },
  {
    filter: /hls\.js\/src\/utils\/fetch-loader\.ts$/,
    contents: "export default undefined;\nexport const fetchSupported = () => false;",
  },
  {
    filter: /hls\.js\/src\/loader\/key-loader\.ts$/, // keys of encrypted streams
    contents: "export default class { abort() {} destroy() {} load() { return Promise.reject(new Error()); } loadClear() { return null; } }",
  },
  {
    filter: /media-chrome\/dist\/media-keyboard-shortcuts-dialog\.js$/,
    contents: "export const getHotkeyToken = () => undefined;",
  },
];

/** The texts of media-chrome in the page's language; English stands in media-chrome itself. */
const MEDIA_TEXTS = {
  "zh-CN": 'export { ZhCn as mediaTexts } from "media-chrome/lang/zh-CN";',
  "zh-Hant": 'export { ZhTw as mediaTexts } from "media-chrome/lang/zh-TW";',
  en: "export const mediaTexts = {};",
};

/** Its texts for what our player has not: other screens, live streams, encryption, its own words for errors. */
const ABSENT_TEXTS = /^\s*("[^"]*(airplay|cast|live|encrypt|keys|error)[^"]*"|Loop|live|"audio tracks"):.*$/gim;

/** Statements that write what hls.js does to the console, which no resident reads: as the sources are laid out, from one to the end of its
 * line or to the line that closes it. */
const LOG_STATEMENTS = /^([ ]*)(?:this|hls\.logger|logger)\.(?:log|warn|debug)\((?:.*\);|[^;]*?\n\1\);)$/gm;

const ENTRY = `export { default } from "hls.js/src/hls";
export { Events } from "hls.js/src/events";
export { ErrorTypes, ErrorDetails } from "hls.js/src/errors";
export { PlaylistLevelType } from "hls.js/src/types/loader";`;

/** The constants that the sources expect from their own build. */
export function hlsDefines(root) {
  const { version } = createRequire(join(root, "x.js"))("hls.js/package.json");
  return {
    __VERSION__: JSON.stringify(version),
    __IN_WORKER__: "false",
    __HLS_WORKER_BUNDLE__: "undefined",
    ...Object.fromEntries(Object.entries(SWITCHES).map(([name, is]) => [`__USE_${name}__`, String(is)])),
  };
}

/** An esbuild plugin: "hls.js" is the lean one, "#media-texts" are media-chrome's texts in `language`. */
export function leanPlugin(root, language) {
  const sources = join(root, "node_modules/hls.js/src");
  return {
    name: "lean",
    setup(build) {
      build.onResolve({ filter: /^#media-texts$/ }, () => ({ path: language, namespace: "media-texts" }));
      build.onLoad({ filter: /.*/, namespace: "media-texts" }, () => ({ contents: MEDIA_TEXTS[language], resolveDir: root }));
      build.onResolve({ filter: /^hls\.js$/ }, () => ({ path: "hls.js", namespace: "hls-lean" }));
      build.onLoad({ filter: /.*/, namespace: "hls-lean" }, () => ({ contents: ENTRY, loader: "ts", resolveDir: root }));
      build.onResolve({ filter: /^hls\.js\/src\// }, (ask) => ({
        path: join(sources, `${ask.path.slice("hls.js/src/".length)}.ts`),
      }));
      build.onLoad({ filter: /media-chrome\/dist\/lang\/[\w-]+\.js$/ }, ({ path }) => ({
        contents: readFileSync(path, "utf8").replace(ABSENT_TEXTS, ""),
      }));
      for (const { filter, contents } of ABSENT) {
        build.onLoad({ filter }, (file) => ({ contents, loader: "ts", resolveDir: dirname(file.path) }));
      }
      build.onLoad({ filter: /hls\.js\/src\/.*\.ts$/ }, ({ path }) => ({
        contents: readFileSync(path, "utf8").replace(LOG_STATEMENTS, "$1;"),
        loader: "ts",
      }));
    },
  };
}
