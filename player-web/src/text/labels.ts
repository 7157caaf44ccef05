// Names that people see for the values of the API.

import type { AssetState, MediaTrack } from "../api/types";
import { message, type Language } from "../i18n/language";
import type { MessageKey } from "../i18n/zh";

export interface Category {
  slug: string;
  key: MessageKey;
  seal: string; // the one character shown on chips and on courses without a poster
}

export const CATEGORIES: readonly Category[] = [
  { slug: "civic", key: "categoryCivic", seal: "公" },
  { slug: "arts", key: "categoryArts", seal: "艺" },
  { slug: "science", key: "categoryScience", seal: "科" },
  { slug: "skills", key: "categoryVocational", seal: "职" },
  { slug: "sports", key: "categoryFitness", seal: "动" },
  { slug: "health", key: "categoryHealth", seal: "养" },
  { slug: "life", key: "categoryLeisure", seal: "闲" },
  { slug: "sign-language", key: "categorySignLanguage", seal: "手" },
  { slug: "family", key: "categoryFamily", seal: "家" },
];

const AUDIENCES: Record<string, MessageKey> = {
  elders: "audienceElders",
  youth: "audienceYouth",
  workers: "audienceWorkers",
  migrants: "audienceMigrants",
  rural: "audienceRural",
  community: "audienceCommunity",
  disabled: "audienceDisabled",
};

const KINDS: Record<string, MessageKey> = { micro: "kindMicro", hd: "kindHd", textbook: "kindTextbook" };

export interface StateBadge {
  tone: "waiting" | "making" | "failed";
  text: string;
}

/** The badge of a lesson that is not simply there to watch; null for one that is ready. */
export function stateBadge(state: AssetState, progress: number, language: Language): StateBadge | null {
  switch (state) {
    case "queued":
      return { tone: "waiting", text: message(language, "stateQueued") };
    case "playable":
      return { tone: "making", text: message(language, "stateMaking", { percent: percent(progress) }) };
    case "failed":
      return { tone: "failed", text: message(language, "stateFailed") };
    default:
      return null;
  }
}

/** A share from 0 to 1 as whole percent; work that goes on never reads 100. */
export function percent(share: number): number {
  if (!Number.isFinite(share)) return 0;
  return Math.min(99, Math.max(0, Math.floor(share * 100)));
}

export function isSettled(state: AssetState): boolean {
  return state === "ready" || state === "failed";
}

export function categoryOf(slug: string | null): Category | null {
  return CATEGORIES.find((category) => category.slug === slug) ?? null;
}

export function categoryName(slug: string | null, language: Language): string {
  const category = categoryOf(slug);
  return category ? message(language, category.key) : (slug ?? "");
}

export function audienceName(slug: string, language: Language): string {
  const key = AUDIENCES[slug];
  return key ? message(language, key) : slug;
}

export function kindName(kind: string, language: Language): string {
  const key = KINDS[kind];
  return key ? message(language, key) : kind;
}

/** The name of a BCP 47 tag in the language of the page, the tag itself when the browser has none. */
export function languageName(tag: string, language: Language): string {
  try {
    return new Intl.DisplayNames([language], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** The heights of the pictures there are, tallest first, as in “720p / 480p”. */
export function qualityText(tracks: MediaTrack[]): string {
  const heights = new Set<number>();
  for (const track of tracks) {
    if (track.kind === "video" && track.width && track.height) heights.add(Math.min(track.width, track.height));
  }
  return [...heights]
    .sort((a, b) => b - a)
    .map((height) => `${height}p`)
    .join(" / ");
}
