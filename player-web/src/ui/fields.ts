// Fields of forms: a label above what is filled in.

import { element } from "./dom";

let count = 0;

export interface FieldOptions {
  id?: string;
  type?: string;
  value?: string;
  complete?: string; // autocomplete
  required?: boolean;
  hint?: string;
  max?: number; // characters
  lines?: boolean; // of prose
}

export interface Field<Control extends HTMLElement = HTMLInputElement> {
  box: HTMLElement;
  control: Control;
}

function idOf(options: FieldOptions): string {
  count += 1;
  return options.id ?? `field-${count}`;
}

function boxOf(id: string, label: string, control: HTMLElement, hint?: string): HTMLElement {
  const words = hint ? element("small", { id: `${id}-hint`, class: "quiet" }, hint) : null;
  if (words) control.setAttribute("aria-describedby", words.id);
  return element("p", { class: "field" }, element("label", { for: id }, label), control, words);
}

export function textField(label: string, options: FieldOptions = {}): Field {
  const id = idOf(options);
  const { type = "text", value = "", complete = "off", required = false, hint, max } = options;
  const control = element("input", { id, type, value, autocomplete: complete, required, autocapitalize: "none", maxlength: max });
  return { box: boxOf(id, label, control, hint), control };
}

export function proseField(label: string, options: FieldOptions = {}): Field<HTMLTextAreaElement> {
  const id = idOf(options);
  const control = element("textarea", { id, rows: 4, required: options.required, maxlength: options.max }, options.value ?? "");
  return { box: boxOf(id, label, control, options.hint), control };
}

/** `choices`: value and name. */
export function choiceField(label: string, choices: [string, string][], value = "", options: FieldOptions = {}): Field<HTMLSelectElement> {
  const id = idOf(options);
  const control = element(
    "select",
    { id, required: options.required },
    ...choices.map(([each, name]) => element("option", { value: each, selected: each === value }, name)),
  );
  return { box: boxOf(id, label, control, options.hint), control };
}
