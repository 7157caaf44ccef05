// Choosing a division (level by level) and an institution (by a part of its name).

import { addressWith, ask } from "../../api/ask";
import { element, fill } from "../../ui/dom";
import { a } from "./texts";

export interface Division {
  code: string;
  parent: string | null;
  level: number;
  name: string;
  child_count: number;
}

export interface Institution {
  id: string;
  name: string;
  division: string;
}

const LISTED_MAX = 20;
const TYPING_PAUSE_MS = 250;

export async function divisionsBelow(parent: string): Promise<Division[]> {
  return (await ask<{ items: Division[] }>("GET", addressWith("/api/v1/divisions", { parent }))).items;
}

/** The divisions from the city down to `code`; those that are not there are left out. */
export async function divisionPath(code: string): Promise<Division[]> {
  const path: Division[] = [];
  for (let at: string | null = code; at && path.length < 5; at = path[0]?.parent ?? null) {
    const division: Division | null = await ask<Division>("GET", `/api/v1/divisions/${encodeURIComponent(at)}`).catch(() => null);
    if (!division) break;
    path.unshift(division);
  }
  return path;
}

const names = new Map<string, Promise<string>>();

/** The name of a division or institution, asked for once; its code or id where there is none. */
export function placeName(kind: "divisions" | "institutions", id: string): Promise<string> {
  const address = `/api/v1/${kind}/${encodeURIComponent(id)}`;
  const known = names.get(address) ?? ask<{ name: string }>("GET", address).then((found) => found.name, () => id);
  names.set(address, known);
  return known;
}

/** A text that becomes the name of a place when it is known. */
export function placeLabel(kind: "divisions" | "institutions", id: string | null): HTMLElement {
  const label = element("span", {}, id ?? "");
  if (id) void placeName(kind, id).then((name) => (label.textContent = name));
  return label;
}

/** One list for each level; its value is the deepest that was chosen. */
export class DivisionPicker {
  readonly box: HTMLElement;
  value: string;
  private readonly levels = element("div", { class: "picker-levels" });

  constructor(label: string, value = "") {
    this.value = value;
    this.box = element("fieldset", { class: "picker" }, element("legend", {}, label), this.levels);
    void this.draw();
  }

  private async draw(): Promise<void> {
    const path = this.value ? await divisionPath(this.value) : [];
    const selects: HTMLElement[] = [];
    let parent = "";
    for (let level = 0; level <= path.length; level += 1) {
      const choices = await divisionsBelow(parent).catch(() => []);
      if (choices.length === 0) break;
      selects.push(this.select(choices, path[level]?.code ?? "", parent, level));
      parent = path[level]?.code ?? "";
      if (!parent) break;
    }
    fill(this.levels, ...selects);
  }

  private select(choices: Division[], chosen: string, parent: string, level: number): HTMLElement {
    const change = (event: Event) => {
      this.value = (event.target as HTMLSelectElement).value || parent;
      void this.draw();
    };
    return element(
      "select",
      { "aria-label": a("divisionLevel", { level: level + 1 }), onchange: change },
      element("option", { value: "" }, level === 0 ? a("divisionNone") : a("divisionChoose")),
      ...choices.map(({ code, name }) => element("option", { value: code, selected: code === chosen }, name)),
    );
  }
}

let count = 0;

/** A field with suggestions from the server: what is chosen must be one of them. */
export class SuggestField {
  readonly box: HTMLElement;
  readonly input: HTMLInputElement;
  private readonly list: HTMLElement;
  private readonly known = new Map<string, string>(); // name to id
  private timer = 0;

  constructor(
    label: string,
    hint: string,
    private readonly find: (text: string) => Promise<[id: string, name: string][]>,
    onChoose?: (id: string, name: string) => void,
  ) {
    count += 1;
    const id = `suggest-${count}`;
    this.list = element("datalist", { id: `${id}-list` });
    this.input = element("input", { id, type: "text", list: `${id}-list`, autocomplete: "off", "aria-describedby": `${id}-hint` });
    this.box = element("p", { class: "field" }, element("label", { for: id }, label), this.input, this.list, element("small", { id: `${id}-hint`, class: "quiet" }, hint));
    this.input.addEventListener("input", () => {
      const chosen = this.known.get(this.input.value);
      if (chosen && onChoose) return onChoose(chosen, this.input.value);
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.suggest(), TYPING_PAUSE_MS);
    });
    void this.suggest();
  }

  /** The id of what stands in the field: "" when it is empty, null when it is none of the list. */
  async chosen(): Promise<string | null> {
    const text = this.input.value.trim();
    if (!text) return "";
    if (!this.known.has(text)) await this.suggest();
    return this.known.get(text) ?? null;
  }

  /** Shows what is chosen already. */
  show(id: string, name: string): void {
    this.known.set(name, id);
    this.input.value = name;
  }

  private async suggest(): Promise<void> {
    const found = await this.find(this.input.value.trim()).catch(() => []);
    for (const [id, name] of found) this.known.set(name, id);
    fill(this.list, ...found.map(([, name]) => element("option", { value: name })));
  }
}

export class InstitutionPicker extends SuggestField {
  constructor(label: string, value: string | null = null) {
    super(label, a("institutionHint"), async (text) => {
      const address = addressWith("/api/v1/institutions", { q: text.split(" · ")[0], limit: LISTED_MAX });
      const { items } = await ask<{ items: Institution[] }>("GET", address);
      return items.map(({ id, name, division }) => [id, division ? `${name} · ${division}` : name]);
    });
    if (value) void ask<Institution>("GET", `/api/v1/institutions/${value}`).then(({ id, name }) => this.show(id, name), () => undefined);
  }
}
