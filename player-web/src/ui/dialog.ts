// Dialogs: a box over the page with a way out, and the question before something that cannot be undone.

import { element } from "./dom";

let count = 0;

/** Opens a dialog with that head; it leaves the page when it is closed, and the focus goes back to where it was. Returns
 * how to close it. */
export function openDialog(title: string, closeLabel: string, content: (Node | string)[], onClose?: () => void): () => void {
  count += 1;
  const id = `dialog-${count}`;
  const before = document.activeElement as HTMLElement | null;
  const close = () => {
    if (dialog.open && typeof dialog.close === "function") dialog.close();
    else gone();
  };
  const gone = () => {
    if (!dialog.isConnected) return;
    dialog.remove();
    if (before?.isConnected) before.focus();
    onClose?.();
  };
  const dialog = element(
    "dialog",
    { class: "dialog", "aria-labelledby": id },
    element("button", { type: "button", class: "dialog-close", "aria-label": closeLabel, onclick: close }, "×"),
    element("h2", { id }, title),
    ...content,
  );
  dialog.addEventListener("close", gone);
  document.body.append(dialog);
  if (typeof dialog.showModal === "function") dialog.showModal();
  else dialog.setAttribute("open", ""); // old browsers: without the veil
  return close;
}

export interface Question {
  title: string;
  text: string;
  yes: string;
  no: string;
}

/** Asks before something that cannot be undone. */
export function confirmFirst(question: Question): Promise<boolean> {
  return new Promise((done) => {
    let isYes = false;
    const answer = (value: boolean) => {
      isYes = value;
      close();
    };
    const buttons = element(
      "p",
      { class: "dialog-buttons" },
      element("button", { type: "button", class: "button", "data-yes": true, onclick: () => answer(true) }, question.yes),
      element("button", { type: "button", class: "button button-quiet", onclick: () => answer(false) }, question.no),
    );
    const close = openDialog(question.title, question.no, [element("p", {}, question.text), buttons], () => done(isYes));
  });
}
