// What the studio says and asks: a toast that is read aloud, a question with two answers, what a failure means.

import { s } from "../i18n/studio";
import { element, fill } from "../ui/dom";
import { StudioError } from "./api";

const SHOWN_MS = 6000;
const WITH_ACTION_MS = 20000; // long enough to reach it by keyboard

let timer = 0;

/** The live region stands in the page from the start, or screen readers miss the first message. */
function region(): HTMLElement {
  const there = document.getElementById("studio-said");
  if (there) return there;
  const made = element("div", { id: "studio-said", role: "status", "aria-live": "polite" });
  document.body.append(made);
  return made;
}

export function openRegion(): void {
  region();
}

/** Says `text` for a while, with at most one thing to do about it. */
export function say(text: string, action?: { label: string; run: () => void }): void {
  const toast = element("div", { class: "toast studio-toast" }, element("span", {}, text));
  if (action) {
    const run = () => {
      fill(region());
      action.run();
    };
    toast.append(element("button", { type: "button", onclick: run }, action.label));
  }
  fill(region(), toast);
  window.clearTimeout(timer);
  timer = window.setTimeout(() => fill(region()), action ? WITH_ACTION_MS : SHOWN_MS);
}

/** A question before something that cannot be taken back; the focus returns to where it was. */
export function ask(text: string, yes: string): Promise<boolean> {
  if (typeof HTMLDialogElement !== "function") return Promise.resolve(window.confirm(text));
  return openQuestion(text, yes, null);
}

/** A few sentences for somebody else; null when there shall be none after all. */
export async function askRemark(text: string, yes: string, longest: number): Promise<string | null> {
  if (typeof HTMLDialogElement !== "function") return window.prompt(text);
  const field = element("textarea", { "aria-label": text, rows: 4, maxlength: longest, required: true, autofocus: true });
  return (await openQuestion(text, yes, field)) ? field.value.trim() : null;
}

/** `field`: has to be filled in before the answer is yes. */
function openQuestion(text: string, yes: string, field: HTMLTextAreaElement | null): Promise<boolean> {
  return new Promise((done) => {
    const before = document.activeElement as HTMLElement | null;
    const close = (answer: boolean) => {
      dialog.close();
      dialog.remove();
      before?.focus();
      done(answer);
    };
    const submit = (event: Event) => {
      event.preventDefault();
      if (!field || field.value.trim() !== "") close(true);
    };
    const form = element(
      "form",
      { onsubmit: submit },
      element("p", {}, text),
      field,
      element(
        "p",
        { class: "studio-actions" },
        element("button", { type: "button", class: "button button-quiet", onclick: () => close(false), autofocus: field === null }, s("cancel")),
        element("button", { type: "submit", class: "button", "data-answer": "yes" }, yes),
      ),
    );
    const dialog = element("dialog", { class: "studio-dialog", "aria-label": text, oncancel: (event) => (event.preventDefault(), close(false)) }, form) as HTMLDialogElement;
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A failure in words, with what to do. */
export function failure(error: unknown): string {
  if (!(error instanceof StudioError)) return String(error);
  if (error.status === 0) return s("offline");
  if (error.status === 401) return s("signInAgain");
  return error.detail || `HTTP ${error.status}`;
}

/** The same as an element, with the way to the sign-in page where that helps. */
export function failureNote(error: unknown): HTMLElement {
  const isOut = error instanceof StudioError && error.status === 401;
  return element(
    "p",
    { class: "studio-problem", role: "alert" },
    failure(error),
    isOut && element("a", { href: "/sign-in", target: "_blank", rel: "noopener" }, s("signInLink")),
  );
}
