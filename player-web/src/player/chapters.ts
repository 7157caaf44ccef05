// Chapters of a lesson: where each ends and which one is on. Times in seconds. Pure.

import type { Chapter } from "../api/types";

/** A chapter ends where the next begins, the last one with the lesson. */
export function chapterEnd(chapters: Chapter[], index: number, duration: number): number {
  const start = chapters[index]?.start ?? 0;
  return Math.max(chapters[index + 1]?.start ?? duration, start);
}

/** The number of the chapter at `time`; -1 before the first. */
export function chapterAt(chapters: Chapter[], time: number): number {
  let found = -1;
  chapters.forEach((chapter, index) => {
    if (chapter.start <= time + 0.05) found = index;
  });
  return found;
}
