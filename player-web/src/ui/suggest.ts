// Suggestions under the search field while somebody types: a combobox with a list, by keyboard and by pointer.

import type { ApiClient } from "../api/client";
import type { Suggestion } from "../api/types";
import { t } from "../i18n/language";
import { element, fill } from "./dom";

const PAUSE_MS = 120;
const SHOWN = 8;
const ELDER_WORDS = ["长辈", "關懷", "关怀", "亲情", "親情", "适老", "老年版", "長輩", "长者", "zhangbei", "zbb"];

/** Whether people call elder mode so. */
export function namesElderMode(text: string): boolean {
  const folded = text.trim().toLowerCase();
  return ELDER_WORDS.some((word) => folded.includes(word));
}

/** What to suggest: elder mode first when it is asked for, each text once. */
export function suggestionsFor(text: string, found: Suggestion[]): { text: string; kind: string }[] {
  const seen = new Set<string>();
  const rest = found.filter((each) => !seen.has(each.text) && seen.add(each.text));
  const elder = namesElderMode(text) ? [{ text: t("suggestElder"), kind: "elder" }] : [];
  return [...elder, ...rest].slice(0, SHOWN);
}

export class SuggestBox {
  private readonly list = element("ul", { class: "suggestions", id: "suggestions", role: "listbox", hidden: true });
  private options: HTMLElement[] = [];
  private current = -1;
  private timer = 0;
  private request: AbortController | null = null;

  constructor(
    private readonly api: ApiClient,
    private readonly field: HTMLInputElement,
    private readonly choose: (text: string) => void,
  ) {
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-expanded": "false",
      "aria-controls": "suggestions",
      "aria-autocomplete": "list",
    })) {
      field.setAttribute(name, value);
    }
    this.list.setAttribute("aria-label", field.getAttribute("aria-label") ?? "");
    field.after(this.list);
    field.addEventListener("input", () => this.askSoon());
    field.addEventListener("keydown", (event) => this.onKey(event));
    field.addEventListener("blur", () => setTimeout(() => this.close(), 150)); // a press on the list comes first
  }

  close(): void {
    clearTimeout(this.timer);
    this.request?.abort();
    this.list.hidden = true;
    this.current = -1;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  private askSoon(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), PAUSE_MS);
  }

  private async ask(): Promise<void> {
    const text = this.field.value.trim();
    this.request?.abort();
    if (text === "") return this.close();
    const request = (this.request = new AbortController());
    try {
      const { items } = await this.api.suggest(text, request.signal);
      if (!request.signal.aborted && document.activeElement === this.field) this.draw(suggestionsFor(text, items));
    } catch {
      if (!request.signal.aborted) this.close(); // the search itself still works
    }
  }

  private draw(items: { text: string; kind: string }[]): void {
    if (items.length === 0) return this.close();
    this.options = items.map((item, index) => this.option(item, index));
    fill(this.list, ...this.options);
    this.list.hidden = false;
    this.current = -1;
    this.field.setAttribute("aria-expanded", "true");
    this.field.removeAttribute("aria-activedescendant");
  }

  private option(item: { text: string; kind: string }, index: number): HTMLElement {
    const kind = item.kind === "title" ? t("suggestTitle") : item.kind === "tag" ? t("suggestTag") : "";
    const press = (event: Event) => {
      event.preventDefault();
      this.take(item);
    };
    return element(
      "li",
      { id: `suggestion-${index}`, role: "option", "aria-selected": "false", "data-kind": item.kind, onmousedown: press },
      element("span", {}, item.text),
      kind && element("span", { class: "suggestion-kind" }, kind),
    );
  }

  private take(item: { text: string; kind: string }): void {
    this.close();
    if (item.kind === "elder") return location.assign("/elder");
    this.field.value = item.text;
    this.choose(item.text);
  }

  private onKey(event: KeyboardEvent): void {
    if (this.list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown") this.move(event, 1);
    else if (event.key === "ArrowUp") this.move(event, -1);
    else if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    } else if (event.key === "Enter" && this.current >= 0) {
      event.preventDefault();
      this.options[this.current]?.dispatchEvent(new Event("mousedown"));
    } else if (event.key === "Enter") this.close();
  }

  private move(event: Event, step: number): void {
    event.preventDefault();
    this.options[this.current]?.setAttribute("aria-selected", "false");
    const count = this.options.length;
    this.current = (this.current + step + count + (this.current < 0 && step < 0 ? 1 : 0)) % count;
    const option = this.options[this.current]!;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", option.id);
  }
}
