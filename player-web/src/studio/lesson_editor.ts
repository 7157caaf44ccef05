// One lesson opened: its video, and beside it captions, chapters and poster.

import type { Asset } from "../api/types";
import { s } from "../i18n/studio";
import { element, fill } from "../ui/dom";
import { CaptionEditor } from "./captions";
import { ChapterEditor } from "./chapters";
import { freshId } from "./parts";
import { PosterEditor } from "./poster";
import { Preview } from "./preview";
import { SignEditor } from "./sign";

const TABS = ["captions", "chapters", "poster", "sign"] as const;
type Tab = (typeof TABS)[number];

export class LessonEditor {
  readonly box = element("div", { class: "studio-editor" });
  private readonly preview: Preview;
  private readonly captions: CaptionEditor;
  private readonly chapters: ChapterEditor;
  private readonly poster: PosterEditor;
  private readonly tabs = new Map<Tab, { key: HTMLElement; panel: HTMLElement }>();

  /** `changed`: something was saved; the lesson shows it. */
  constructor(
    asset: Asset,
    private readonly sign: SignEditor,
    changed: () => Promise<void>,
  ) {
    this.preview = new Preview(asset);
    this.captions = new CaptionEditor(asset, this.preview, changed);
    this.chapters = new ChapterEditor(asset, this.preview, changed);
    this.poster = new PosterEditor(asset, this.preview, changed);
    const boxes: Record<Tab, HTMLElement> = { captions: this.captions.box, chapters: this.chapters.box, poster: this.poster.box, sign: this.sign.box };
    const list = element("div", { class: "studio-tabs", role: "tablist", onkeydown: (event) => this.onKey(event as KeyboardEvent) });
    const panels = TABS.map((tab) => {
      const id = freshId("tab");
      const key = element("button", { type: "button", role: "tab", id, "aria-controls": `${id}-panel`, "data-tab": tab, onclick: () => this.choose(tab) }, s(`tab_${tab}`));
      const panel = element("div", { role: "tabpanel", id: `${id}-panel`, "aria-labelledby": id }, boxes[tab]);
      list.append(key);
      this.tabs.set(tab, { key, panel });
      return panel;
    });
    fill(this.box, this.preview.box, element("div", { class: "studio-beside" }, list, ...panels));
    this.choose("captions");
  }

  get isDirty(): boolean {
    return this.captions.isDirty || this.chapters.isDirty;
  }

  follow(asset: Asset): void {
    this.preview.follow(asset);
    this.poster.follow(asset);
  }

  stop(): void {
    this.preview.stop();
  }

  private choose(chosen: Tab): void {
    for (const [tab, { key, panel }] of this.tabs) {
      key.setAttribute("aria-selected", String(tab === chosen));
      key.tabIndex = tab === chosen ? 0 : -1;
      panel.hidden = tab !== chosen;
    }
  }

  private onKey(event: KeyboardEvent): void {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const now = TABS.findIndex((tab) => this.tabs.get(tab)?.key === document.activeElement);
    if (step === 0 || now < 0) return;
    const next = TABS[(now + step + TABS.length) % TABS.length]!;
    this.choose(next);
    this.tabs.get(next)?.key.focus();
  }
}
