// "#texts-studio": the texts of the studio in one language; see texts.ts.

import { studioTexts } from "./zh-CN_studio";

export const table: Record<keyof typeof studioTexts, string> = studioTexts;
