// What the parts of the administration share: texts, rights, and how a step is told.

import { textsOf } from "../../i18n/language";
import { table } from "#texts-admin";

export const a = textsOf(table);
export type AdminKey = keyof typeof table;

/** A text whose key ends with a word of the API; the word itself where there is none. */
export function named(prefix: string, word: string): string {
  const key = `${prefix}_${word}`;
  return key in table ? a(key as AdminKey) : word;
}

export interface Role {
  role: string;
  role_name: string;
  division: string | null;
  institution_id: string | null;
}

export interface Person {
  id: string;
  login: string;
  name: string;
  division: string;
  is_disabled: boolean;
  has_password: boolean;
  has_totp: boolean;
  roles: Role[];
}

export interface Session {
  person: Person | null;
  rights: string[];
}

/** What a section needs of the page around it. */
export interface Desk {
  session: Session;
  /** Runs a step and tells what came of it (null: nothing is told), or why not. False when it failed. */
  tell(step: () => Promise<string | null>): Promise<boolean>;
  /** Goes to a section, with filters. */
  go(section: string, filters?: Record<string, string>): void;
}
