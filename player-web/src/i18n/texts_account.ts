// "#texts-account": the texts of the account pages in one language; see texts.ts.

import { accountTexts } from "./zh-CN_account";

export const table: Record<keyof typeof accountTexts, string> = accountTexts;
