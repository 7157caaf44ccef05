// What every page's script begins with.

import { ApiClient } from "../api/client";
import { language } from "../i18n/language";
import { SuggestBox } from "./suggest";

/** Keeps the shell for a moment without network. Private windows and plain http of other hosts refuse: no matter. */
export function keepShell(): void {
  if (!("serviceWorker" in navigator)) return;
  window.addEventListener("load", () => void navigator.serviceWorker.register("/service-worker.js").catch(() => undefined));
}

/** Suggestions in the header's search field; null where the page has none (elder mode). */
export function openSearch(choose: (text: string) => void): { field: HTMLInputElement; box: SuggestBox } | null {
  const field = document.querySelector<HTMLInputElement>("#search-field");
  return field ? { field, box: new SuggestBox(new ApiClient(language), field, choose) } : null;
}

export function searchAddress(text: string): string {
  const q = text.trim();
  return q ? `/?q=${encodeURIComponent(q)}` : "/";
}
