// Courses as cards, cards in rows; as templates/tv.html writes them.

import { el, icon, type Child } from "./dom";
import { clock, language, t } from "./text";
import type { TvKey } from "../i18n/zh-CN_tv";
import type { CourseCard } from "./types";

function badgeOf(state: string | null): string | null {
  if (state === "queued") return t("badgeQueued");
  if (state === "playable") return t("badgeMaking");
  return state === "failed" ? t("badgeFailed") : null;
}

/** The picture of a card, or in its place a cover with a word in the colours of the category. */
export function poster(address: string | null, category: string, word: string, marks: Child[]): HTMLElement {
  const picture = address
    ? el("img", { src: address, alt: "" })
    : el("span", { class: "cover cover-" + (category || "none"), lang: "zh-CN", "aria-hidden": true }, [icon("i-kapok", "flower"), word]);
  return el("span", { class: "poster" }, [el("span", { class: "picture" }, [picture])].concat(marks as HTMLElement[]));
}

/** A line under the picture that says how far it was watched. */
export function progressLine(share: number): HTMLElement {
  const done = el("span", { class: "done" });
  done.style.width = Math.round(Math.max(0, Math.min(1, share)) * 100) + "%";
  return el("span", { class: "line", "aria-hidden": true }, [done]);
}

export function categoryName(course: CourseCard): string {
  const name = course.category_name;
  return name ? (language === "en" ? name.en : name.zh) : "";
}

export function courseCard(course: CourseCard, row: string): HTMLElement {
  const facts: string[] = [];
  if (course.institution) facts.push(course.institution);
  const kind = ("kind_" + course.kind) as TvKey;
  facts.push(t(kind));
  if (course.lesson_count > 1) facts.push(t("lessonsCount", { count: course.lesson_count }));
  const badge = badgeOf(course.state);
  return el("a", { class: "card f", "data-k": row + ":" + course.id, href: "#/course/" + course.id }, [
    poster(course.poster, course.category, course.tags[0] || categoryName(course), [
      course.duration > 0 ? el("span", { class: "clock" }, clock(course.duration)) : null,
      badge ? el("span", { class: "badge" }, badge) : null,
    ]),
    el("span", { class: "name", lang: course.language }, course.title),
    el("span", { class: "facts" }, facts.join(" · ")),
  ]);
}

/** A row that goes on beyond the edge of the screen. */
export function shelf(name: string, title: string, cards: HTMLElement[]): HTMLElement {
  return el("section", { class: "shelf", id: "shelf-" + name, "data-g": name, "aria-labelledby": "title-" + name }, [
    el("h2", { id: "title-" + name }, title),
    el("div", { class: "row", "data-scroll": "x" }, cards),
  ]);
}
