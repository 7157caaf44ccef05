// Chapters of a lesson.

import type { Asset } from "../api/types";
import { s } from "../i18n/studio";
import { element, fill } from "../ui/dom";
import { api, StudioError } from "./api";
import { readClock, writeClock } from "./cues";
import { button, signButton } from "./parts";
import type { Preview } from "./preview";
import { failureNote, say } from "./say";

interface EditedChapter {
  start: number; // seconds; NaN for what is no time
  title: string;
}

export class ChapterEditor {
  readonly box = element("div", { class: "studio-chapters" });
  private chapters: EditedChapter[] = [];
  private tag = "";
  private saved = "[]";
  private isOwn = true;
  private readonly lines = element("ol", { class: "studio-lines" });
  private readonly note = element("p", { class: "quiet" });
  private readonly said = element("div", {});

  constructor(
    private readonly asset: Asset,
    private readonly preview: Preview,
    private readonly changed: () => Promise<void>,
  ) {
    fill(
      this.box,
      this.note,
      this.said,
      this.lines,
      element(
        "p",
        { class: "studio-actions studio-savebar" },
        button(s("save"), () => void this.save(), false, { "data-do": "save-chapters" }),
        button(s("chapterAdd"), () => this.add(), true, { "data-do": "add-chapter" }),
      ),
    );
    void this.load();
  }

  get isDirty(): boolean {
    return JSON.stringify(this.chapters) !== this.saved;
  }

  private async load(): Promise<void> {
    fill(this.said);
    try {
      const found = await api.chapters(this.asset.id);
      this.tag = found.tag;
      this.isOwn = found.value.own;
      this.chapters = found.value.items;
      this.saved = JSON.stringify(this.chapters);
      this.show();
    } catch (error) {
      fill(this.said, failureNote(error), button(s("retry"), () => void this.load()));
    }
  }

  private show(): void {
    this.note.textContent = this.chapters.length === 0 ? s("chaptersNone") : this.isOwn ? "" : s("chaptersOfSlides");
    fill(this.lines, ...this.chapters.map((chapter, index) => this.line(chapter, index + 1)));
  }

  private line(chapter: EditedChapter, number: number): HTMLElement {
    const clock = element("input", { type: "text", class: "studio-clock", value: writeClock(chapter.start), "aria-label": s("chapterStart", { number }), inputmode: "decimal" });
    clock.addEventListener("input", () => {
      const seconds = readClock(clock.value);
      clock.setAttribute("aria-invalid", String(seconds === null));
      chapter.start = seconds ?? Number.NaN;
    });
    const title = element("input", { type: "text", maxlength: 200, value: chapter.title, "aria-label": s("chapterTitle", { number }) });
    title.addEventListener("input", () => (chapter.title = title.value));
    const drop = () => {
      this.chapters.splice(this.chapters.indexOf(chapter), 1);
      this.show();
      this.box.querySelector<HTMLElement>("[data-do=add-chapter]")?.focus();
    };
    return element(
      "li",
      { class: "studio-line studio-line-chapter" },
      signButton("play", s("chapterPlay", { number }), () => this.preview.playFrom(chapter.start || 0)),
      clock,
      title,
      signButton("remove", s("chapterDelete", { number }), drop),
    );
  }

  private add(): void {
    const start = this.preview.time;
    const at = this.chapters.findIndex((each) => each.start > start);
    const index = at < 0 ? this.chapters.length : at;
    this.chapters.splice(index, 0, { start, title: "" });
    this.show();
    this.lines.children[index]?.querySelectorAll("input")[1]?.focus();
  }

  private fault(): string | null {
    for (const [index, { start, title }] of this.chapters.entries()) {
      const number = index + 1;
      if (!(start >= 0) || (this.asset.duration !== null && start >= this.asset.duration)) return s("chapterBadTime", { number });
      if (!title.trim()) return s("chapterNoTitle", { number });
      if (index > 0 && start === this.chapters[index - 1]!.start) return s("chapterTwice", { number });
    }
    return null;
  }

  private async save(): Promise<void> {
    this.chapters.sort((a, b) => a.start - b.start);
    const fault = this.fault();
    fill(this.said, fault && element("p", { class: "studio-problem", role: "alert" }, fault));
    if (fault) return;
    try {
      const items = this.chapters.map(({ start, title }) => ({ start, title: title.trim() }));
      const made = await api.putChapters(this.asset.id, this.tag, items);
      this.tag = made.tag;
      this.isOwn = made.value.own;
      this.chapters = made.value.items;
      this.saved = JSON.stringify(this.chapters);
      this.show();
      say(s("saved"));
      await this.changed();
    } catch (error) {
      this.showFailure(error);
    }
  }

  private showFailure(error: unknown): void {
    if (!(error instanceof StudioError) || error.status !== 412) {
      fill(this.said, failureNote(error));
      return;
    }
    const over = async () => {
      this.tag = (await api.chapters(this.asset.id)).tag;
      await this.save();
    };
    fill(
      this.said,
      element(
        "div",
        { class: "studio-conflict", role: "alert" },
        element("p", {}, s("editConflict")),
        element(
          "p",
          { class: "studio-actions" },
          button(s("keepMine"), () => void over().catch((problem) => fill(this.said, failureNote(problem))), false),
          button(s("takeTheirs"), () => void this.load()),
        ),
      ),
    );
  }
}
