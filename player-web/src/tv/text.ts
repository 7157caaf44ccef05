// Words, clock readings and lengths of the TV page.

import { LANGUAGE, table } from "#texts-tv";
import type { TvKey } from "../i18n/zh-CN_tv";

export const language = LANGUAGE;

export interface Values {
  [name: string]: string | number;
}

/** The text `key` with its {variables} filled in; an unknown one stays as it is. */
export function t(key: TvKey, values?: Values): string {
  return table[key].replace(/\{(\w+)\}/g, function (whole, name: string) {
    return values && values.hasOwnProperty(name) ? String(values[name]) : whole;
  });
}

function two(value: number): string {
  return value < 10 ? "0" + value : String(value);
}

/** 0:05, 12:34, 1:02:03; of anything that is no length, 0:00. */
export function clock(seconds: number | null | undefined): string {
  const whole = typeof seconds === "number" && isFinite(seconds) && seconds > 0 ? Math.floor(seconds) : 0;
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = two(whole % 60);
  return hours > 0 ? hours + ":" + two(minutes) + ":" + rest : minutes + ":" + rest;
}

/** The hour in China of an RFC 3339 time: programmes are meant so, whatever a television takes for its zone. */
export function hourOf(time: string): string {
  const there = new Date(new Date(time).getTime() + 8 * 3600 * 1000);
  return isFinite(there.getTime()) ? there.getUTCHours() + ":" + two(there.getUTCMinutes()) : "";
}

/** A length in words, such as 45 秒 or 1 小时 5 分钟; "" when unknown. */
export function spoken(seconds: number | null | undefined): string {
  if (typeof seconds !== "number" || !isFinite(seconds) || seconds <= 0) return "";
  if (seconds < 60) return Math.max(1, Math.round(seconds)) + " " + t("seconds");
  const minutes = Math.round(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return minutes + " " + t("minutes");
  return hours + " " + t("hours") + (rest > 0 ? " " + rest + " " + t("minutes") : "");
}
