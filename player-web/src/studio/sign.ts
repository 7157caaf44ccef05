// The sign-language picture of a lesson: uploaded, or a video that was uploaded as a lesson of the same course.

import type { Asset } from "../api/types";
import { s } from "../i18n/studio";
import { wholeFile } from "../player/whole_file";
import { element, fill } from "../ui/dom";
import type { StudioLesson } from "./api";
import { button, field, fileButton, select } from "./parts";

const LINES = 480;

/** What the editor asks of the lesson list. */
export interface SignDesk {
  others(): StudioLesson[]; // lessons whose video could be it
  upload(file: File): void;
  take(lesson: StudioLesson): Promise<void>;
  drop(): Promise<void>;
}

export class SignEditor {
  readonly box = element("div", { class: "studio-sign-language" });
  private shown = "";

  constructor(
    private readonly desk: SignDesk,
    private readonly types: string,
  ) {}

  /** `words` tells the state of what is there; `asset` null: there is none. */
  show(asset: Asset | null, words: string): void {
    const others = this.desk.others();
    const now = JSON.stringify([asset?.id, words, others.map(({ id, title }) => [id, title])]);
    if (now === this.shown) return; // keys that have the focus keep it
    this.shown = now;
    const upload = fileButton(s(asset ? "signReplace" : "signUpload"), this.types, false, (files) => this.desk.upload(files[0]!), asset !== null);
    fill(
      this.box,
      element("p", { class: "quiet" }, s("signText")),
      asset && element("p", { class: asset.state === "failed" ? "studio-failed" : "", "data-state": asset.state }, words),
      asset && this.preview(asset),
      element("p", { class: "studio-actions" }, upload, asset && button(s("signDrop"), () => void this.desk.drop(), true, { "data-do": "sign-drop" })),
      !asset && others.length > 0 && this.choice(others),
    );
  }

  private preview(asset: Asset): HTMLElement | false {
    const address = wholeFile(asset, LINES);
    return address !== null && element("video", { src: address, controls: true, playsinline: true, preload: "metadata", "aria-label": s("tab_sign") });
  }

  private choice(others: StudioLesson[]): HTMLElement {
    const list = select([["", s("notSet")], ...others.map(({ id, title }) => [id, title] as [string, string])], "", "sign-lesson");
    const take = () => {
      const chosen = others.find(({ id }) => id === list.value);
      if (chosen) void this.desk.take(chosen);
    };
    return element("div", { class: "studio-sign-choice" }, field(s("signFromLesson"), list, s("signFromLessonHint")), button(s("signTake"), take, true, { "data-do": "sign-take" }));
  }
}
