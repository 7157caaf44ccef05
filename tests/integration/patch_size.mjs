// node patch_size.mjs IN OUT: writes a copy whose headers claim a picture of 0x0. Knows AVI (avih and strf) and MP4
// (tkhd and the sample entry).
import { readFileSync, writeFileSync } from 'node:fs';

const [input, output] = process.argv.slice(2);
const bytes = Buffer.from(readFileSync(input));
let patched = 0;

function each(text, patch) {
  for (let at = bytes.indexOf(text, 0, 'latin1'); at >= 0; at = bytes.indexOf(text, at + 4, 'latin1')) {
    patch(at);
    patched++;
    if (text !== 'tkhd') break; // later ones may be picture data
  }
}

if (bytes.toString('latin1', 0, 4) === 'RIFF') {
  each('avih', (at) => bytes.fill(0, at + 8 + 32, at + 8 + 40)); // dwWidth, dwHeight
  each('strf', (at) => bytes.fill(0, at + 8 + 4, at + 8 + 12)); // biWidth, biHeight
} else {
  each('tkhd', (at) => bytes.fill(0, at + 4 + 76, at + 4 + 84)); // width, height of version 0
  each('avc1', (at) => bytes.fill(0, at + 4 + 24, at + 4 + 28));
}
if (patched < 2) throw new Error(`${input}: nothing to patch`);
writeFileSync(output, bytes);
