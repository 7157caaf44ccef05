// The texts of the page's language. Another language is another page (the server's links), so nothing is switched here.

import { LANGUAGE, table } from "#texts";
import type { ScriptKey } from "./zh-CN";

export type Variables = Record<string, string | number>;
export type MessageKey = ScriptKey;
export const language = LANGUAGE;

/** `text` with its {variables} filled in; an unknown one stays as it is. */
export function fillIn(text: string, variables: Variables): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in variables ? String(variables[name]) : whole));
}

export function t(key: ScriptKey, variables: Variables = {}): string {
  return fillIn(table[key], variables);
}

/** The same for a page's own table ("#texts-PAGE"). */
export function textsOf<Key extends string>(own: Record<Key, string>): (key: Key, variables?: Variables) => string {
  return (key, variables = {}) => fillIn(own[key], variables);
}
