// "#texts-admin": the texts of the administration in one language; see texts.ts.

import { adminTexts } from "./zh-CN_admin";

export const table: Record<keyof typeof adminTexts, string> = adminTexts;
