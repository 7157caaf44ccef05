// "#texts-channels": the texts of the channel page in one language; see texts.ts.

import { channelsTexts } from "./zh-CN_channels";

export const table: Record<keyof typeof channelsTexts, string> = channelsTexts;
