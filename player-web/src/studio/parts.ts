// Small parts that the studio's forms are made of.

import { language } from "../i18n/language";
import { word } from "../i18n/studio";
import { element } from "../ui/dom";

let nextId = 0;
export function freshId(prefix: string): string {
  nextId += 1;
  return `${prefix}-${nextId}`;
}

/** A label with its control below. */
export function field(label: string, control: HTMLElement, hint?: string): HTMLElement {
  if (!control.id) control.id = freshId("field");
  const hintId = hint ? `${control.id}-hint` : null;
  if (hintId) control.setAttribute("aria-describedby", hintId);
  return element(
    "div",
    { class: "studio-field" },
    element("label", { for: control.id }, label),
    control,
    hint && element("p", { class: "quiet", id: hintId }, hint),
  );
}

export function select(options: [string, string][], value: string, name: string): HTMLSelectElement {
  const known = options.some(([slug]) => slug === value) ? options : [...options, [value, value] as [string, string]];
  return element("select", { name }, ...known.map(([slug, text]) => element("option", { value: slug, selected: slug === value }, text)));
}

export function button(label: string, run: () => void, quiet = true, attributes: Record<string, string | boolean> = {}): HTMLButtonElement {
  return element("button", { type: "button", class: quiet ? "button button-quiet" : "button", onclick: run, ...attributes }, label);
}

/** Drawn as lines in a square of 24. */
const SIGNS = {
  play: "M8 5.5v13l10.5-6.5Z",
  remove: "M6 6l12 12M18 6 6 18",
  now: "M12 2v5m0 10v5M2 12h5m10 0h5M17 12a5 5 0 1 1-10 0 5 5 0 0 1 10 0Z",
  grip: "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01",
};

export function sign(name: keyof typeof SIGNS): Element {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `studio-drawing studio-drawing-${name}`);
  path.setAttribute("d", SIGNS[name]);
  svg.append(path);
  return svg;
}

/** A button that is a sign; `label` is for those who listen and for the pointer that rests on it. */
export function signButton(name: keyof typeof SIGNS, label: string, run: () => void): HTMLButtonElement {
  return element("button", { type: "button", class: `studio-sign studio-sign-${name}`, "aria-label": label, title: label, onclick: run }, sign(name));
}

/** A button that opens the system's choice of files; the input itself is out of sight and out of the way of the keyboard. */
export function fileButton(
  label: string,
  accept: string,
  many: boolean,
  take: (files: File[]) => void,
  quiet = true,
): HTMLElement {
  const input = element("input", { type: "file", accept, multiple: many, class: "unseen", tabindex: -1, "aria-hidden": "true" });
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = ""; // the same file can be chosen again
    if (files.length > 0) take(files);
  });
  return element("span", { class: "studio-file" }, button(label, () => input.click(), quiet), input);
}

export function stateChip(status: string): HTMLElement {
  return element("span", { class: `studio-state studio-state-${status}` }, word("state", status));
}

/** The words of a closed list, which the server has written into the page in its language. */
export function words(list: string): [string, string][] {
  const options = document.querySelectorAll<HTMLElement>(`#studio-words [data-list="${list}"] li`);
  return [...options].map((option) => [option.dataset.slug ?? "", option.textContent ?? ""]);
}

export function dayText(time: string): string {
  const locale = language === "en" ? "en-GB" : language === "zh-Hant" ? "zh-TW" : "zh-CN";
  return new Date(time).toLocaleDateString(locale, { year: "numeric", month: "short", day: "numeric" });
}
