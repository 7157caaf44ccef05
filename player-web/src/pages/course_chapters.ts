// The list of chapters beside the lesson: one press goes there.

import type { Chapter } from "../api/types";
import { t } from "../i18n/language";
import { chapterAt } from "../player/chapters";
import { clock } from "../text/duration";
import { element, fill } from "../ui/dom";

export class ChapterList {
  private chapters: Chapter[] = [];
  private buttons: HTMLElement[] = [];
  private current = -1;
  private drawn = "";

  /** `place`: the section of the page, which the server has drawn with links. */
  constructor(
    private readonly place: HTMLElement,
    private readonly go: (seconds: number) => void,
  ) {}

  /** Draws them when they are others than before. */
  show(chapters: Chapter[]): void {
    const key = JSON.stringify(chapters);
    if (key === this.drawn) return;
    this.drawn = key;
    this.chapters = chapters;
    this.place.hidden = chapters.length === 0;
    this.buttons = chapters.map((chapter) => this.button(chapter));
    const items = this.buttons.map((button) => element("li", {}, button));
    fill(this.place, element("h2", { id: "chapters-title" }, t("chapterList")), element("ol", {}, ...items));
    this.current = -1;
  }

  /** Marks the chapter at `seconds`. */
  follow(seconds: number): void {
    const now = chapterAt(this.chapters, seconds);
    if (now === this.current) return;
    this.buttons[this.current]?.removeAttribute("aria-current");
    this.buttons[now]?.setAttribute("aria-current", "true");
    this.current = now;
  }

  private button(chapter: Chapter): HTMLElement {
    return element(
      "button",
      { type: "button", onclick: () => this.go(chapter.start) },
      element("span", { class: "chapter-time" }, clock(chapter.start)),
      element("span", { class: "chapter-title" }, chapter.title),
    );
  }
}
