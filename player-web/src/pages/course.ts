// The course page: the player, the progress of a lesson still being made, the lessons, and what the course is about.

import { ApiClient, ApiError } from "../api/client";
import type { Asset, CourseDetail, Lesson } from "../api/types";
import { language, loadLanguage, onLanguageChange, t } from "../i18n/language";
import type { Player } from "../player/player";
import { lastWatched, loadTable } from "../player/resume";
import { makingText, spokenDuration } from "../text/duration";
import { isSettled, percent, stateBadge } from "../text/labels";
import { languageOf } from "../ui/course_card";
import { byId, element, fill } from "../ui/dom";
import { drawFrame } from "../ui/frame";
import { failureText, notice } from "../ui/notice";
import { posterFrame } from "../ui/poster";
import { ChapterList } from "./course_chapters";
import { courseFacts } from "./course_facts";

const POLL_MS = 2000;

class CoursePageView {
  private readonly api = new ApiClient(language);
  private readonly courseId = decodeURIComponent(location.pathname.replace(/^\/course\//, "").replace(/\/$/, ""));
  private course: CourseDetail | null = null;
  private lesson: Lesson | null = null;
  private failure: unknown = null;
  private player: Player | null = null;
  private isOpening = false;
  private readonly chapters = new ChapterList((seconds) => this.goTo(seconds));

  start(): void {
    loadLanguage();
    this.draw();
    onLanguageChange(() => void this.onLanguage());
    void this.load();
  }

  private async load(): Promise<void> {
    this.failure = null;
    try {
      this.course = await this.api.course(this.courseId);
      this.lesson = chosenLesson(this.course);
    } catch (error) {
      this.failure = error;
    }
    this.draw();
    this.openWhenPlayable();
    this.pollSoon();
  }

  /** The words of the server (error texts, names of chapters) come in the language asked for: ask again. */
  private async onLanguage(): Promise<void> {
    this.draw();
    this.player?.drawControls();
    if (this.lesson?.asset.state !== "failed" && this.lesson?.asset.chapters.length === 0) return;
    await this.refresh();
  }

  private pollSoon(): void {
    if (!this.lesson || isSettled(this.lesson.asset.state)) return;
    setTimeout(() => void this.refresh().finally(() => this.pollSoon()), POLL_MS);
  }

  private async refresh(): Promise<void> {
    if (!this.lesson || document.hidden) return;
    const before = this.lesson.asset.state;
    try {
      this.lesson.asset = await this.api.asset(this.lesson.asset.id);
    } catch {
      return; // the next round asks again; what is on the page stays
    }
    this.player?.update(this.lesson.asset);
    this.chapters.show(this.lesson.asset.chapters);
    if (before !== this.lesson.asset.state) this.draw();
    else this.drawProgress();
    this.openWhenPlayable();
  }

  private openWhenPlayable(): void {
    const lesson = this.lesson;
    if (!lesson || this.player || this.isOpening || !isPlayable(lesson.asset)) return;
    this.isOpening = true;
    void import("../player/player").then(({ Player: PlayerOfLesson }) => {
      this.player = new PlayerOfLesson(byId("player"), {
        asset: lesson.asset,
        title: lesson.title,
        isAutoplay: document.referrer.startsWith(`${location.origin}/`),
        next: this.nextLesson(),
        onTime: (seconds) => this.chapters.follow(seconds),
      });
    });
  }

  private goTo(seconds: number): void {
    this.player?.playFrom(seconds);
    byId("stage").scrollIntoView({ behavior: "smooth", block: "nearest" });
  }

  private nextLesson(): { title: string; href: string } | null {
    const lessons = this.course?.lessons ?? [];
    const next = lessons[lessons.findIndex((lesson) => lesson.id === this.lesson?.id) + 1];
    return next ? { title: next.title, href: lessonAddress(next) } : null;
  }

  private draw(): void {
    const toHome = (text: string) => location.assign(text.trim() ? `/?q=${encodeURIComponent(text.trim())}` : "/");
    drawFrame({ value: "", onType: () => undefined, onSubmit: toHome });
    document.title = this.course ? `${this.course.title} · ${t("siteName")}` : t("homeTitle");
    this.drawNotice();
    this.drawStage();
    this.drawProgress();
    this.drawAbout();
  }

  private drawNotice(): void {
    const place = byId("notice");
    const asset = this.lesson?.asset;
    if (this.failure) {
      const isMissing = this.failure instanceof ApiError && this.failure.status === 404;
      const home = { label: t("homeLink"), run: () => location.assign("/") };
      const again = { label: t("retry"), run: () => void this.load() };
      const title = isMissing ? t("courseNotFoundTitle") : t("courseErrorTitle");
      const text = isMissing ? t("courseNotFoundText") : failureText(this.failure);
      return fill(place, notice({ title, text, action: isMissing ? home : again, tone: "problem" }));
    }
    if (asset?.state === "failed") {
      const text = `${asset.error ?? t("failedNoReason")}\n${t("failedAdvice")}`;
      return fill(place, notice({ title: t("failedTitle"), text, command: t("failedCommand"), tone: "problem" }));
    }
    fill(place, !this.course && element("p", { class: "loading", role: "status" }, t("loading")));
  }

  private drawStage(): void {
    const stage = byId("stage");
    const asset = this.lesson?.asset;
    stage.hidden = !asset || (asset.state === "failed" && !isPlayable(asset));
    if (!asset || stage.hidden || this.player) return;
    const poster = posterFrame(asset.poster ?? this.course?.poster ?? null, this.course?.category ?? null, false);
    const waiting =
      asset.state === "queued" &&
      element("div", { class: "player-wait", "aria-hidden": "true" }, element("span", { class: "spinner" }));
    fill(byId("player"), poster, waiting);
  }

  private drawProgress(): void {
    const place = byId("making");
    const asset = this.lesson?.asset;
    if (!asset || isSettled(asset.state)) return fill(place);
    const share = percent(asset.progress);
    const text =
      asset.state === "queued" ? t("makingQueued") : makingText(asset.encoded, asset.duration, language());
    const bar = element("progress", { max: 100, value: share, "aria-label": t("makingProgress") });
    fill(
      place,
      element("p", {}, element("strong", {}, t("makingTitle")), " ", text),
      element("div", { class: "making-bar" }, bar, element("span", {}, `${share}%`)),
    );
  }

  private drawAbout(): void {
    const { course, lesson } = this;
    if (!course || !lesson) return;
    this.chapters.show(lesson.asset.chapters);
    fill(
      byId("about"),
      element("h1", languageOf(course), course.title),
      course.lessons.length > 1 && element("p", { class: "lesson-title" }, lesson.title),
      this.chapters.node,
      element("h2", {}, t("summary")),
      summaryParagraphs(course),
      isPlayable(lesson.asset) && element("p", { class: "keyboard-hint" }, t("keyboardHint")),
    );
    fill(byId("side"), this.lessonList(course.lessons), courseFacts(course, lesson));
  }

  private lessonList(lessons: Lesson[]): HTMLElement {
    const items = lessons.map((lesson, index) => this.lessonItem(lesson, index + 1));
    return element(
      "nav",
      { class: "panel lessons", "aria-labelledby": "lessons-title" },
      element("h2", { id: "lessons-title" }, t("lessons")),
      element("ol", {}, ...items),
    );
  }

  private lessonItem(lesson: Lesson, number: number): HTMLElement {
    const isCurrent = lesson.id === this.lesson?.id;
    const badge = stateBadge(lesson.asset.state, lesson.asset.progress, language());
    const facts = [isCurrent && t("lessonPlaying"), spokenDuration(lesson.asset.duration, language()), badge?.text];
    return element(
      "li",
      {},
      element(
        "a",
        { href: lessonAddress(lesson), "aria-current": isCurrent ? "page" : null },
        element("span", { class: "lesson-number", "aria-hidden": "true" }, String(number)),
        element(
          "span",
          { class: "lesson-text" },
          element("span", {}, lesson.title || t("lessonNumber", { number })),
          element("span", { class: "lesson-facts" }, facts.filter(Boolean).join(" · ")),
        ),
      ),
    );
  }
}

/** The lesson named in the address, otherwise the one watched last, otherwise the first. */
function chosenLesson(course: CourseDetail): Lesson | null {
  const asked = new URLSearchParams(location.search).get("lesson");
  const watched = lastWatched(
    loadTable(),
    course.lessons.map((lesson) => lesson.asset.id),
  );
  return (
    course.lessons.find((lesson) => lesson.id === asked) ??
    course.lessons.find((lesson) => lesson.asset.id === watched) ??
    course.lessons[0] ??
    null
  );
}

function lessonAddress(lesson: Lesson): string {
  return `${location.pathname}?lesson=${encodeURIComponent(lesson.id)}`;
}

function isPlayable(asset: Asset): boolean {
  return asset.playlist !== null && (asset.state === "playable" || asset.state === "ready" || asset.encoded > 0);
}

function summaryParagraphs(course: CourseDetail): HTMLElement {
  const paragraphs = (course.summary ?? "").split(/\n+/).filter((text) => text.trim() !== "");
  if (paragraphs.length === 0) return element("p", { class: "quiet" }, t("noSummary"));
  return element("div", languageOf(course), ...paragraphs.map((text) => element("p", {}, text)));
}

new CoursePageView().start();
