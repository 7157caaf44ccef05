// Moments of the API (RFC 3339) in words of the page's language.

import { language } from "../i18n/language";

const FORMAT: Intl.DateTimeFormatOptions = { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" };

/** Day and time; empty for what is no moment. */
export function momentText(time: string | null | undefined): string {
  const date = new Date(time ?? "");
  if (Number.isNaN(date.getTime())) return "";
  const tag = language === "zh-Hant" ? "zh-TW" : language;
  return new Intl.DateTimeFormat(tag, FORMAT).format(date);
}
