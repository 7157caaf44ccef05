// What the parts of the channel page share.

import { textsOf } from "../i18n/language";
import { table } from "#texts-channels";

export const c = textsOf(table);

/** The name of a day, from Monday, 1. */
export function dayName(day: number): string {
  return c("days").split(",")[day - 1] ?? "";
}

export const DAYS = [1, 2, 3, 4, 5, 6, 7];

export interface Course {
  id: string;
  title: string;
  duration: number; // seconds
  category: string;
  category_name: { zh: string; en: string } | null;
}

export interface Channel {
  id: string;
  title: string;
  number: number;
  stream: string;
}

export interface Problem {
  channel_id: string;
  text: { zh: string; en: string };
  title: string | null;
  course_id: string | null;
}
