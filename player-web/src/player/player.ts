// The player of one lesson: the video element, its source, its controls, its keys, and where the resident left off.

import Hls from "hls.js";
import type { Asset } from "../api/types";
import { t } from "../i18n/language";
import { clock } from "../text/duration";
import { element } from "../ui/dom";
import { CaptionStyler } from "./caption_style";
import { buildControls, signKey } from "./controls";
import { seekInside } from "./growth";
import { GuideTracks } from "./guide_tracks";
import { HlsSource } from "./hls_source";
import { listenForHotkeys } from "./hotkey_listener";
import { Overlay } from "./overlay";
import type { FailureKind } from "./recovery";
import { countPlay } from "./play_count";
import { RenditionList } from "./renditions";
import { sendPositions, sendPositionsSoon } from "./positions";
import { SignWindow } from "./sign_window";
import { wholeFile } from "./whole_file";
import { loadTable, resumePosition, saveEntry, type WatchedLesson } from "./resume";

/** A diagnostic surface for tests and for people who help residents: the video element and the hls.js instance. */
export interface PlayerDiagnostics {
  readonly video: HTMLVideoElement;
  readonly hls: HlsSource["hls"];
}

declare global {
  interface Window {
    kapokPlayer?: PlayerDiagnostics;
  }
}

export interface PlayerOptions {
  asset: Asset;
  title: string;
  of: WatchedLesson; // how a list of lessons to go on with names it
  startAt: number | null; // seconds that the address asks for
  isAutoplay: boolean;
  next: { title: string; href: string } | null;
  onTime: (seconds: number) => void;
}

const SAVE_EVERY_MS = 5000;
const NOTE_SECONDS = 8;
const SIGN_LINES = 480; // enough for half the picture

export class Player {
  readonly video: HTMLVideoElement;
  readonly captions: CaptionStyler;
  private readonly controller: HTMLElement;
  private readonly overlay: Overlay;
  private readonly renditions: RenditionList;
  private readonly guide: GuideTracks;
  private hasNewRenditions = false;
  private source: HlsSource | null = null;
  private asset: Asset;
  private controls: HTMLElement[] = [];
  private isWaitingNoteShown = false;
  private sign: SignWindow | null = null;

  constructor(
    private readonly frame: HTMLElement,
    private readonly options: PlayerOptions,
  ) {
    this.asset = options.asset;
    this.renditions = new RenditionList((index) => this.source?.selectLevel(index));
    this.video = element("video", { slot: "media", playsinline: true, controls: true, preload: "auto" });
    if (this.asset.poster) this.video.poster = this.asset.poster;
    Object.assign(this.video, { videoRenditions: this.renditions });
    this.controller = element("media-controller", { nohotkeys: true, fullscreenelement: frame.id }, this.video);
    if (this.isAudio) frame.classList.add("is-audio");
    this.captions = new CaptionStyler(frame);
    frame.replaceChildren(this.controller);
    this.overlay = new Overlay(frame);
    this.guide = new GuideTracks(this.video);
    this.drawControls();
    this.showGuide();
    this.listen();
    this.open();
  }

  /** Takes news of a lesson that is still being made. */
  update(asset: Asset): void {
    this.asset = asset;
    this.source?.setKnownDuration(asset.duration);
    this.source?.setGrowing(this.isGrowing);
    this.showPrepared();
    this.showGuide();
    if (asset.poster && this.video.poster === "") this.video.poster = asset.poster;
    if (asset.state === "failed" && this.source?.isWholeTimeline) this.source.reload(); // to where it really ends
    else this.takeNewRenditions();
  }

  /** Shows the interpreter in sign language, once that picture is whole. */
  showSign(asset: Asset | null): void {
    const address = asset && !this.sign ? wholeFile(asset, SIGN_LINES) : null;
    if (!address) return;
    const key = signKey(() => this.sign?.toggle());
    const showKey = () => key.setAttribute("aria-pressed", String(this.sign?.isShown ?? false));
    const fail = () => {
      this.sign?.remove();
      key.remove();
      this.frame.classList.remove("has-sign");
      this.overlay.showNote(t("signFailed"), NOTE_SECONDS);
    };
    this.sign = new SignWindow(this.frame, this.video, address, showKey, fail);
    this.frame.classList.add("has-sign");
    this.controller.querySelector(".bar-buttons media-settings-menu-button")?.before(key);
    showKey();
  }

  /** Goes to a place and plays from there. */
  playFrom(seconds: number): void {
    this.video.currentTime = seconds;
    void this.video.play().catch(() => undefined);
  }

  /** Turns the captions on, where there are any. */
  showCaptions(): void {
    const tracks = [...this.video.textTracks].filter((track) => track.kind === "subtitles" || track.kind === "captions");
    if (tracks[0] && !tracks.some((track) => track.mode === "showing")) tracks[0].mode = "showing";
  }

  private drawControls(): void {
    this.controls = buildControls(!this.isAudio, this.captions);
    this.controller.append(...this.controls);
    this.controller.querySelector("media-captions-button")?.setAttribute("role", "switch"); // it is on or off
    this.showPrepared();
    this.controller.setAttribute("aria-label", t("playerLabel", { title: this.options.title }));
    if (this.controller.shadowRoot) this.video.removeAttribute("controls");
  }

  /** With pictures: sound alone is made in a moment. */
  private get isGrowing(): boolean {
    return this.asset.state === "playable" && !this.isAudio;
  }

  private showGuide(): void {
    this.guide.showThumbnails(this.asset.storyboard);
    this.guide.showChapters(this.asset.chapters, this.asset.duration ?? 0);
  }

  private get isAudio(): boolean {
    return this.options.asset.kind === "audio";
  }

  private open(): void {
    if (!this.asset.playlist) return;
    if (!HlsSource.isSupported(this.video)) {
      const text = t("playerUnsupportedText");
      return this.overlay.showPanel({ title: t("playerUnsupportedTitle"), text, isProblem: true });
    }
    const startAt = this.startPosition();
    this.source = new HlsSource(
      this.video,
      { url: this.asset.playlist, startAt, knownDuration: this.asset.duration, isGrowing: this.isGrowing },
      {
        onRenditions: (renditions) => this.renditions.replace(renditions),
        onTrouble: (isInTrouble) => this.showTrouble(isInTrouble),
        onFailure: (kind) => this.showFailure(kind),
        onWaiting: (isWaiting) => this.showPreparing(isWaiting),
      },
    );
    const { video, source } = this;
    window.kapokPlayer = { video, hls: source.hls };
    if (startAt > 0 && this.options.startAt === null) this.offerStartOver(startAt);
    if (this.options.isAutoplay) void this.video.play().catch(() => undefined);
  }

  private startPosition(): number {
    const position = this.options.startAt ?? resumePosition(loadTable()[this.asset.id], this.asset.duration);
    const canSeekAhead = this.asset.state === "ready" || (this.isGrowing && Hls.isSupported());
    return canSeekAhead ? position : Math.max(0, Math.min(position, this.asset.encoded - 6));
  }

  private offerStartOver(position: number): void {
    const startOver = () => {
      this.video.currentTime = 0;
      void this.video.play().catch(() => undefined);
    };
    const note = t("resumed", { time: clock(position) });
    this.overlay.showNote(note, NOTE_SECONDS, [{ label: t("startOver"), run: startOver }]);
  }

  private listen(): void {
    const { video } = this;
    let savedAtMs = 0;
    countPlay(video);
    const save = () => {
      savedAtMs = Date.now();
      const duration = this.asset.duration ?? video.duration;
      if (video.currentTime <= 0) return;
      saveEntry(this.asset.id, video.currentTime, duration, this.options.of);
      sendPositionsSoon();
    };
    video.addEventListener("timeupdate", () => {
      this.options.onTime(video.currentTime);
      if (!video.paused && Date.now() - savedAtMs > SAVE_EVERY_MS) save();
    });
    video.addEventListener("pause", () => {
      save();
      sendPositions();
    });
    window.addEventListener("pagehide", save);
    video.addEventListener("seeking", () => this.keepInside());
    video.addEventListener("waiting", () => this.explainWaiting());
    video.addEventListener("playing", () => this.hideWaiting());
    video.addEventListener("play", () => this.overlay.hidePanel());
    video.addEventListener("ended", () => this.offerNext());
    listenForHotkeys(video, this.controller, () => this.sign?.toggle());
  }

  /** A seek past what is made so far goes to the latest part there is, and says so. */
  private keepInside(): void {
    const source = this.source;
    if (!source?.isGrowing) return;
    const inside = seekInside(this.video.currentTime, source.edge, source.segmentDuration);
    if (inside >= this.video.currentTime) return;
    this.video.currentTime = inside;
    this.overlay.showNote(t("playerStillMaking"), NOTE_SECONDS);
  }

  private explainWaiting(): void {
    const source = this.source;
    if (!source?.isGrowing || this.video.currentTime < source.edge - 1) return;
    this.isWaitingNoteShown = true;
    this.overlay.showNote(t("playerWaitingForMore"), 0);
  }

  private hideWaiting(): void {
    if (this.isWaitingNoteShown) this.overlay.hideNote();
    this.isWaitingNoteShown = false;
  }

  private showPreparing(isWaiting: boolean): void {
    this.frame.classList.toggle("is-preparing", isWaiting);
    if (isWaiting) this.overlay.showNote(t("playerPreparing"), 0);
    else this.overlay.hideNote();
  }

  /** How far the lesson is made without a gap, on the time bar. */
  private showPrepared(): void {
    const { state, encoded, duration } = this.asset;
    const share = state === "playable" && duration ? Math.min(1, encoded / duration) : 1;
    this.controller.style.setProperty("--prepared", `${(share * 100).toFixed(1)}%`);
    this.frame.classList.toggle("is-growing", share < 1);
  }

  private showTrouble(isInTrouble: boolean): void {
    if (isInTrouble) this.overlay.showNote(t("playerReconnecting"), 0);
    else this.overlay.hideNote();
  }

  private showFailure(kind: FailureKind): void {
    const isNetwork = kind === "network";
    this.overlay.showPanel({
      title: isNetwork ? t("playerNetworkTitle") : t("playerMediaTitle"),
      text: isNetwork ? t("playerNetworkText") : t("playerMediaText"),
      actions: [{ label: t("again"), run: () => this.source?.retry() }],
      isProblem: true,
    });
  }

  private offerNext(): void {
    const { next } = this.options;
    const replay = () => {
      this.video.currentTime = 0;
      void this.video.play().catch(() => undefined);
    };
    const actions = [{ label: t("replay"), run: replay }];
    if (next) actions.unshift({ label: t("nextLesson", { title: next.title }), run: () => location.assign(next.href) });
    this.overlay.showPanel({ title: t("finished"), actions });
  }

  /**
   * A lesson starts in its smallest rendition. Once all of them have begun, the playlist is read again: once, since it
   * costs a moment of loading.
   */
  private takeNewRenditions(): void {
    const made = this.asset.tracks.filter((track) => track.kind === "video");
    if (this.hasNewRenditions || this.renditions.length === 0 || made.length <= this.renditions.length) return;
    if (!made.every((track) => track.segments > 0)) return;
    if (this.video.seeking || this.frame.classList.contains("is-preparing")) return; // not while somebody waits
    this.hasNewRenditions = true;
    this.source?.reload();
  }
}
