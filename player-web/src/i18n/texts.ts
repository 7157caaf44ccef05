// "#texts": the table of one language. The build puts that of each bundle's language in this place (scripts/texts.mjs);
// what stands here is for the type checker.

import { scriptTexts } from "./zh-CN";

export const LANGUAGE = "zh-CN" as "zh-CN" | "zh-Hant" | "en";
export const table: Record<keyof typeof scriptTexts, string> = scriptTexts;
