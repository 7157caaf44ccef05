// What people see for states of the API.

import type { AssetState } from "../api/types";
import { t } from "../i18n/language";

/** The words about a lesson that is not simply there to watch; empty for one that is ready. */
export function stateText(state: AssetState, progress: number): string {
  if (state === "queued") return t("badgeQueued");
  if (state === "playable") return t("badgeMaking", { percent: percent(progress) });
  return state === "failed" ? t("badgeFailed") : "";
}

/** A share from 0 to 1 as whole percent; work that goes on never reads 100. */
export function percent(share: number): number {
  if (!Number.isFinite(share)) return 0;
  return Math.min(99, Math.max(0, Math.floor(share * 100)));
}

export function isSettled(state: AssetState): boolean {
  return state === "ready" || state === "failed";
}
