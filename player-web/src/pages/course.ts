// The course page: the server draws it; the script brings the player, news of a lesson still being made, the transcript.

import { ApiClient } from "../api/client";
import type { Asset, CourseData, Lesson } from "../api/types";
import { language, t } from "../i18n/language";
import type { Player } from "../player/player";
import { takePositions } from "../player/positions";
import { lastWatched, loadTable, resumePosition } from "../player/resume";
import { clock, makingText, spokenDuration } from "../text/duration";
import { isSettled, percent, stateText } from "../text/labels";
import { byId, element, fill } from "../ui/dom";
import { notice } from "../ui/notice";
import { keepShell, openSearch, searchAddress } from "../ui/page";
import { markWatched } from "../ui/watched";
import { ChapterList } from "./course_chapters";
import { drawElderControls, isElder } from "./elder_controls";
import { Transcript } from "./transcript";

const POLL_MS = 2000;
const POSTER_WAIT_MS = 800; // at most
const POSITIONS_MS = 1500; // so long a player waits for what was watched on another device

/** The poster is what people see first: the player's script, ten times as large, does not share a slow line with it. */
async function posterShown(): Promise<void> {
  const poster = document.querySelector<HTMLImageElement>("#player .poster img");
  if (!poster || poster.complete) return;
  await new Promise<void>((done) => {
    const drawn = () => requestAnimationFrame(() => requestAnimationFrame(() => done()));
    for (const event of ["load", "error"]) poster.addEventListener(event, drawn, { once: true });
    setTimeout(done, POSTER_WAIT_MS);
  });
}

class CoursePage {
  private readonly api = new ApiClient(language);
  private player: Player | null = null;
  private isOpening = false;
  private hasAskedForPlay = new URLSearchParams(location.search).get("play") === "1";
  private readonly chapters = new ChapterList(byId("chapters"), (seconds) => this.goTo(seconds));
  private readonly transcript: Transcript | null;

  constructor(
    private readonly course: CourseData,
    private readonly lesson: Lesson,
  ) {
    const place = document.getElementById("transcript");
    this.transcript = place ? new Transcript(place, (seconds) => this.goTo(seconds)) : null;
  }

  start(): void {
    this.draw();
    this.openWhenPlayable();
    this.pollSoon();
    this.openShareButton();
  }

  private get asset(): Asset {
    return this.lesson.asset;
  }

  private pollSoon(): void {
    if (isSettled(this.asset.state) && (!this.lesson.sign_asset || isSettled(this.lesson.sign_asset.state))) return;
    setTimeout(() => void this.refresh().finally(() => this.pollSoon()), POLL_MS);
  }

  private async refresh(): Promise<void> {
    if (document.hidden) return;
    try {
      const { asset, sign_asset: sign } = this.lesson;
      this.lesson.asset = await this.api.asset(asset.id);
      if (sign && !isSettled(sign.state)) this.lesson.sign_asset = await this.api.asset(sign.id);
    } catch {
      return; // the next round asks again; what is on the page stays
    }
    this.player?.update(this.asset);
    this.player?.showSign(this.lesson.sign_asset);
    this.draw();
    this.openWhenPlayable();
  }

  private openWhenPlayable(): void {
    if (this.player || this.isOpening || !isPlayable(this.asset)) return;
    this.isOpening = true;
    void posterShown().then(() => this.load());
  }

  private load(): void {
    import("../player/player").then(
      ({ Player: PlayerOfLesson }) => this.open(PlayerOfLesson),
      () => {
        this.isOpening = false;
        this.sayNotLoaded();
      },
    );
  }

  private open(PlayerOfLesson: typeof Player): void {
    const isFromHere = document.referrer.startsWith(`${location.origin}/`);
    this.player = new PlayerOfLesson(byId("player"), {
      asset: this.asset,
      title: this.lesson.title,
      of: {
        course: this.course.id,
        lesson: this.lesson.id,
        title: this.course.lessons.length > 1 ? `${this.course.title} · ${this.lesson.title}` : this.course.title,
        poster: this.asset.poster ?? this.course.poster,
      },
      startAt: askedTime(location.search),
      isAutoplay: isFromHere && (!isElder() || this.hasAskedForPlay),
      next: this.nextLesson(),
      onTime: (seconds) => {
        this.chapters.follow(seconds);
        this.transcript?.follow(seconds);
      },
    });
    this.player.showSign(this.lesson.sign_asset);
    if (isElder()) drawElderControls(this.player);
    else fill(byId("below"), keyboardHelp());
  }

  private goTo(seconds: number): void {
    this.player?.playFrom(seconds);
    byId("stage").scrollIntoView({ behavior: "smooth", block: "nearest" });
  }

  private nextLesson(): { title: string; href: string } | null {
    const { lessons } = this.course;
    const next = lessons[lessons.findIndex((lesson) => lesson.id === this.lesson.id) + 1];
    return next ? { title: next.title, href: lessonAddress(next) } : null;
  }

  private draw(): void {
    this.drawNotice();
    this.drawStage();
    this.drawProgress();
    this.drawLessonFacts();
    this.chapters.show(this.asset.chapters);
    void this.transcript?.show(this.asset.captions);
  }

  private drawNotice(): void {
    if (this.asset.state !== "failed") return fill(byId("notice"));
    const text = `${this.asset.error ?? t("failedNoReason")}\n${t("failedAdvice")}`;
    fill(byId("notice"), notice({ title: t("failedTitle"), text, command: t("failedCommand"), tone: "problem" }));
  }

  private sayNotLoaded(): void {
    const action = { label: t("again"), run: () => location.reload() };
    fill(byId("notice"), notice({ title: t("playerLoadTitle"), text: t("errorOffline"), action, tone: "problem" }));
  }

  private drawStage(): void {
    const stage = byId("stage");
    stage.hidden = this.asset.state === "failed" && !isPlayable(this.asset);
    const frame = byId("player");
    const isWaiting = this.asset.state === "queued" && !this.player;
    const wheel = frame.querySelector(".player-wait");
    if (!isWaiting) wheel?.remove();
    else if (!wheel) frame.append(element("div", { class: "player-wait", "aria-hidden": "true" }, element("span", { class: "spinner" })));
  }

  private drawProgress(): void {
    const place = byId("making");
    const { asset } = this;
    if (isSettled(asset.state)) return fill(place);
    const share = percent(asset.progress);
    const text = asset.state === "queued" ? t("makingQueued") : makingText(asset.encoded, asset.duration);
    const bar = element("progress", { max: 100, value: share, "aria-label": t("makingProgress") });
    fill(
      place,
      element("p", {}, element("strong", {}, t("makingTitle")), " ", text),
      element("div", { class: "making-bar" }, bar, element("span", {}, `${share}%`)),
    );
  }

  /** State and watched part of each lesson in the list. */
  private drawLessonFacts(): void {
    const table = loadTable();
    for (const { id, asset } of this.course.lessons) {
      const place = document.querySelector(`[data-lesson="${CSS.escape(id)}"] [data-facts]`);
      if (!place) continue;
      const entry = table[asset.id];
      const position = resumePosition(entry, asset.duration);
      const isOver = entry !== undefined && position === 0 && entry.position > entry.duration / 2;
      const watched = isOver ? t("lessonWatched") : position > 0 ? t("lessonPart", { time: clock(position) }) : "";
      const facts = [spokenDuration(asset.duration), stateText(asset.state, asset.progress), watched];
      place.textContent = facts.filter(Boolean).join(" · ");
    }
  }

  private openShareButton(): void {
    const button = document.getElementById("share");
    if (!button) return;
    button.hidden = false;
    const lesson = this.course.lessons.length > 1 ? this.lesson.id : null;
    button.addEventListener("click", () => {
      const seconds = this.player?.video.currentTime ?? 0;
      void import("./share").then(({ openShare }) => openShare(this.course.id, lesson, seconds));
    });
  }
}

/** The lesson to go on with when the address names none and another than the page's was watched last. */
function lessonLeft(course: CourseData): Lesson | null {
  const parameters = new URLSearchParams(location.search);
  if (parameters.has("lesson") || parameters.has("t")) return null;
  const watched = lastWatched(
    loadTable(),
    course.lessons.map((lesson) => lesson.asset.id),
  );
  return course.lessons.find((lesson) => lesson.asset.id === watched && lesson.id !== course.lesson) ?? null;
}

function lessonAddress(lesson: Lesson): string {
  return `${location.pathname}?lesson=${encodeURIComponent(lesson.id)}`;
}

/** The seconds of ?t=; null when there are none. */
function askedTime(search: string): number | null {
  const text = new URLSearchParams(search).get("t");
  const seconds = Number(text);
  return text !== null && text !== "" && Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

function isPlayable(asset: Asset): boolean {
  return asset.playlist !== null && (asset.state === "playable" || asset.state === "ready" || asset.encoded > 0);
}

function keyboardHelp(): HTMLElement {
  return element(
    "details",
    { class: "keyboard-hint" },
    element("summary", {}, t("keyboardTitle")),
    element("p", {}, t("keyboardHint")),
  );
}

function start(): void {
  openSearch((text) => location.assign(searchAddress(text)));
  keepShell();
  const data = document.getElementById("data");
  if (!data) return;
  const course = JSON.parse(data.textContent ?? "") as CourseData;
  void Promise.race([takePositions(), new Promise((done) => setTimeout(done, POSITIONS_MS))]).then(() => open(course));
}

function open(course: CourseData): void {
  markWatched(document);
  const left = lessonLeft(course);
  if (left) return location.replace(lessonAddress(left));
  const lesson = course.lessons.find((each) => each.id === course.lesson);
  if (lesson) new CoursePage(course, lesson).start();
}

start();
