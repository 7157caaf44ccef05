// One course in a grid.

import type { Course } from "../api/types";
import { language, t } from "../i18n/language";
import { clock, spokenDuration } from "../text/duration";
import { categoryName, kindName, stateBadge } from "../text/labels";
import { element } from "./dom";
import { posterFrame } from "./poster";

export function courseCard(course: Course, isLazy: boolean): HTMLElement {
  const poster = posterFrame(course.poster, course.category, isLazy);
  if (course.duration) {
    const spoken = spokenDuration(course.duration, language());
    poster.append(element("span", { class: "duration", "aria-label": spoken, role: "img" }, clock(course.duration)));
  }
  const badge = stateBadge(course.state, course.progress, language());
  if (badge) poster.append(element("span", { class: `badge badge-${badge.tone}` }, badge.text));
  if (badge?.tone === "making") poster.append(progressLine(course.progress));
  const link = element("a", { class: "card-link", href: `/course/${encodeURIComponent(course.id)}` }, course.title);
  return element(
    "li",
    { class: "card", "data-course": course.id, "data-state": course.state },
    poster,
    element("h3", { class: "card-title", ...languageOf(course) }, link),
    element("p", { class: "card-facts" }, cardFacts(course)),
  );
}

/** Grey cards while the courses are on their way. */
export function skeletonCards(count: number): HTMLElement[] {
  return Array.from({ length: count }, () =>
    element(
      "li",
      { class: "card skeleton", "aria-hidden": "true" },
      element("div", { class: "poster" }),
      element("div", { class: "skeleton-line" }),
      element("div", { class: "skeleton-line short" }),
    ),
  );
}

export function languageOf(course: Course): { lang?: string } {
  return course.language ? { lang: course.language } : {};
}

function cardFacts(course: Course): string {
  const facts = [categoryName(course.category, language()), course.institution, kindName(course.kind, language())];
  if (course.lesson_count > 1) facts.push(t("lessonsCount", { count: course.lesson_count }));
  return facts.filter(Boolean).join(" · ");
}

function progressLine(progress: number): HTMLElement {
  const bar = element("span", { class: "progress-fill" });
  bar.style.setProperty("width", `${Math.round(Math.min(1, Math.max(0, progress)) * 100)}%`);
  return element("span", { class: "progress-line", "aria-hidden": "true" }, bar);
}
