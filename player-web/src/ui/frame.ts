// What every page has around its content: the header with the search field and the language switch, the footer.

import { language, switchLanguage, t } from "../i18n/language";
import { byId, element, fill } from "./dom";
import { icon } from "./icons";

export interface SearchHandlers {
  value: string;
  onType: (text: string) => void;
  onSubmit: (text: string) => void;
}

/** Draws the header and the footer anew in the current language. */
export function drawFrame(search: SearchHandlers): void {
  const skip = byId("skip");
  skip.textContent = t("skipToContent");
  fill(byId("header"), brand(), searchForm(search), languageButton());
  fill(
    byId("footer"),
    element("p", {}, t("footer")),
    element("p", {}, element("a", { href: LICENSES_URL }, t("licenses"))),
  );
}

declare const LICENSES_URL: string;

function brand(): HTMLElement {
  return element(
    "a",
    { class: "brand", href: "/", "aria-label": `${t("siteName")} — ${t("homeLink")}` },
    icon("kapok", "brand-mark"),
    element("span", { class: "brand-name" }, t("siteName")),
    element("span", { class: "brand-tagline" }, t("siteTagline")),
  );
}

function searchForm(search: SearchHandlers): HTMLElement {
  const field = element("input", {
    type: "search",
    name: "q",
    id: "search-field",
    value: search.value,
    placeholder: t("searchPlaceholder"),
    "aria-label": t("searchLabel"),
    autocomplete: "off",
    enterkeyhint: "search",
    maxlength: 100,
    oninput: () => search.onType(field.value),
  });
  const submit = (event: Event) => {
    event.preventDefault();
    search.onSubmit(field.value);
  };
  return element(
    "form",
    { class: "search", role: "search", action: "/", method: "get", onsubmit: submit },
    field,
    element("button", { type: "submit", class: "search-button", "aria-label": t("searchSubmit") }, icon("search")),
  );
}

function languageButton(): HTMLElement {
  const other = language() === "en" ? "zh-CN" : "en";
  return element(
    "button",
    {
      type: "button",
      class: "language-switch",
      id: "language-switch",
      lang: other,
      title: t("switchLanguageHint"),
      "aria-label": t("switchLanguageHint"),
      onclick: () => {
        switchLanguage();
        document.getElementById("language-switch")?.focus();
      },
    },
    t("switchLanguage"),
  );
}
