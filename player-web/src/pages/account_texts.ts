// What the parts of the account pages share.

import { textsOf } from "../i18n/language";
import { table } from "#texts-account";

export const a = textsOf(table);
export type AccountKey = keyof typeof table;

export interface Person {
  id: string;
  login: string;
  name: string;
  has_totp: boolean;
  has_password: boolean;
  roles: { role: string; role_name: string }[];
}

export interface Session {
  person: Person | null;
  /** An OpenID provider; its label is the operator's. */
  sign_in: { url: string; label: string | null } | null;
}

/** Runs a step and tells what came of it (null: what was told last stays), or why not. */
export type Tell = (step: () => Promise<string | null>) => Promise<void>;
