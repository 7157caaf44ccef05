// Uploads of a course: two at a time, each with its true progress; what a cut line or a closed page left goes on.

import { Upload, defaultOptions, type DetailedError, type PreviousUpload } from "tus-js-client";
import { s, type StudioKey } from "../i18n/studio";
import { element, fill } from "../ui/dom";
import { spokenDuration } from "../text/duration";
import { percent } from "../text/labels";
import { button, fileButton } from "./parts";
import { say } from "./say";
import { TransferPace, sizeText, uploadAdvice } from "./transfer";

const ENDPOINT = "/api/v1/uploads";
const AT_ONCE = 2;
const PIECE_BYTES = 16 * 1024 * 1024; // each piece is answered: progress is then known to the server
const WAITS_MS = [1000, 2000, 5000, 10000];
const STALL_MS = 20000; // a line that was cut silently moves nothing, and nobody says so
const WATCH_MS = 1000;
const ADVICE = new Set([403, 413, 415, 507]);

export interface UploadGoal {
  course: string;
  purpose: "lesson" | "attachment" | "sign";
  lesson?: string; // whose sign-language picture it is
  replaces?: string; // id of an asset
}

type State = "waiting" | "sending" | "paused" | "cut" | "finishing" | "done" | "failed";

/** One file on its way. */
class Transfer {
  state: State = "waiting";
  sent = 0;
  reason = "";
  advice = "";
  readonly row: HTMLElement;
  private readonly pace = new TransferPace();
  private readonly bar: HTMLProgressElement;
  private readonly words = element("p", { class: "studio-upload-state" });
  private readonly keys = element("p", { class: "studio-actions" });
  private readonly upload: Upload;
  private waits = 0;
  private isResumed = false;
  private movedAt = 0;
  private timer = 0;
  private shown: State | null = null;

  constructor(
    readonly file: File,
    readonly goal: UploadGoal,
    private readonly changed: (transfer: Transfer) => void,
  ) {
    this.bar = element("progress", { max: 1, value: 0, "aria-label": file.name });
    this.row = element(
      "li",
      { class: "studio-upload" },
      element("p", { class: "studio-upload-name" }, element("strong", {}, file.name), element("span", { class: "quiet" }, ` ${sizeText(file.size)}`)),
      this.bar,
      this.words,
      this.keys,
    );
    this.upload = new Upload(file, {
      endpoint: ENDPOINT,
      chunkSize: PIECE_BYTES,
      retryDelays: null, // a cut line is waited for below
      removeFingerprintOnSuccess: true,
      metadata: this.metadata(),
      onProgress: (sent) => this.onProgress(sent),
      onError: (error) => this.onError(error as DetailedError),
      onSuccess: () => this.set("done"),
    });
    this.show();
  }

  private metadata(): Record<string, string> {
    const { course, purpose, replaces, lesson } = this.goal;
    const type = this.file.type || "application/octet-stream";
    return { filename: this.file.name, filetype: type, purpose, ...(lesson && { lesson }), ...(replaces ? { replaces } : { course }) };
  }

  /** Goes on where an earlier visit of this browser stopped, when it was for the same course. */
  async start(): Promise<void> {
    this.movedAt = performance.now();
    this.set("sending");
    const earlier = (await this.upload.findPreviousUploads()).find((each) => isFor(each, this.goal));
    if (earlier) this.upload.resumeFromPreviousUpload(earlier);
    this.isResumed = earlier !== undefined;
    this.upload.start();
  }

  /** The line may be back. */
  wake(): void {
    if (this.state === "cut") this.resume(this.waits);
  }

  /** The line is gone, though nothing has been heard of it. */
  lose(): void {
    if (!this.isSending) return;
    void this.upload.abort(false);
    this.await();
  }

  watch(now: number): void {
    if (now - this.movedAt > STALL_MS) this.lose();
  }

  /** Tries again after a while, each time a longer one. */
  private await(): void {
    const wait = WAITS_MS[Math.min(this.waits, WAITS_MS.length - 1)]!;
    this.waits += 1;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.wake(), wait);
    this.set("cut");
  }

  private onProgress(sent: number): void {
    if (!this.isSending) return;
    this.movedAt = performance.now();
    if (this.isResumed) say(s("resumedFrom", { percent: percent(sent / Math.max(1, this.file.size)) }));
    this.isResumed = false;
    this.waits = 0;
    this.sent = sent;
    this.pace.add(this.movedAt, sent);
    this.set(sent >= this.file.size ? "finishing" : "sending");
  }

  private onError(error: DetailedError): void {
    if (!this.isSending) return; // of a request that was given up
    const answer = error.originalResponse;
    const status = answer?.getStatus() ?? 0;
    const what = uploadAdvice(status);
    this.reason = detailOf(answer?.getBody() ?? "") || (status ? `HTTP ${status}` : "");
    this.advice = ADVICE.has(status) ? s(`uploadTip_${status}` as StudioKey) : "";
    if (what === "never") {
      this.set("failed");
    } else if (what === "later") {
      this.set("failed", true);
    } else {
      this.await();
    }
  }

  pause(): void {
    void this.upload.abort(false);
    window.clearTimeout(this.timer);
    this.set("paused");
  }

  resume(waits = 0): void {
    window.clearTimeout(this.timer);
    this.pace.reset();
    this.waits = waits;
    this.movedAt = performance.now();
    this.set("sending");
    this.upload.start();
  }

  async discard(): Promise<void> {
    window.clearTimeout(this.timer);
    this.set("paused");
    await this.upload.abort(true).catch(() => undefined); // what the server has goes by itself in a week
    this.row.remove();
    this.state = "done";
    this.changed(this);
  }

  get isOpen(): boolean {
    return ["waiting", "sending", "cut", "finishing"].includes(this.state);
  }

  private get isSending(): boolean {
    return this.state === "sending" || this.state === "finishing";
  }

  get isBusy(): boolean {
    return ["sending", "cut", "finishing"].includes(this.state);
  }

  private set(state: State, canResume = false): void {
    const isOther = state !== this.state;
    this.state = state;
    this.row.dataset.resumable = String(canResume);
    this.show();
    if (isOther) this.changed(this);
  }

  private text(): string {
    const whole = percent(this.sent / Math.max(1, this.file.size));
    const speed = this.pace.speed();
    const left = this.pace.left(this.file.size);
    switch (this.state) {
      case "waiting":
        return s("uploadWaiting");
      case "sending":
        return speed && left !== null
          ? s("uploadSending", { percent: whole, speed: sizeText(speed), left: spokenDuration(Math.max(1, left)) })
          : s("uploadSendingSlow", { percent: whole });
      case "paused":
        return s("uploadPaused", { percent: whole });
      case "cut":
        return s("uploadCut", { percent: whole });
      case "finishing":
        return s("uploadFinishing");
      case "done":
        return s("uploadDone");
      default:
        return [s("uploadFailed", { reason: this.reason }), this.advice].filter(Boolean).join(" ");
    }
  }

  private show(): void {
    this.row.dataset.state = this.state;
    this.bar.value = this.state === "done" ? 1 : this.sent / Math.max(1, this.file.size);
    this.words.textContent = this.text();
    if (this.shown === this.state) return; // keys that have the focus keep it
    this.shown = this.state;
    const canResume = this.state === "paused" || (this.state === "failed" && this.row.dataset.resumable === "true");
    const isRunning = this.state === "sending" || this.state === "cut";
    fill(
      this.keys,
      isRunning && button(s("pause"), () => this.pause()),
      canResume && button(s("resume"), () => this.resume(), false),
      this.state === "failed" ? button(s("clear"), () => void this.discard()) : this.state !== "done" && this.state !== "finishing" && button(s("discard"), () => void this.discard()),
    );
  }
}

function isFor(earlier: PreviousUpload, goal: UploadGoal): boolean {
  const { course, purpose, replaces, lesson } = earlier.metadata;
  if (goal.replaces) return replaces === goal.replaces;
  return course === goal.course && purpose === goal.purpose && lesson === goal.lesson && !replaces;
}

function detailOf(body: string): string {
  try {
    return String((JSON.parse(body) as { detail?: string }).detail ?? "");
  } catch {
    return "";
  }
}

/** The uploads of one course and what they look like. */
export class UploadQueue {
  readonly box = element("div", { class: "studio-uploads" });
  private readonly list = element("ul", { "aria-label": s("uploadsLabel") });
  private readonly left = element("div", {});
  private transfers: Transfer[] = [];

  constructor(
    private readonly course: string,
    private readonly finished: (goal: UploadGoal) => void,
  ) {
    fill(this.box, this.left, this.list);
    window.addEventListener("online", () => this.transfers.forEach((each) => each.wake()));
    window.addEventListener("offline", () => this.transfers.forEach((each) => each.lose()));
    window.setInterval(() => this.transfers.forEach((each) => each.watch(performance.now())), WATCH_MS);
    void this.showUnfinished();
  }

  get isBusy(): boolean {
    return this.transfers.some((each) => each.isOpen);
  }

  add(files: File[], goal: Omit<UploadGoal, "course">): void {
    for (const file of files) {
      const transfer = new Transfer(file, { ...goal, course: this.course }, (each) => this.onChange(each));
      this.transfers.push(transfer);
      this.list.append(transfer.row);
    }
    fill(this.left);
    this.fillUp();
  }

  private onChange(transfer: Transfer): void {
    if (transfer.state === "done") {
      this.transfers = this.transfers.filter((each) => each !== transfer);
      if (transfer.row.isConnected) {
        window.setTimeout(() => transfer.row.remove(), 1500);
        this.finished(transfer.goal);
      }
    }
    this.fillUp();
  }

  private fillUp(): void {
    const busy = this.transfers.filter((each) => each.isBusy).length;
    const next = this.transfers.filter((each) => each.state === "waiting").slice(0, Math.max(0, AT_ONCE - busy));
    for (const each of next) void each.start();
  }

  /** What this browser began in an earlier visit: the file has to be chosen again, a page may not open it by itself. */
  private async showUnfinished(): Promise<void> {
    const all = (await defaultOptions.urlStorage?.findAllUploads().catch(() => [])) ?? [];
    const mine = all.filter((each) => each.metadata.course === this.course);
    fill(this.left, ...mine.map((each) => this.unfinished(each)));
  }

  private unfinished(earlier: PreviousUpload): HTMLElement {
    const name = earlier.metadata.filename ?? "";
    const { lesson, purpose: wanted } = earlier.metadata;
    const purpose = wanted === "attachment" || (wanted === "sign" && lesson) ? wanted : "lesson";
    const forget = async () => {
      row.remove();
      await defaultOptions.urlStorage?.removeUpload(earlier.urlStorageKey);
    };
    const take = (files: File[]) => {
      row.remove();
      if (!files.some((file) => file.name === name && file.size === earlier.size)) say(s("unfinishedText", { name }));
      this.add(files, { purpose, ...(lesson && { lesson }) });
    };
    const row = element(
      "div",
      { class: "studio-unfinished" },
      element("p", {}, element("strong", {}, s("unfinishedTitle")), element("br"), s("unfinishedText", { name })),
      element("p", { class: "studio-actions" }, fileButton(s("chooseAgain"), "", false, take, false), button(s("discard"), () => void forget())),
    );
    return row;
  }
}
