// The transcript beside the picture: the caption track as text that follows, can be searched, and goes where it is pressed.

import type { CaptionTrack } from "../api/types";
import { language, t } from "../i18n/language";
import { clock } from "../text/duration";
import { parseCues, type Cue } from "../text/webvtt";
import { element, fill } from "../ui/dom";

const CUES_MAX = 6000;

export class Transcript {
  private cues: Cue[] = [];
  private lines: HTMLElement[] = [];
  private current = -1;
  private shown = "";
  private readonly list = element("ol", { class: "transcript-lines", tabindex: 0, "aria-label": t("transcript") });
  private readonly none = element("p", { class: "quiet", role: "status", hidden: true }, t("transcriptNone"));
  private readonly follows = element("input", { type: "checkbox", checked: true, id: "transcript-follow" });

  constructor(
    private readonly place: HTMLElement,
    private readonly go: (seconds: number) => void,
  ) {}

  /** Takes the track in the page's language, else the first, when there is another than before. */
  async show(captions: CaptionTrack[]): Promise<void> {
    const track = captions.find((each) => each.language.startsWith(language.slice(0, 2))) ?? captions[0];
    if (!track || track.url === this.shown) return;
    this.shown = track.url;
    const answer = await fetch(track.url).catch(() => null);
    if (!answer?.ok) return void (this.shown = "");
    this.cues = parseCues(await answer.text()).slice(0, CUES_MAX);
    if (this.cues.length > 0) this.draw(track.language);
  }

  /** Marks the line at `seconds`. */
  follow(seconds: number): void {
    let now = -1;
    for (let index = 0; index < this.cues.length && this.cues[index]!.start <= seconds + 0.05; index += 1) now = index;
    if (now === this.current) return;
    this.lines[this.current]?.removeAttribute("aria-current");
    this.lines[now]?.setAttribute("aria-current", "true");
    this.current = now;
    const line = this.lines[now];
    if (!line || !this.follows.checked || this.list.contains(document.activeElement)) return;
    const top = line.offsetTop - this.list.clientHeight / 2 + line.clientHeight / 2;
    this.list.scrollTo({ top, behavior: "smooth" });
  }

  private draw(trackLanguage: string): void {
    this.lines = this.cues.map((cue) =>
      element(
        "button",
        { type: "button", onclick: () => this.go(cue.start) },
        element("span", { class: "chapter-time" }, clock(cue.start)),
        element("span", { lang: trackLanguage }, cue.text),
      ),
    );
    const search: HTMLInputElement = element("input", {
      type: "search",
      placeholder: t("transcriptSearch"),
      "aria-label": t("transcriptSearch"),
      maxlength: 60,
      oninput: () => this.find(search.value),
    });
    fill(this.list, ...this.lines.map((line) => element("li", {}, line)));
    const isWide = window.matchMedia("(min-width: 1180px)").matches;
    fill(
      this.place,
      element(
        "details",
        { open: isWide },
        element("summary", {}, element("h2", { id: "transcript-title" }, t("transcript"))),
        element("label", { class: "transcript-follow" }, this.follows, t("transcriptFollow")),
        search,
        this.list,
        this.none,
      ),
    );
    this.place.setAttribute("aria-labelledby", "transcript-title");
    this.place.hidden = false;
    this.place.parentElement?.classList.add("has-transcript");
  }

  private find(text: string): void {
    const wanted = text.trim().toLowerCase();
    let found = 0;
    this.cues.forEach((cue, index) => {
      const isFound = cue.text.toLowerCase().includes(wanted);
      this.lines[index]!.parentElement!.hidden = !isFound;
      if (isFound) found += 1;
    });
    this.none.hidden = found > 0;
  }
}
