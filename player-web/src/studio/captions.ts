// Captions of a lesson: files in, lines corrected, seen over the video at once.

import type { Asset } from "../api/types";
import { s } from "../i18n/studio";
import { element, fill } from "../ui/dom";
import { api, StudioError } from "./api";
import { readClock, readCues, toMarkup, writeClock, writeCues, type EditedCue } from "./cues";
import { button, field, fileButton, select, signButton } from "./parts";
import type { Preview } from "./preview";
import { ask, failureNote, say } from "./say";

const PAGE = 50; // lines on a page: a long lesson has a thousand
const NEW_SECONDS = 3;
const LANGUAGES: [string, string][] = [["zh-CN", "简体中文"], ["zh-Hant", "繁體中文"], ["en", "English"]]; // prettier-ignore

export class CaptionEditor {
  readonly box = element("div", { class: "studio-captions" });
  private cues: EditedCue[] = [];
  private tag: string | null = null; // of what was loaded; null: there is none on the server
  private saved = "";
  private from = 0;
  private tongue: string;
  private readonly lines = element("ol", { class: "studio-lines" });
  private readonly said = element("div", {});
  private readonly pages = element("p", { class: "studio-actions" });
  private readonly tongues: HTMLSelectElement;

  constructor(
    private readonly asset: Asset,
    private readonly preview: Preview,
    private readonly changed: () => Promise<void>,
  ) {
    this.tongue = asset.captions[0]?.language ?? "zh-CN";
    const known = new Map(LANGUAGES);
    for (const { language, label } of asset.captions) if (!known.has(language)) known.set(language, label);
    this.tongues = select([...known], this.tongue, "caption-language");
    this.tongues.addEventListener("change", () => void this.change());
    const types = ".srt,.vtt,text/vtt,application/x-subrip";
    fill(
      this.box,
      field(s("captionLanguage"), this.tongues),
      element("div", { class: "studio-actions" }, fileButton(s("captionFile"), types, false, (files) => void this.takeFile(files[0]!)), element("span", { class: "quiet" }, s("captionFileHint"))),
      this.said,
      this.pages,
      this.lines,
      element(
        "p",
        { class: "studio-actions studio-savebar" },
        button(s("save"), () => void this.save(), false, { "data-do": "save-captions" }),
        button(s("captionAdd"), () => this.add()),
        button(s("captionsDelete"), () => void this.removeAll(), true, { "data-do": "delete-captions" }),
      ),
    );
    void this.load();
  }

  get isDirty(): boolean {
    return writeCues(this.cues) !== this.saved;
  }

  private async change(): Promise<void> {
    if (this.isDirty && !(await ask(s("leaveWarning"), s("discard")))) {
      this.tongues.value = this.tongue;
      return;
    }
    this.tongue = this.tongues.value;
    await this.load();
  }

  private async load(): Promise<void> {
    fill(this.said);
    try {
      const found = await api.captions(this.asset.id, this.tongue);
      this.tag = found?.tag ?? null;
      this.cues = found ? readCues(found.value) : [];
      this.saved = writeCues(this.cues);
      this.from = 0;
      this.show();
    } catch (error) {
      fill(this.said, failureNote(error), button(s("retry"), () => void this.load()));
    }
  }

  private async takeFile(file: File): Promise<void> {
    const type = /\.vtt$/i.test(file.name) ? "text/vtt" : "application/x-subrip";
    try {
      const made = await api.putCaptions(this.asset.id, this.tongue, this.tag, file, type);
      await this.load();
      say(s("captionsRead", { count: made.value.cues, encoding: made.value.encoding }));
      await this.changed();
    } catch (error) {
      this.showFailure(error, () => void this.takeFileOver(file, type));
    }
  }

  private async takeFileOver(file: File, type: string): Promise<void> {
    this.tag = (await api.captions(this.asset.id, this.tongue).catch(() => null))?.tag ?? null;
    await this.takeFile(new File([file], file.name, { type }));
  }

  private show(): void {
    this.preview.showCues(this.cues, toMarkup);
    this.from = Math.max(0, Math.min(this.from, this.cues.length - 1));
    this.from -= this.from % PAGE;
    const shown = this.cues.slice(this.from, this.from + PAGE);
    fill(
      this.lines,
      shown.length === 0 && element("li", { class: "quiet" }, s("captionsNone")),
      ...shown.map((cue, index) => this.line(cue, this.from + index)),
    );
    const turn = (by: number) => () => {
      this.from += by;
      this.show();
      this.lines.querySelector("input")?.focus();
    };
    const isLong = this.cues.length > PAGE;
    fill(
      this.pages,
      isLong && button(s("previousPage"), turn(-PAGE), true, { disabled: this.from === 0 }),
      isLong && element("span", {}, s("captionPage", { from: this.from + 1, to: this.from + shown.length, count: this.cues.length })),
      isLong && button(s("nextPage"), turn(PAGE), true, { disabled: this.from + PAGE >= this.cues.length }),
    );
    this.box.querySelector<HTMLElement>("[data-do=delete-captions]")!.hidden = this.tag === null;
  }

  private line(cue: EditedCue, index: number): HTMLElement {
    const number = index + 1;
    const clock = (which: "start" | "end", label: string, now: string) => {
      const input = element("input", { type: "text", class: "studio-clock", value: writeClock(cue[which]), "aria-label": label, inputmode: "decimal" });
      const take = () => {
        const seconds = readClock(input.value);
        input.setAttribute("aria-invalid", String(seconds === null));
        cue[which] = seconds ?? Number.NaN;
        this.preview.showCues(this.cues, toMarkup);
      };
      input.addEventListener("input", take);
      const set = () => {
        input.value = writeClock(this.preview.time);
        take();
      };
      return element("span", { class: "studio-time" }, input, signButton("now", now, set));
    };
    const text = element("textarea", { rows: cue.text.split("\n").length, "aria-label": s("captionText", { number }) });
    text.value = cue.text;
    text.addEventListener("input", () => {
      cue.text = text.value;
      this.preview.showCues(this.cues, toMarkup);
    });
    const drop = () => {
      this.cues.splice(this.cues.indexOf(cue), 1);
      this.show();
      const next = this.lines.querySelectorAll("textarea");
      (next[Math.min(index - this.from, next.length - 1)] ?? this.box.querySelector<HTMLElement>("[data-do=save-captions]"))?.focus();
    };
    return element(
      "li",
      { class: "studio-line" },
      signButton("play", s("captionPlay", { number }), () => this.preview.playFrom(cue.start || 0)),
      clock("start", s("captionStart", { number }), s("captionStartNow")),
      clock("end", s("captionEnd", { number }), s("captionEndNow")),
      text,
      signButton("remove", s("captionDelete", { number }), drop),
    );
  }

  private add(): void {
    const start = this.preview.time;
    const cue: EditedCue = { start, end: start + NEW_SECONDS, settings: "", text: "" };
    const at = this.cues.findIndex((each) => each.start > start);
    const index = at < 0 ? this.cues.length : at;
    this.cues.splice(index, 0, cue);
    this.from = index;
    this.show();
    this.lines.querySelectorAll("textarea")[index - this.from]?.focus();
  }

  /** What is wrong with a line, or null. Lines without any text are left out when they are saved. */
  private fault(): string | null {
    for (const [index, cue] of this.cues.entries()) {
      if (!(cue.end > cue.start)) return s("captionBadTime", { number: index + 1 });
      if (!cue.text.trim()) return s("captionNoText", { number: index + 1 });
    }
    return null;
  }

  private async save(): Promise<void> {
    const fault = this.fault();
    fill(this.said, fault && element("p", { class: "studio-problem", role: "alert" }, fault));
    if (fault) return;
    if (this.cues.length === 0) {
      await this.removeAll();
      return;
    }
    try {
      const body = writeCues(this.cues);
      const made = await api.putCaptions(this.asset.id, this.tongue, this.tag, body, "text/vtt");
      this.tag = made.tag;
      this.cues.sort((a, b) => a.start - b.start);
      this.saved = writeCues(this.cues);
      this.show();
      say(s("saved"));
      await this.changed();
    } catch (error) {
      this.showFailure(error, () => void this.saveOver());
    }
  }

  private async saveOver(): Promise<void> {
    this.tag = (await api.captions(this.asset.id, this.tongue).catch(() => null))?.tag ?? null;
    await this.save();
  }

  private async removeAll(): Promise<void> {
    if (this.tag === null || !(await ask(s("captionsDeleteAsk", { count: readCues(this.saved).length }), s("remove")))) return;
    try {
      await api.deleteCaptions(this.asset.id, this.tongue, this.tag);
      await this.load();
      await this.changed();
    } catch (error) {
      this.showFailure(error, () => void this.load());
    }
  }

  /** Somebody else was faster: theirs, mine, or mine as a file. All that was typed stays until one is chosen. */
  private showFailure(error: unknown, over: () => void): void {
    if (!(error instanceof StudioError) || error.status !== 412) {
      fill(this.said, failureNote(error));
      return;
    }
    const file = URL.createObjectURL(new Blob([writeCues(this.cues)], { type: "text/vtt" }));
    fill(
      this.said,
      element(
        "div",
        { class: "studio-conflict", role: "alert" },
        element("p", {}, s("editConflict")),
        element(
          "p",
          { class: "studio-actions" },
          button(s("keepMine"), over, false),
          button(s("takeTheirs"), () => void this.load()),
          element("a", { class: "button button-quiet", href: file, download: `${this.asset.id}.${this.tongue}.vtt` }, s("captionsDownload")),
        ),
      ),
    );
  }
}
