// "#texts-tv": the texts of the TV page's script in one language; see texts.ts.

import { tvTexts } from "./zh-CN_tv";

export const LANGUAGE: string = "zh-CN";
export const table: Record<keyof typeof tvTexts, string> = tvTexts;
