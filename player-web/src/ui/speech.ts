// Reading aloud with the browser's own voice.

import { language, t } from "../i18n/language";
import { element, fill } from "./dom";
import { icon } from "./icons";

export function canSpeak(): boolean {
  return "speechSynthesis" in window && typeof SpeechSynthesisUtterance === "function";
}

/** A button that reads what `texts` gives and stops when pressed again; words instead where there is no voice. */
export function speakButton(texts: () => string[], label: string): HTMLElement {
  if (!canSpeak()) return element("p", { class: "speak-missing" }, t("speakMissing"));
  const words = element("span", {}, label);
  const button = element("button", { type: "button", class: "elder-key speak", "aria-pressed": "false" }, icon("speak"), words);
  const show = (isSpeaking: boolean) => {
    button.setAttribute("aria-pressed", String(isSpeaking));
    fill(words, isSpeaking ? t("speakStop") : label);
  };
  button.addEventListener("click", () => {
    const isSpeaking = button.getAttribute("aria-pressed") === "true";
    speechSynthesis.cancel();
    if (isSpeaking) return show(false);
    const speech = new SpeechSynthesisUtterance(texts().join("。"));
    speech.lang = language === "en" ? "en" : language === "zh-Hant" ? "zh-TW" : "zh-CN";
    speech.rate = 0.85;
    speech.onend = () => show(false);
    speech.onerror = () => show(false);
    show(true);
    speechSynthesis.speak(speech);
  });
  window.addEventListener("pagehide", () => speechSynthesis.cancel());
  return button;
}
