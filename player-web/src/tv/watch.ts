// The screen that plays a lesson. While it plays, the picture itself has the focus: left and right seek, Enter pauses, up and
// down bring the keys. Paused, the keys stay.

import { ask, get } from "./ask";
import { errorText, type App, type Screen } from "./app";
import { Captions } from "./captions";
import { lessonName } from "./course";
import { el, fill, key, onPointer, setShown, setText, type Child } from "./dom";
import { Feed } from "./feed";
import type { Action } from "./keys";
import { sendPositions } from "./positions";
import { loadTable, positionOf, save } from "./progress";
import { abilitiesHere, sourcesOf } from "./sources";
import { clock, t } from "./text";
import type { Course, TvLesson } from "./types";

const HIDE_MS = 8000;
const SEEK_WAIT_MS = 500;
const SAVE_MS = 5000;
const SEND_MS = 15000;
const PREPARING_MS = 5000;
const PLAY_SECONDS = 10; // after which the server counts it
const BACK_S = 10;
const FORWARD_S = 30;

/** Seconds of the next step when the key was pressed so often in a row: short lessons in small steps. */
export function seekStep(presses: number, duration: number): number {
  if (presses < 5 || duration < 300) return 10;
  return presses < 12 || duration < 1800 ? 30 : 60;
}

export class WatchScreen implements Screen {
  readonly isWhole = true;
  readonly node = el("div", { class: "screen watch" });
  first = "picture";
  private readonly video = el("video", { class: "video", playsinline: true, "aria-hidden": true }) as HTMLVideoElement;
  private readonly picture = el("div", { class: "picture-key f", tabindex: "0", role: "button", "data-k": "picture", "data-g": "picture" });
  private readonly caption = el("div", { class: "caption", hidden: true });
  private readonly status = el("div", { class: "status", role: "status" }, t("playerStarting"));
  private readonly bar = el("div", { class: "bar f", tabindex: "0", role: "slider", "data-k": "bar", "aria-label": t("playerProgress"), "aria-valuemin": 0 });
  private readonly done = el("div", { class: "done" });
  private readonly time = el("span", { class: "time" });
  private readonly title = el("p", { class: "watch-title" });
  private readonly panel = el("div", { class: "panel", hidden: true });
  private readonly card = el("div", { class: "over", "data-g": "over", hidden: true });
  private playKey!: HTMLElement;
  private captionsKey!: HTMLElement;
  private nextKey!: HTMLElement;
  private feed: Feed | null = null;
  private captions: Captions | null = null;
  private course: Course | null = null;
  private lesson: TvLesson | null = null;
  private next: TvLesson | null = null;
  private hideTimer = 0;
  private seekTimer = 0;
  private waitTimer = 0;
  private savedAt = 0;
  private sentAt = 0;
  private played = 0;
  private lastTime = -1;
  private target: number | null = null; // where the presses lead that are not carried out yet
  private presses = 0;
  private isGone = false;

  /** `from`: "0" begins anew. */
  constructor(
    private readonly app: App,
    private readonly courseId: string,
    private readonly lessonId: string,
    private readonly from: string | undefined,
  ) {
    this.build();
    this.listen();
    this.load();
  }

  onAction(action: Action): boolean {
    if (action === "back") return false;
    if (action === "stop") {
      this.app.back();
      return true;
    }
    if (!this.card.hasAttribute("hidden")) return action === "play" || action === "pause" || action === "toggle";
    if (action === "play" || action === "pause" || action === "toggle") {
      this.setPlaying(action === "toggle" ? this.video.paused : action === "play");
      this.showPanel();
      return true;
    }
    if (action === "forward" || action === "rewind") {
      this.seekBy(action === "forward" ? 1 : -1);
      return true;
    }
    return this.onFocusedAction(action);
  }

  onLeave(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.keep();
    clearTimeout(this.hideTimer);
    clearTimeout(this.seekTimer);
    clearTimeout(this.waitTimer);
    if (this.feed) this.feed.close();
    this.feed = null;
  }

  /** Nothing leads on from here but Back; what the browser's own keys lead back to begins anew. */
  onReturn(): void {
    this.isGone = false;
    this.load();
  }

  private onFocusedAction(action: Action): boolean {
    const name = this.app.focus.name;
    const isSideways = action === "left" || action === "right";
    if (isSideways && (name === "picture" || name === "bar")) {
      this.seekBy(action === "right" ? 1 : -1);
      return true;
    }
    if (name === "bar" && action === "enter") {
      this.setPlaying(this.video.paused);
      return true;
    }
    if (name === "picture") {
      if (action === "enter") this.setPlaying(this.video.paused);
      this.showPanel();
      this.app.focus.want(action === "up" ? "bar" : "toggle");
      return true;
    }
    this.showPanel();
    return false;
  }

  /* --- what it is made of --- */

  private build(): void {
    this.playKey = key("toggle", t("playerPause"), () => this.setPlaying(this.video.paused), "key-main");
    this.captionsKey = key("captions", t("playerCaptionsOff"), () => this.toggleCaptions());
    this.nextKey = key("next", t("playerNext"), () => this.playNext());
    fill(this.bar, [el("div", { class: "rail" }, [this.done])]);
    fill(this.panel, [
      this.title,
      el("div", { class: "bar-row", "data-g": "bar" }, [this.bar, this.time]),
      el("div", { class: "keys", "data-g": "controls" }, [
        this.playKey,
        key("rewind", t("playerBack10"), () => this.seekTo(this.video.currentTime - BACK_S)),
        key("forward", t("playerForward30"), () => this.seekTo(this.video.currentTime + FORWARD_S)),
        this.captionsKey,
        this.nextKey,
        key("leave", t("playerLeave"), () => this.app.back()),
      ]),
    ]);
    fill(this.node, [this.video, this.picture, this.caption, this.status, this.panel, this.card]);
    setShown(this.captionsKey, false);
    setShown(this.nextKey, false);
    this.picture.addEventListener("click", () => {
      this.setPlaying(this.video.paused);
      this.showPanel();
    });
    onPointer(this.node, () => {
      if (this.panel.hasAttribute("hidden") && this.feed) this.showPanel();
    });
  }

  private listen(): void {
    const video = this.video;
    video.addEventListener("timeupdate", () => this.onTime());
    video.addEventListener("durationchange", () => this.drawTime());
    video.addEventListener("playing", () => this.onPlaying());
    video.addEventListener("pause", () => this.onPause());
    video.addEventListener("waiting", () => this.say(t("playerWaiting")));
    video.addEventListener("ended", () => this.onEnded());
  }

  private say(text: string): void {
    setText(this.status, text);
    setShown(this.status, text !== "");
  }

  /* --- opening --- */

  private load(): void {
    setShown(this.card, false);
    this.say(t("playerStarting"));
    get("/api/v1/courses/" + encodeURIComponent(this.courseId), (answer) => {
      if (this.isGone) return;
      if (answer.status !== 200) return this.stopWith(errorText(answer), true);
      this.take(answer.body as Course);
    });
  }

  private take(course: Course): void {
    this.course = course;
    for (let i = 0; i < course.lessons.length; i++) {
      if (course.lessons[i]!.id !== this.lessonId) continue;
      this.lesson = course.lessons[i]!;
      this.next = course.lessons[i + 1] || null;
      const title = course.lessons.length > 1 ? course.title + " · " + lessonName(this.lesson, i + 1) : course.title;
      setText(this.title, title);
      this.picture.setAttribute("aria-label", t("playerLabel", { title }));
    }
    if (!this.lesson) return this.stopWith(t("errorGone"), false);
    setShown(this.nextKey, this.next !== null);
    this.open(this.lesson);
  }

  private open(lesson: TvLesson): void {
    const asset = lesson.asset;
    if (asset.state === "failed") return this.stopWith(t("playerFailed"), false);
    if (asset.state === "queued") return this.waitFor();
    const sources = sourcesOf(asset, abilitiesHere());
    if (sources.length === 0) return this.stopWith(t("playerUnsupported"), false);
    const start = this.from === "0" ? 0 : positionOf(loadTable()[asset.id]);
    if (start > 0) this.app.say(t("playerResumed", { time: clock(start) }));
    this.captions = new Captions(this.caption, asset.captions);
    setShown(this.captionsKey, this.captions.track !== null);
    this.nameCaptionsKey();
    if (this.feed) this.feed.close();
    this.feed = new Feed(this.video, sources, start, () => this.stopWith(t("playerBroken"), true));
  }

  private waitFor(): void {
    this.say(t("playerQueued"));
    clearTimeout(this.waitTimer);
    this.waitTimer = window.setTimeout(() => this.load(), PREPARING_MS);
  }

  /** Nothing plays: says why. */
  private stopWith(text: string, canRetry: boolean): void {
    this.keep();
    if (this.feed) this.feed.close();
    this.feed = null;
    const retry = canRetry ? key("retry", t("retry"), () => this.load(), "key-main") : null;
    this.showCard([el("p", null, text), el("div", { class: "keys" }, [retry, this.leaveKey()])], canRetry ? "retry" : "over-leave");
  }

  private leaveKey(): HTMLElement {
    return key("over-leave", t("back"), () => this.app.back());
  }

  private showCard(content: Child[], first: string): void {
    fill(this.card, content);
    this.say("");
    setShown(this.panel, false);
    setShown(this.picture, false);
    setShown(this.card, true);
    this.app.focus.want(first);
  }

  /* --- playing --- */

  private setPlaying(isPlaying: boolean): void {
    if (!isPlaying) return this.video.pause();
    const playing = this.video.play() as unknown as { catch?: (handler: () => void) => void } | undefined;
    if (playing && playing.catch) playing.catch(() => undefined);
  }

  private onPlaying(): void {
    this.say("");
    setShown(this.card, false);
    setShown(this.picture, true);
    setText(this.playKey, t("playerPause"));
    this.hideSoon();
  }

  private onPause(): void {
    this.keep();
    setText(this.playKey, t("play"));
    if (this.feed && !this.video.ended) this.showPanel();
  }

  private onTime(): void {
    const now = this.video.currentTime;
    const step = now - this.lastTime;
    this.lastTime = now;
    if (this.captions) this.captions.show(now);
    this.drawTime();
    if (step > 0 && step < 2) this.count(step);
    if (new Date().getTime() - this.savedAt > SAVE_MS) this.keep();
  }

  private count(seconds: number): void {
    const before = this.played;
    this.played += seconds;
    if (before < PLAY_SECONDS && this.played >= PLAY_SECONDS) ask("POST", "/api/v1/courses/" + this.courseId + "/plays", null, () => {});
  }

  /** Remembers where it is. */
  private keep(): void {
    const { course, lesson, video } = this;
    this.savedAt = new Date().getTime();
    if (!course || !lesson || !this.feed || !(video.currentTime > 0)) return;
    const title = lesson.title && course.lessons.length > 1 ? course.title + " · " + lesson.title : course.title;
    save(lesson.asset.id, video.currentTime, this.duration, { course: course.id, lesson: lesson.id, title, poster: lesson.asset.poster });
    if (this.savedAt - this.sentAt < SEND_MS && !video.paused && !this.isGone) return;
    this.sentAt = this.savedAt;
    sendPositions();
  }

  private get duration(): number {
    const own = this.video.duration;
    const known = (this.lesson && this.lesson.asset.duration) || 0;
    return isFinite(own) && own > 0 ? Math.max(own, this.lesson!.asset.state === "ready" ? 0 : known) : known;
  }

  private drawTime(): void {
    const now = this.target !== null ? this.target : this.video.currentTime;
    const whole = this.duration;
    this.done.style.width = (whole > 0 ? Math.min(100, (now / whole) * 100) : 0) + "%";
    const text = clock(now) + " / " + clock(whole);
    setText(this.time, text);
    this.bar.setAttribute("aria-valuenow", String(Math.floor(now)));
    this.bar.setAttribute("aria-valuemax", String(Math.max(Math.floor(whole), Math.floor(now))));
    this.bar.setAttribute("aria-valuetext", text);
  }

  private onEnded(): void {
    const { next } = this;
    this.keep();
    const number = next ? this.course!.lessons.indexOf(next) + 1 : 0;
    const keys: Child[] = [
      next ? key("over-next", t("playerNextTitle", { title: lessonName(next, number) }), () => this.playNext(), "key-main") : null,
      key("over-replay", t("playerReplay"), () => this.replay()),
      this.leaveKey(),
    ];
    this.showCard([el("p", null, t("playerEnded")), el("div", { class: "keys" }, keys)], next ? "over-next" : "over-leave");
  }

  private replay(): void {
    setShown(this.card, false);
    setShown(this.picture, true);
    this.video.currentTime = 0;
    this.setPlaying(true);
    this.app.focus.want("picture");
  }

  private playNext(): void {
    if (this.next) this.app.replace("/watch/" + this.courseId + "/" + this.next.id);
  }

  /* --- seeking --- */

  private seekBy(direction: number): void {
    this.presses++;
    const from = this.target !== null ? this.target : this.video.currentTime;
    this.seekTo(from + direction * seekStep(this.presses, this.duration));
  }

  /** Presses in a row become one jump. */
  private seekTo(seconds: number): void {
    if (!this.feed || this.video.readyState === 0) return;
    const end = isFinite(this.video.duration) ? this.video.duration - 1 : this.duration;
    this.target = Math.max(0, Math.min(seconds, Math.max(0, end)));
    this.drawTime();
    this.showPanel();
    clearTimeout(this.seekTimer);
    this.seekTimer = window.setTimeout(() => {
      if (this.target !== null) this.video.currentTime = this.target;
      this.lastTime = -1;
      this.target = null;
      this.presses = 0;
    }, SEEK_WAIT_MS);
  }

  /* --- the keys --- */

  private showPanel(): void {
    if (!this.card.hasAttribute("hidden")) return;
    setShown(this.panel, true);
    this.node.className = "screen watch with-panel";
    this.hideSoon();
  }

  /** They go by themselves while it plays, and leave the focus to the picture. */
  private hideSoon(): void {
    clearTimeout(this.hideTimer);
    this.hideTimer = window.setTimeout(() => {
      if (this.video.paused || this.isGone || !this.card.hasAttribute("hidden")) return;
      this.app.focus.want("picture");
      setShown(this.panel, false);
      this.node.className = "screen watch";
    }, HIDE_MS);
  }

  private toggleCaptions(): void {
    if (!this.captions) return;
    this.captions.toggle();
    this.captions.show(this.video.currentTime);
    this.nameCaptionsKey();
  }

  private nameCaptionsKey(): void {
    setText(this.captionsKey, t(this.captions && this.captions.isShown ? "playerCaptionsOff" : "playerCaptionsOn"));
  }
}
