// The poster of a lesson: from the picture that is shown, or from an image. It is drawn anew as a JPEG of at most 1280 pixels, so
// that nothing of where a photograph was taken goes with it.

import type { Asset } from "../api/types";
import { s } from "../i18n/studio";
import { element, fill } from "../ui/dom";
import { api } from "./api";
import { button, fileButton } from "./parts";
import type { Preview } from "./preview";
import { failureNote, say } from "./say";

const LONGEST = 1280;
const SHORTEST = 90; // as the server wants it
const QUALITY = 0.86;

/** The size at which a picture is stored: as it is, or its longer side LONGEST. Null for one that is too small. */
export function posterSize(width: number, height: number): { width: number; height: number } | null {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
  return Math.min(size.width, size.height) >= SHORTEST ? size : null;
}

export class PosterEditor {
  readonly box = element("div", { class: "studio-poster" });
  private readonly picture = element("div", { class: "studio-poster-now" });
  private readonly said = element("div", {});

  constructor(
    private asset: Asset,
    private readonly preview: Preview,
    private readonly changed: () => Promise<void>,
  ) {
    const frame = button(s("posterFromFrame"), () => void this.fromFrame(), false, { "data-do": "poster-frame" });
    const file = fileButton(s("posterFromFile"), "image/*", false, (files) => void this.fromFile(files[0]!));
    fill(this.box, element("p", { class: "studio-label" }, s("posterNow")), this.picture, element("p", { class: "studio-actions" }, frame, file), this.said);
    this.show(false);
  }

  follow(asset: Asset): void {
    const isNew = asset.poster !== this.asset.poster;
    this.asset = asset;
    if (isNew) this.show(false);
  }

  private show(isRenewed: boolean): void {
    const { poster } = this.asset;
    const address = poster && isRenewed ? `${poster}?v=${Date.now()}` : poster;
    fill(this.picture, address ? element("img", { src: address, alt: s("posterNow") }) : element("p", { class: "quiet" }, s("posterNone")));
  }

  private async fromFrame(): Promise<void> {
    const { video } = this.preview;
    if (video.readyState < 2) this.complain(s("previewNone"));
    else await this.put(video, video.videoWidth, video.videoHeight);
  }

  private async fromFile(file: File): Promise<void> {
    try {
      const image = await createImageBitmap(file);
      await this.put(image, image.width, image.height);
      image.close();
    } catch {
      this.complain(s("posterBadImage"));
    }
  }

  private async put(source: CanvasImageSource, width: number, height: number): Promise<void> {
    const size = posterSize(width, height);
    if (!size) {
      this.complain(s("posterSmall"));
      return;
    }
    const canvas = element("canvas", size);
    canvas.getContext("2d")?.drawImage(source, 0, 0, size.width, size.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    try {
      if (blob) await api.putPoster(this.asset.id, blob);
      fill(this.said);
      await this.changed();
      this.show(true);
      say(s("posterSaved"));
    } catch (error) {
      fill(this.said, failureNote(error));
    }
  }

  private complain(text: string): void {
    fill(this.said, element("p", { class: "studio-problem", role: "alert" }, text));
  }
}
