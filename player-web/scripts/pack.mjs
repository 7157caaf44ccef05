// Packs built files with brotli and gzip, once and well, so that the server need not: NAME.br and NAME.gz beside NAME.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const TEXTS = /\.(js|mjs|css|svg|txt|json|ico|webmanifest)$/;
const SMALLEST = 512; // smaller ones gain nothing

/** `unpacked`: folders of it that the server reads itself. */
export function packFolder(folder, unpacked) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.path, entry.name);
    if (!entry.isFile() || !TEXTS.test(entry.name) || unpacked.includes(entry.path.split("/").pop())) continue;
    const plain = readFileSync(file);
    if (plain.length < SMALLEST) continue;
    const brotli = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } });
    for (const [extension, packed] of [[".br", brotli], [".gz", gzipSync(plain, { level: 9 })]]) {
      if (packed.length < plain.length * 0.9) writeFileSync(file + extension, packed);
    }
  }
}
