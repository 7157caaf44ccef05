import assert from "node:assert/strict";
import { test } from "node:test";
import type { Asset, MediaTrack } from "../src/api/types";
import { previewAddress } from "../src/studio/preview";
import { posterSize } from "../src/studio/poster";

const video = (name: string, height: number, progress: number) => ({ name, kind: "video", height, progress }) as MediaTrack;
const audio = (progress: number) => ({ name: "a128", kind: "audio", progress }) as MediaTrack;
const asset = (tracks: MediaTrack[], kind = "video") => ({ playlist: "/media/~sig/abc/master.m3u8", kind, tracks }) as unknown as Asset;

test("the preview is the best whole rendition up to 720 lines", () => {
  const at = (tracks: MediaTrack[], hls = false) => previewAddress(asset(tracks), hls);
  assert.equal(at([video("v360", 360, 1), video("v720", 720, 1), video("v1080", 1080, 1), audio(1)]), "/media/~sig/abc/720.mp4");
  assert.equal(at([video("v360", 360, 1), video("v720", 720, 0.5), audio(1)]), "/media/~sig/abc/360.mp4");
  assert.equal(at([video("v1080", 1080, 1)]), "/media/~sig/abc/1080.mp4");
  assert.equal(at([video("v540", 540, 1), video("c720", 720, 1)]), "/media/~sig/abc/720.mp4"); // a copied source
  assert.equal(at([video("v360", 640, 1)]), "/media/~sig/abc/360.mp4"); // upright: the name tells the short side
});

test("while nothing is whole there is none, unless the browser plays the playlist", () => {
  assert.equal(previewAddress(asset([video("v360", 360, 0.9), audio(1)]), false), null);
  assert.equal(previewAddress(asset([video("v360", 360, 1), audio(0.5)]), false), null);
  assert.equal(previewAddress(asset([video("v360", 360, 0.9)]), true), "/media/~sig/abc/master.m3u8");
  assert.equal(previewAddress({ ...asset([]), playlist: null }, true), null);
  assert.equal(previewAddress(asset([audio(1)], "audio"), false), "/media/~sig/abc/sound.m4a");
});

test("posters keep their form and are small enough", () => {
  assert.deepEqual(posterSize(1920, 1080), { width: 1280, height: 720 });
  assert.deepEqual(posterSize(640, 360), { width: 640, height: 360 });
  assert.deepEqual(posterSize(3000, 4000), { width: 960, height: 1280 });
  assert.equal(posterSize(100, 60), null);
  assert.equal(posterSize(8000, 400), null);
});
