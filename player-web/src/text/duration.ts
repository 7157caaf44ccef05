// Durations as people read them. All values are seconds.

import { t } from "../i18n/language";

/** A clock reading: 0:05, 12:34, 1:02:03. Unknown and negative values read 0:00. */
export function clock(seconds: number | null | undefined): string {
  const whole = isUsable(seconds) ? Math.floor(seconds) : 0;
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** A length in words: 45 秒, 12 分钟, 1 小时 5 分钟; empty when unknown. Over a minute, seconds are rounded. */
export function spokenDuration(seconds: number | null | undefined): string {
  if (!isUsable(seconds) || seconds === 0) return "";
  const units = [t("hours"), t("minutes"), t("seconds")];
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} ${units[2]}`;
  const minutes = Math.round(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return `${minutes} ${units[1]}`;
  return rest === 0 ? `${hours} ${units[0]}` : `${hours} ${units[0]} ${rest} ${units[1]}`;
}

/** How far the making of a lesson has come, in words for the notice below the player. */
export function makingText(encoded: number, duration: number | null): string {
  const done = spokenDuration(encoded);
  const whole = spokenDuration(duration);
  if (!done || !whole) return t("makingPlayableNoDuration");
  return t("makingPlayable", { encoded: done, duration: whole });
}

function isUsable(seconds: number | null | undefined): seconds is number {
  return typeof seconds === "number" && Number.isFinite(seconds) && seconds >= 0;
}
