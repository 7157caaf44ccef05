// The screen of a course: what it is about, the key that plays it, its lessons.

import { get } from "./ask";
import { loadingKey, showError, type Screen } from "./app";
import { categoryName, courseCard, poster, progressLine, shelf } from "./cards";
import { el, fill, key, setText, type Child } from "./dom";
import { isOver, lastOf, loadTable, positionOf, type Table } from "./progress";
import { clock, spoken, t } from "./text";
import type { Course, CoursePage, TvLesson } from "./types";

const LONG_SUMMARY = 90; // characters that surely fit

export function lessonName(lesson: TvLesson, number: number): string {
  return lesson.title || t("lessonNumber", { number });
}

/** The lesson that the play key begins with: the one watched last, the one after it when that is over, else the first. */
export function lessonToPlay(lessons: TvLesson[], table: Table): TvLesson | null {
  const last = lastOf(table, lessons.map((lesson) => lesson.asset.id));
  for (let i = 0; last !== null && i < lessons.length; i++) {
    if (lessons[i]!.asset.id !== last) continue;
    return isOver(table[last]) && lessons[i + 1] ? lessons[i + 1]! : lessons[i]!;
  }
  return lessons[0] || null;
}

export function watchAddress(course: string, lesson: string): string {
  return "#/watch/" + course + "/" + lesson;
}

export class CourseScreen implements Screen {
  readonly node = el("div", { class: "screen course" });
  first = "loading";
  private course: Course | null = null;
  private readonly related = el("div");

  constructor(private readonly id: string) {
    this.load();
  }

  onReturn(): void {
    if (this.course) this.draw(this.course);
  }

  private load(): void {
    fill(this.node, [el("div", { "data-g": "loading" }, [loadingKey()])]);
    get("/api/v1/courses/" + encodeURIComponent(this.id), (answer) => {
      if (answer.status === 200) {
        this.course = answer.body as Course;
        this.first = this.course.lessons.length > 0 ? "play" : "home";
        this.draw(this.course);
        this.loadRelated(this.course);
      } else {
        this.first = "retry";
        showError(this.node, answer, () => this.load());
      }
    });
  }

  private draw(course: Course): void {
    const table = loadTable();
    fill(this.node, [
      el("div", { class: "about" }, [
        poster(course.poster, course.category, course.tags[0] || categoryName(course), []),
        el("div", { class: "about-text" }, [
          el("p", { class: "kicker" }, categoryName(course)),
          el("h2", { class: "title", lang: course.language }, course.title),
          el("p", { class: "quiet" }, factsOf(course)),
          course.summary ? summaryOf(course) : null,
          this.keys(course, table),
        ]),
      ]),
      course.lessons.length > 1 ? this.lessons(course, table) : null,
      this.related,
    ]);
  }

  /** Others of its category. */
  private loadRelated(course: Course): void {
    if (!course.category) return;
    get("/api/v1/courses?sort=popularity&limit=9&category=" + course.category, (answer) => {
      if (answer.status !== 200) return;
      const others = (answer.body as CoursePage).items.filter((one) => one.id !== course.id);
      if (others.length > 0) fill(this.related, [shelf("related", t("related"), others.map((one) => courseCard(one, "related")))]);
    });
  }

  private keys(course: Course, table: Table): HTMLElement {
    const lesson = lessonToPlay(course.lessons, table);
    if (!lesson) {
      const home = el("a", { class: "key f", "data-k": "home", href: "#/" }, t("home"));
      return el("div", null, [el("p", { role: "status" }, t("noVideoYet")), el("div", { class: "keys", "data-g": "keys" }, [home])]);
    }
    const position = positionOf(table[lesson.asset.id]);
    const address = watchAddress(course.id, lesson.id);
    const words = position > 0 ? t("playFrom", { time: clock(position) }) : t("play");
    const play = el("a", { class: "key key-main f", "data-k": "play", href: address }, [playMark(), words]);
    const again = position > 0 ? el("a", { class: "key f", "data-k": "again", href: address + "/0" }, t("playAgain")) : null;
    return el("div", { class: "keys", "data-g": "keys" }, [play, again]);
  }

  private lessons(course: Course, table: Table): HTMLElement {
    return el("section", { "aria-labelledby": "lessons-title" }, [
      el("h3", { id: "lessons-title" }, t("lessons")),
      el("div", { class: "lessons", "data-g": "lessons" }, course.lessons.map((lesson, index) => lessonRow(course, lesson, index, table))),
    ]);
  }
}

function playMark(): Node {
  return el("span", { class: "mark", "aria-hidden": true }, "▶");
}

function factsOf(course: Course): string {
  const facts: string[] = [];
  if (course.institution) facts.push(course.institution);
  if (course.lecturers.length > 0) facts.push(t("lecturers", { names: course.lecturers.join(t("listSeparator")) }));
  if (course.lesson_count > 1) facts.push(t("lessonsCount", { count: course.lesson_count }));
  if (course.duration > 0) facts.push(spoken(course.duration));
  return facts.join(" · ");
}

/** A long one is cut to some lines until its key is pressed. */
function summaryOf(course: Course): HTMLElement {
  const text = el("p", { class: "summary", lang: course.language }, course.summary);
  if (course.summary.length <= LONG_SUMMARY) return text;
  text.className += " short";
  const more = key("summary", t("summaryMore"), () => {
    const isShort = text.className.indexOf("short") >= 0;
    text.className = isShort ? "summary" : "summary short";
    setText(more, t(isShort ? "summaryLess" : "summaryMore"));
  });
  return el("div", { "data-g": "summary" }, [text, more]);
}

function lessonRow(course: Course, lesson: TvLesson, index: number, table: Table): HTMLElement {
  const entry = table[lesson.asset.id];
  const position = positionOf(entry);
  const said: Child[] = [spoken(lesson.asset.duration)];
  if (isOver(entry)) said.push(" · " + t("watched"));
  else if (position > 0) said.push(" · " + t("watchedTo", { time: clock(position) }));
  return el("a", { class: "lesson f", "data-k": "lesson:" + lesson.id, href: watchAddress(course.id, lesson.id) }, [
    el("span", { class: "number" }, String(index + 1)),
    el("span", { class: "lesson-name", lang: course.language }, lessonName(lesson, index + 1)),
    el("span", { class: "facts" }, said),
    entry && entry.duration > 0 ? progressLine(isOver(entry) ? 1 : entry.position / entry.duration) : null,
  ]);
}
