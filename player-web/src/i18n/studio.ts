// The texts of the studio in the page's language.

import { table } from "#texts-studio";
import { fillIn, type Variables } from "./language";
import type { StudioKey } from "./zh-CN_studio";

export type { StudioKey } from "./zh-CN_studio";

export function s(key: StudioKey, variables: Variables = {}): string {
  return fillIn(table[key], variables);
}

/** The text of a key that is made of a slug; the slug itself when there is none. */
export function word(prefix: string, slug: string): string {
  return (table as Record<string, string>)[`${prefix}_${slug}`] ?? slug;
}
