// Channels: what is on now and next, the programme of the day, and the channel itself where it can be watched.

import { get, getText } from "./ask";
import { errorText, loadingKey, showError, showMessage, type App, type Screen } from "./app";
import { add, el, fill, key, setShown, setText } from "./dom";
import { Feed, LIVE } from "./feed";
import type { Action } from "./keys";
import { abilitiesHere, liveSourcesOf } from "./sources";
import { hourOf, t } from "./text";
import type { Channel, ChannelPlay } from "./types";

const AHEAD_MS = 12 * 3600 * 1000;
const PROGRAMME_MAX = 60;
const NOW_MS = 30000; // how often what is on is looked at
const BAR_MS = 8000;

function channelsAddress(id: string): string {
  return "/api/v1/channels" + (id ? "/" + encodeURIComponent(id) : "");
}

/** Those that can be seen, by number; null: the server did not say. */
function loadChannels(done: (channels: Channel[] | null, status: number) => void): void {
  get(channelsAddress(""), (answer) => done(answer.status === 200 ? (answer.body as { items: Channel[] }).items : null, answer.status));
}

/** Shows the key in the head of the page when there is a channel. */
export function offerChannels(): void {
  loadChannels((channels) => setShown(document.getElementById("channels-key")!, channels !== null && channels.length > 0));
}

function nameOf(play: ChannelPlay): string {
  const course = play.course_title || "";
  return play.title && play.title !== course && course ? course + " · " + play.title : course || play.title || t("channelPause");
}

/** All channels, each with what is on and what comes. */
export class ChannelsScreen implements Screen {
  readonly node = el("div", { class: "screen" });
  first = "loading";

  constructor() {
    this.load();
  }

  onReturn(): void {
    this.load();
  }

  private load(): void {
    if (!this.node.firstChild) fill(this.node, [loadingKey()]);
    loadChannels((channels, status) => {
      if (!channels) return showError(this.node, { status, body: null }, () => this.load());
      if (channels.length === 0) return showMessage(this.node, t("channelsNone"), [el("a", { class: "key f", "data-k": "home", href: "#/" }, t("home"))]);
      this.first = "channel:" + channels[0]!.id;
      fill(this.node, [el("h2", { class: "title" }, t("channelsTitle")), el("div", { class: "lessons", "data-g": "channels" }, channels.map(channelRow))]);
    });
  }
}

function channelRow(channel: Channel): HTMLElement {
  const isLesson = channel.now && channel.now.kind === "lesson";
  return el("a", { class: "lesson f", "data-k": "channel:" + channel.id, href: "#/channel/" + channel.id }, [
    el("span", { class: "number" }, String(channel.number)),
    el("span", { class: "lesson-name" }, [
      channel.title,
      el("span", { class: "facts" }, isLesson ? t("channelNow", { title: nameOf(channel.now!) }) : ""),
    ]),
    el("span", { class: "facts" }, channel.next ? t("channelNext", { time: hourOf(channel.next.begin), title: nameOf(channel.next) }) : ""),
  ]);
}

/** One channel: the key that shows it, and its programme from now on. */
export class ChannelScreen implements Screen {
  readonly node = el("div", { class: "screen" });
  first = "loading";

  constructor(private readonly id: string) {
    this.load();
  }

  private load(): void {
    fill(this.node, [loadingKey()]);
    get(channelsAddress(this.id), (answer) => {
      if (answer.status !== 200) return showError(this.node, answer, () => this.load());
      this.loadProgramme(answer.body as Channel);
    });
  }

  private loadProgramme(channel: Channel): void {
    const now = new Date();
    const until = new Date(now.getTime() + AHEAD_MS);
    get(channelsAddress(this.id) + "/programme?from=" + now.toISOString() + "&to=" + until.toISOString(), (answer) => {
      if (answer.status !== 200) return showError(this.node, answer, () => this.load());
      const plays = (answer.body as { items: ChannelPlay[] }).items;
      if (!channel.stream) return this.draw(channel, plays, false);
      getText(channel.stream, (playlist) => this.draw(channel, plays, playlist !== null)); // not every server has it
    });
  }

  private draw(channel: Channel, plays: ChannelPlay[], canWatch: boolean): void {
    const lessons = plays.filter((play) => play.kind === "lesson" && !!play.course_id).slice(0, PROGRAMME_MAX);
    const watch = canWatch ? el("a", { class: "key key-main f", "data-k": "live", href: "#/live/" + channel.id }, t("channelWatch")) : null;
    const home = !watch && lessons.length === 0 ? el("a", { class: "key f", "data-k": "home", href: "#/" }, t("home")) : null;
    this.first = watch ? "live" : lessons.length > 0 ? "play:0" : "home";
    fill(this.node, [
      el("h2", { class: "title" }, channel.number + " " + channel.title),
      channel.summary ? el("p", { class: "summary" }, channel.summary) : null,
      watch || home ? el("div", { class: "keys", "data-g": "keys" }, [watch, home]) : null,
      el("h3", null, t("channelProgramme")),
      lessons.length === 0 ? el("p", { role: "status" }, t("channelsNone")) : null,
      el("div", { class: "lessons", "data-g": "programme" }, lessons.map(playRow)),
    ]);
  }
}

function playRow(play: ChannelPlay, index: number): HTMLElement {
  const isNow = new Date(play.begin).getTime() <= new Date().getTime();
  return el("a", { class: "lesson f", "data-k": "play:" + index, href: "#/course/" + play.course_id }, [
    el("span", { class: "number" }, hourOf(play.begin)),
    el("span", { class: "lesson-name" }, nameOf(play)),
    el("span", { class: "facts" }, isNow ? t("channelIsNow") : ""),
  ]);
}

/** The channel on the whole screen. Up and down change the channel, Enter says what is on. */
export class LiveScreen implements Screen {
  readonly isWhole = true;
  readonly node = el("div", { class: "screen watch" });
  first = "picture";
  private readonly video = el("video", { class: "video", playsinline: true, "aria-hidden": true }) as HTMLVideoElement;
  private readonly picture = el("div", { class: "picture-key f", tabindex: "0", role: "button", "data-k": "picture", "data-g": "picture", "aria-label": t("channelLabel") });
  private readonly status = el("div", { class: "status", role: "status" });
  private readonly bar = el("div", { class: "panel", role: "status", hidden: true });
  private readonly card = el("div", { class: "over", "data-g": "over", hidden: true });
  private feed: Feed | null = null;
  private barTimer = 0;
  private nowTimer = 0;
  private isGone = false;

  constructor(
    private readonly app: App,
    private readonly id: string,
  ) {
    fill(this.node, [this.video, this.picture, this.status, this.bar, this.card]);
    this.picture.addEventListener("click", () => this.look(true));
    this.video.addEventListener("playing", () => this.say(""));
    this.video.addEventListener("waiting", () => this.say(t("playerWaiting")));
    this.open();
  }

  onAction(action: Action): boolean {
    if (action === "stop") this.app.back();
    else if (!this.card.hasAttribute("hidden")) return false;
    else if (action === "up" || action === "down") this.zap(action === "up" ? 1 : -1);
    else if (action === "enter" || action === "left" || action === "right") this.look(true);
    else return action === "pause" || action === "toggle" || action === "play"; // what is live goes on
    return true;
  }

  onLeave(): void {
    this.isGone = true;
    clearTimeout(this.barTimer);
    clearTimeout(this.nowTimer);
    if (this.feed) this.feed.close();
    this.feed = null;
  }

  onReturn(): void {
    this.isGone = false;
    this.open();
  }

  private say(text: string): void {
    setText(this.status, text);
    setShown(this.status, text !== "");
  }

  private open(): void {
    setShown(this.card, false);
    setShown(this.picture, true);
    this.say(t("playerStarting"));
    get(channelsAddress(this.id), (answer) => {
      if (this.isGone) return;
      if (answer.status !== 200) return this.stopWith(errorText(answer));
      const channel = answer.body as Channel;
      const sources = channel.stream ? liveSourcesOf(channel.stream, abilitiesHere()) : [];
      if (sources.length === 0) return this.stopWith(t(channel.stream ? "playerUnsupported" : "channelsNone"));
      this.feed = new Feed(this.video, sources, LIVE, () => this.stopWith(t("playerBroken")));
      this.showBar(channel);
      this.look(false);
    });
  }

  /** What is on now; asked again while the channel is watched, so that a new lesson is announced. */
  private look(isAsked: boolean): void {
    clearTimeout(this.nowTimer);
    get(channelsAddress(this.id), (answer) => {
      if (this.isGone) return;
      const channel = answer.body as Channel;
      if (answer.status === 200 && (isAsked || this.textOf(channel) !== this.bar.textContent)) this.showBar(channel);
      this.nowTimer = window.setTimeout(() => this.look(false), NOW_MS);
    });
  }

  private textOf(channel: Channel): string {
    const lines = this.linesOf(channel);
    return lines[0]! + lines[1]!;
  }

  private linesOf(channel: Channel): string[] {
    const { now, next } = channel;
    const first = channel.number + " " + channel.title + (now && now.kind === "lesson" ? " · " + nameOf(now) : "");
    return [first, next ? t("channelNext", { time: hourOf(next.begin), title: nameOf(next) }) : ""];
  }

  private showBar(channel: Channel): void {
    const lines = this.linesOf(channel);
    fill(this.bar, [el("p", { class: "watch-title" }, lines[0]!), el("p", { class: "quiet" }, lines[1]!)]);
    setShown(this.bar, true);
    clearTimeout(this.barTimer);
    this.barTimer = window.setTimeout(() => setShown(this.bar, false), BAR_MS);
  }

  private zap(step: number): void {
    loadChannels((channels) => {
      const list = (channels || []).filter((one) => !!one.stream);
      for (let i = 0; i < list.length; i++) {
        const other = list[(i + step + list.length) % list.length]!;
        if (list[i]!.id === this.id && other.id !== this.id && !this.isGone) return this.app.replace("/live/" + other.id);
      }
    });
  }

  private stopWith(text: string): void {
    if (this.feed) this.feed.close();
    this.feed = null;
    this.say("");
    const keys = el("div", { class: "keys" });
    add(keys, [key("retry", t("retry"), () => this.open(), "key-main"), key("over-leave", t("back"), () => this.app.back())]);
    fill(this.card, [el("p", null, text), keys]);
    setShown(this.picture, false);
    setShown(this.bar, false);
    setShown(this.card, true);
    this.app.focus.want("retry");
  }
}
