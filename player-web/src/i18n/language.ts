// The language of the pages: Chinese first, English one click away; the choice is remembered on the device.

import { en } from "./en";
import { zh, type MessageKey } from "./zh";

export type Language = "zh-CN" | "en";
export type Variables = Record<string, string | number>;

const STORAGE_KEY = "kapok.language";
const tables: Record<Language, Record<MessageKey, string>> = { "zh-CN": zh, en };
const listeners = new Set<() => void>();
let current: Language = "zh-CN";

/** The message of `key` in `language` with its {variables} filled in; an unknown variable stays as it is. */
export function message(language: Language, key: MessageKey, variables: Variables = {}): string {
  return tables[language][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in variables ? String(variables[name]) : whole,
  );
}

export function t(key: MessageKey, variables?: Variables): string {
  return message(current, key, variables);
}

export function language(): Language {
  return current;
}

/** Takes the remembered choice, Chinese when there is none, and marks the document with it. */
export function loadLanguage(): void {
  current = storedLanguage() ?? "zh-CN";
  document.documentElement.lang = current;
}

export function switchLanguage(): void {
  current = current === "en" ? "zh-CN" : "en";
  document.documentElement.lang = current;
  try {
    localStorage.setItem(STORAGE_KEY, current);
  } catch {
    // Storage may be forbidden; the choice then lasts for this page only.
  }
  for (const listener of listeners) listener();
}

export function onLanguageChange(listener: () => void): void {
  listeners.add(listener);
}

function storedLanguage(): Language | null {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return stored === "en" || stored === "zh-CN" ? stored : null;
  } catch {
    return null;
  }
}
