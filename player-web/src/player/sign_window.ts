// The sign-language window: the interpreter's picture over the lesson's, without sound and in step with it. It is moved and resized
// with a pointer or keys, and stands where it was left, on this device.

import { t } from "../i18n/language";
import { element } from "../ui/dom";
import { LARGEST, SMALLEST, keepStep, movedBy, parseSignPlace, signBox, widened, type SignPlace, type Size } from "./sign_place";

const STORAGE_KEY = "kapok.sign";
const STEP = 0.05; // of the picture's width, for each press of an arrow key
const SIZES = [1 / 6, 1 / 4, 1 / 3, 1 / 2];
const HAVE_FUTURE_DATA = 3;
const EXACT_S = 0.01;
const LEAD_MAX_S = 2;

export class SignWindow {
  readonly video: HTMLVideoElement;
  private readonly box: HTMLElement;
  private readonly grip: HTMLElement;
  private place: SignPlace;
  private isDragged = false;
  private lead = 0; // seconds

  /** `changed`: it was hidden or shown; `failed`: it cannot be played. */
  constructor(
    private readonly frame: HTMLElement,
    private readonly lesson: HTMLVideoElement,
    private readonly address: string,
    private readonly changed: () => void,
    failed: () => void,
  ) {
    this.place = parseSignPlace(stored());
    this.video = element("video", { playsinline: true, disablepictureinpicture: true, preload: "auto", tabindex: -1, "aria-hidden": "true" });
    this.video.muted = true;
    const move = element("button", { type: "button", class: "sign-handle sign-move", "aria-label": t("signMove") }, "✥");
    const ends = { "aria-valuemin": Math.round(SMALLEST * 100), "aria-valuemax": Math.round(LARGEST * 100) };
    this.grip = element("button", { type: "button", class: "sign-handle sign-grip", role: "slider", "aria-label": t("signSize"), ...ends, onclick: () => this.enlarge() }, "⤡");
    const close = element("button", { type: "button", class: "sign-handle sign-close", "aria-label": t("signHide"), onclick: () => this.toggle() }, "×");
    this.box = element("div", { class: "sign-window", role: "group", "aria-label": t("sign") }, this.video, move, this.grip, close);
    for (const handle of [this.video, move]) this.drag(handle, (start, right, down) => movedBy(start, this.room, this.aspect, right, down));
    this.drag(this.grip, (start, right, down) => this.sized(start, (this.isAtRight(start) ? -right : right) + (start.y > 0.5 ? -down : down) * this.aspect));
    this.onArrow(move, (right, down) => movedBy(this.place, this.room, this.aspect, right * this.step, down * this.step));
    this.onArrow(this.grip, (right, down) => this.sized(this.place, (right - down) * this.step * 2));
    this.video.addEventListener("loadedmetadata", () => this.draw());
    this.video.addEventListener("error", failed);
    this.follow();
    new ResizeObserver(() => this.draw()).observe(frame);
    frame.append(this.box);
    this.show();
  }

  get isShown(): boolean {
    return this.place.isShown;
  }

  toggle(): void {
    this.keep({ ...this.place, isShown: !this.isShown });
    this.show();
    this.changed();
  }

  remove(): void {
    this.box.remove();
    this.video.removeAttribute("src");
  }

  private show(): void {
    this.box.hidden = !this.isShown;
    if (this.isShown && !this.video.hasAttribute("src")) this.video.src = this.address;
    this.draw();
    this.sync(true);
  }

  /* --- in step --- */

  private follow(): void {
    const { lesson } = this;
    for (const event of ["seeking", "ratechange", "play", "pause", "ended", "seeked", "playing", "waiting"])
      lesson.addEventListener(event, () => this.sync(event.startsWith("seek")));
    lesson.addEventListener("timeupdate", () => this.sync(false));
    for (const event of ["canplay", "seeked"]) this.video.addEventListener(event, () => this.sync(true));
  }

  private sync(isExact: boolean): void {
    const { lesson, video } = this;
    const isGoing = this.isShown && !lesson.paused && !lesson.seeking && lesson.readyState >= HAVE_FUTURE_DATA;
    const end = Number.isFinite(video.duration) ? video.duration : Infinity;
    const target = Math.min(lesson.currentTime, end);
    const drift = video.currentTime - target;
    const { isJump, speed } = keepStep(drift, lesson.playbackRate);
    const isOff = isJump || (isExact && !isGoing && Math.abs(drift) > EXACT_S);
    if (this.isShown && !video.seeking && isOff) this.jump(isGoing ? Math.min(target + this.lead * lesson.playbackRate, end) : target);
    video.playbackRate = speed;
    if (!isGoing || target === end) video.pause();
    else if (video.paused) void video.play().catch(() => undefined);
  }

  /** While the lesson plays it is aimed as far ahead as the last jump took. */
  private jump(target: number): void {
    const start = performance.now();
    this.video.addEventListener("seeked", () => (this.lead = Math.min((performance.now() - start) / 1000, LEAD_MAX_S)), { once: true });
    this.video.currentTime = target;
  }

  /* --- its place --- */

  private get room(): Size {
    return { width: this.frame.clientWidth, height: this.frame.clientHeight };
  }

  private get aspect(): number {
    return this.video.videoWidth > 0 ? this.video.videoWidth / this.video.videoHeight : 16 / 9;
  }

  private get step(): number {
    return this.room.width * STEP;
  }

  private isAtRight(place: SignPlace): boolean {
    return place.x > 0.5;
  }

  /** For those who press and do not drag: the next size, after the largest the usual one. */
  private enlarge(): void {
    if (this.isDragged) return;
    const share = SIZES.find((size) => size > this.place.share + 0.01) ?? SIZES[0]!;
    this.keep({ ...this.place, share });
  }

  private sized(start: SignPlace, wider: number): SignPlace {
    return widened(start, this.room, this.aspect, signBox(start, this.room, this.aspect).width + wider);
  }

  private draw(): void {
    const { left, top, width, height } = signBox(this.place, this.room, this.aspect);
    Object.assign(this.box.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
    this.box.dataset.corner = `${this.place.y > 0.5 ? "top" : "bottom"}-${this.isAtRight(this.place) ? "left" : "right"}`;
    this.grip.setAttribute("aria-valuenow", String(Math.round(this.place.share * 100)));
    this.grip.setAttribute("aria-valuetext", t("signShare", { percent: Math.round(this.place.share * 100) }));
  }

  private keep(place: SignPlace): void {
    this.place = place;
    this.draw();
    try {
      localStorage.setItem(STORAGE_KEY, JSON.stringify(place));
    } catch {
      // Forbidden storage: the place lasts for this page.
    }
  }

  private drag(handle: HTMLElement, to: (start: SignPlace, right: number, down: number) => SignPlace): void {
    handle.addEventListener("pointerdown", (event) => {
      const start = this.place;
      this.isDragged = false;
      const follow = (next: PointerEvent) => {
        const [right, down] = [next.clientX - event.clientX, next.clientY - event.clientY];
        this.isDragged = this.isDragged || Math.hypot(right, down) > 3;
        if (this.isDragged) this.keep(to(start, right, down));
      };
      const stop = () => handle.removeEventListener("pointermove", follow);
      handle.setPointerCapture(event.pointerId);
      handle.addEventListener("pointermove", follow);
      for (const end of ["pointerup", "pointercancel"]) handle.addEventListener(end, stop, { once: true });
    });
  }

  private onArrow(handle: HTMLElement, to: (right: number, down: number) => SignPlace): void {
    const ways: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    handle.addEventListener("keydown", (event) => {
      const way = ways[event.key];
      if (!way) return;
      event.preventDefault(); // it is not for the player
      this.keep(to(...way));
    });
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}
