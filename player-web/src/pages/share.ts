// Sharing a lesson: its address, from the beginning or from here, to copy and as a QR code.

import { correction, generate } from "lean-qr/nano";
import { toSvg } from "lean-qr/extras/svg";
import { t } from "../i18n/language";
import { clock } from "../text/duration";
import { element, fill } from "../ui/dom";

/** The address of a lesson, from `seconds` on when they are not 0. */
export function shareAddress(course: string, lesson: string | null, seconds: number, origin: string): string {
  const parameters = new URLSearchParams();
  if (lesson) parameters.set("lesson", lesson);
  if (seconds >= 1) parameters.set("t", String(Math.floor(seconds)));
  const rest = parameters.toString();
  return `${origin}/course/${encodeURIComponent(course)}${rest ? `?${rest}` : ""}`;
}

/** Opens the dialog; `seconds` is where the lesson is now. It is taken out of the page when it is closed. */
export function openShare(course: string, lesson: string | null, seconds: number): void {
  const plain = shareAddress(course, lesson, 0, location.origin);
  const field = element("input", { type: "text", readonly: true, value: plain, "aria-label": t("shareLink") });
  const code = element("div", { class: "share-code", role: "img", "aria-label": t("shareQr") });
  const said = element("p", { class: "share-said", role: "status" });
  const fromHere: HTMLInputElement = element("input", { type: "checkbox", onchange: () => show() });
  const show = () => {
    field.value = fromHere.checked ? shareAddress(course, lesson, seconds, location.origin) : plain;
    fill(code, qrDrawing(field.value));
    fill(said);
  };
  const copy = () => void copyText(field).then((isCopied) => fill(said, isCopied ? t("shareCopied") : t("shareCopyFailed")));
  const dialog = element(
    "dialog",
    { class: "dialog", "aria-labelledby": "share-title" },
    element("button", { type: "button", class: "dialog-close", "aria-label": t("close"), onclick: () => close() }, "×"),
    element("h2", { id: "share-title" }, t("shareTitle")),
    code,
    element("p", { class: "quiet" }, t("shareText")),
    element("div", { class: "share-row" }, field, element("button", { type: "button", class: "button", onclick: copy }, t("shareCopy"))),
    seconds >= 1 && element("label", { class: "share-from" }, fromHere, t("shareFromHere", { time: clock(seconds) })),
    said,
  );
  const close = () => {
    if (dialog.open) dialog.close();
    dialog.remove();
  };
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  document.body.append(dialog);
  show();
  if (typeof dialog.showModal === "function") dialog.showModal();
  else dialog.setAttribute("open", ""); // old browsers: without the veil
}

/** The code of an address, with the white margin that scanners want. */
function qrDrawing(address: string): Element {
  return toSvg(generate(address, { minCorrectionLevel: correction.M }), document, { on: "#1c120d", pad: 4 });
}

async function copyText(field: HTMLInputElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.select(); // plain http has no clipboard
    return document.execCommand("copy");
  }
}
