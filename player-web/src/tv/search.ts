// Looking for courses with a pad of letters: initials of the pinyin, results as they are pressed.

import type { Screen } from "./app";
import { el, fill, key, setText, type Child } from "./dom";
import { CourseGrid } from "./lists";
import { t } from "./text";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"; // digits come from the number keys of remote controls
const WAIT_MS = 250;
const LENGTH_MAX = 24;

export class SearchScreen implements Screen {
  readonly first = "letter:A";
  readonly node: HTMLElement;
  private text = "";
  private timer = 0;
  private readonly shown = el("p", { class: "typed", role: "status" });
  private readonly said = el("p", { class: "quiet said", role: "status" });
  private readonly grid = new CourseGrid("found", () => t("searchNone"));

  constructor() {
    const pad: Child[] = [];
    for (let i = 0; i < LETTERS.length; i++) {
      const letter = LETTERS.charAt(i);
      pad.push(key("letter:" + letter, letter, () => this.type(letter), "letter"));
    }
    this.node = el("div", { class: "screen search" }, [
      el("div", { class: "pad-side" }, [
        el("h2", { class: "title" }, t("searchTitle")),
        this.shown,
        el("div", { class: "pad", "data-g": "pad" }, pad.concat([
          key("delete", t("searchDelete"), () => this.set(this.text.slice(0, -1)), "letter wide"),
          key("clear", t("searchClear"), () => this.set(""), "letter wide"),
        ])),
        el("p", { class: "quiet" }, t("searchHint")),
      ]),
      el("div", { class: "found", "data-scroll": "y" }, [this.said, this.grid.node]),
    ]);
    this.look();
  }

  onCharacter(character: string): boolean {
    this.type(character);
    return true;
  }

  private type(letter: string): void {
    if (this.text.length < LENGTH_MAX) this.set(this.text + letter);
  }

  private set(text: string): void {
    this.text = text;
    setText(this.shown, text);
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.look(), WAIT_MS);
  }

  private look(): void {
    const text = this.text.toLowerCase();
    fill(this.shown, [text ? this.text : el("span", { class: "quiet" }, "…")]);
    setText(this.said, text ? "" : t("popular"));
    this.grid.load(text ? "q=" + encodeURIComponent(text) : "sort=popularity", (page) => {
      if (!text) return;
      const isNear = page.relaxed || page.corrected;
      setText(this.said, isNear ? t("searchRelaxed") : page.total > 0 ? t("searchCount", { count: page.total }) : "");
    });
  }
}
