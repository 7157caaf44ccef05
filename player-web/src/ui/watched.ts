// What was watched on this device: the shelf of lessons to go on with, and how far on each card.

import { t } from "../i18n/language";
import { forgetPosition } from "../player/positions";
import { loadTable, unfinished, watchedShare, type ResumeTable, type Unfinished } from "../player/resume";
import { clock, spokenDuration } from "../text/duration";
import { element, fill } from "./dom";
import { icon } from "./icons";

const SHELF_LESSONS = 6;
const LEAST_SHARE = 0.03;

export function lessonAddress(lesson: Unfinished): string {
  return `/course/${encodeURIComponent(lesson.of.course)}?lesson=${encodeURIComponent(lesson.of.lesson)}`;
}

/** Fills the shelf of the home page, where there is something to go on with. */
export function drawContinueShelf(): void {
  const shelf = document.getElementById("continue");
  const list = document.getElementById("continue-list");
  if (!shelf || !list) return;
  const lessons = unfinished(loadTable(), SHELF_LESSONS);
  shelf.hidden = lessons.length === 0;
  fill(list, ...lessons.map((lesson) => shelfCard(lesson)));
}

function shelfCard(lesson: Unfinished): HTMLElement {
  const { of, position, duration } = lesson;
  const remove = () => {
    forgetPosition(lesson.asset, of.lesson);
    drawContinueShelf();
  };
  const text = t("continueAt", { time: clock(position), left: spokenDuration(duration - position) });
  const picture = of.poster
    ? element("img", { src: of.poster, alt: "", width: 640, height: 360, decoding: "async" })
    : element("div", { class: "cover cover-none", "aria-hidden": "true" }, icon("kapok", "cover-flower"));
  return element(
    "li",
    { class: "card card-continue" },
    element("div", { class: "poster" }, picture, playMark(), progressLine(position / duration)),
    element(
      "div",
      { class: "card-text" },
      element("h3", { class: "card-title" }, element("a", { class: "card-link", href: lessonAddress(lesson) }, of.title)),
      element("p", { class: "card-facts" }, text),
    ),
    element(
      "button",
      { type: "button", class: "card-remove", "aria-label": t("remove", { title: of.title }), onclick: remove },
      "×",
    ),
  );
}

function playMark(): HTMLElement {
  return element("span", { class: "play-mark", "aria-hidden": "true" }, icon("play"));
}

function progressLine(share: number): HTMLElement {
  const fillOf = element("span", { class: "progress-fill" });
  fillOf.style.width = `${Math.round(Math.min(1, Math.max(0, share)) * 100)}%`;
  return element("span", { class: "progress-line progress-watched", "aria-hidden": "true" }, fillOf);
}

/** Shows on the cards below `root` how far their courses were watched. */
export function markWatched(root: ParentNode, table: ResumeTable = loadTable()): void {
  root.querySelectorAll<HTMLElement>("[data-course]").forEach((card) => {
    const share = watchedShare(table, card.dataset.course ?? "");
    const poster = card.querySelector(".poster");
    if (!poster || share < LEAST_SHARE || poster.querySelector(".progress-line")) return;
    const words = element("span", { class: "unseen" }, t("watched", { percent: Math.round(share * 100) }));
    poster.append(progressLine(share), words);
  });
}
