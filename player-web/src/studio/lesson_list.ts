// The lessons of a course: their order, names and states, and the uploads that become lessons.

import type { Asset } from "../api/types";
import { s } from "../i18n/studio";
import { spokenDuration } from "../text/duration";
import { isSettled, percent } from "../text/labels";
import { element, fill } from "../ui/dom";
import { api, StudioError, type EditedCourse, type LessonOrder, type StudioLesson, type Versioned } from "./api";
import { LessonEditor } from "./lesson_editor";
import { inOrder, moved } from "./merge";
import { fileButton, sign, signButton } from "./parts";
import { SignEditor } from "./sign";
import { ask, failure, say } from "./say";
import type { UploadQueue } from "./uploads";

const POLL_MS = 2000;
const TRIES = 4;
export const VIDEO_TYPES = "video/*,audio/*,.mkv,.flv,.rmvb,.wmv,.avi,.ts,.mts,.mpg,.vob";

type Edit = (lessons: StudioLesson[]) => LessonOrder[];

const keep = ({ id }: StudioLesson) => ({ id });

/** What a row asks of the list. */
interface Owner {
  uploads: UploadQueue;
  count(): number;
  move(id: string, to: number): void;
  drop(id: string, before: HTMLElement): void;
  rename(id: string, title: string): Promise<void>;
  remove(lesson: StudioLesson): Promise<void>;
  look(asset: string): Promise<void>;
  others(id: string): StudioLesson[];
  setSign(id: string, asset: string | null, taken?: StudioLesson): Promise<void>;
}

class LessonRow {
  readonly node: HTMLElement;
  private readonly handle: HTMLButtonElement;
  private readonly title: HTMLInputElement;
  private readonly thumb = element("span", { class: "studio-thumb", "aria-hidden": "true" });
  private readonly state = element("div", { class: "studio-lesson-state" });
  private readonly panel = element("div", { class: "studio-lesson-panel", hidden: true });
  private readonly open: HTMLButtonElement;
  private readonly keys = element("p", { class: "studio-actions" });
  private editor: LessonEditor | null = null;
  private readonly signEditor: SignEditor;
  private shown = "";

  constructor(
    private lesson: StudioLesson,
    private readonly owner: Owner,
  ) {
    this.handle = element("button", { type: "button", class: "studio-handle", draggable: "true" }, sign("grip"));
    this.title = element("input", { type: "text", maxlength: 200, class: "studio-lesson-title" });
    this.title.addEventListener("change", () => void this.rename());
    this.title.addEventListener("keydown", (event) => event.key === "Enter" && this.title.blur());
    this.open = element("button", { type: "button", class: "button button-quiet", "aria-expanded": "false", onclick: () => this.toggle() }, s("editLesson"));
    const replace = fileButton(s("replaceFile"), VIDEO_TYPES, false, (files) => {
      this.owner.uploads.add(files, { purpose: "lesson", replaces: this.lesson.asset.id });
      say(s("replacing"));
    });
    fill(this.keys, this.open, replace);
    this.node = element(
      "li",
      { class: "studio-lesson", "data-id": lesson.id },
      element("div", { class: "studio-lesson-row" }, this.handle, this.thumb, element("div", { class: "studio-lesson-words" }, this.title, this.state), this.keys),
      this.panel,
    );
    this.signEditor = new SignEditor(
      {
        others: () => this.owner.others(this.lesson.id),
        upload: (file) => this.owner.uploads.add([file], { purpose: "sign", lesson: this.lesson.id }),
        take: (other) => this.owner.setSign(this.lesson.id, other.asset.id, other),
        drop: () => this.owner.setSign(this.lesson.id, null),
      },
      VIDEO_TYPES,
    );
    this.listen();
  }

  private listen(): void {
    this.handle.addEventListener("keydown", (event) => {
      const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
      if (step === 0) return;
      event.preventDefault();
      this.owner.move(this.lesson.id, this.lesson.position - 1 + step);
    });
    this.handle.addEventListener("dragstart", (event) => {
      event.dataTransfer?.setData("text/x-kapok-lesson", this.lesson.id);
      event.dataTransfer?.setDragImage(this.node, 20, 20);
      this.node.classList.add("studio-dragged");
    });
    this.handle.addEventListener("dragend", () => this.node.classList.remove("studio-dragged"));
    this.node.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("text/x-kapok-lesson")) return;
      event.preventDefault();
      event.stopPropagation();
      this.node.classList.add("studio-target");
    });
    this.node.addEventListener("dragleave", () => this.node.classList.remove("studio-target"));
    this.node.addEventListener("drop", (event) => {
      const id = event.dataTransfer?.getData("text/x-kapok-lesson");
      this.node.classList.remove("studio-target");
      if (!id) return;
      event.preventDefault();
      event.stopPropagation();
      this.owner.drop(id, this.node);
    });
  }

  get isDirty(): boolean {
    return this.editor?.isDirty ?? false;
  }

  update(lesson: StudioLesson): void {
    const isOther = this.lesson.asset.id !== lesson.asset.id;
    const before = this.lesson.title;
    this.lesson = lesson;
    if (this.title.value === before || this.title.value === "" || document.activeElement !== this.title) this.title.value = lesson.title;
    this.title.setAttribute("aria-label", s("lessonTitle", { position: lesson.position }));
    this.handle.setAttribute("aria-label", s("dragHandle", { title: lesson.title, position: lesson.position, count: this.owner.count() }));
    this.handle.title = s("lessonsHint");
    const label = s("deleteLesson", { title: lesson.title });
    this.keys.querySelector(".studio-sign")?.remove(); // its name is another one
    this.keys.append(signButton("remove", label, () => void this.owner.remove(this.lesson)));
    if (isOther && this.editor && !this.editor.isDirty) this.close();
    this.showAsset(lesson.asset);
    this.showSign(lesson.sign_asset);
  }

  get media(): Asset[] {
    return this.lesson.sign_asset ? [this.lesson.asset, this.lesson.sign_asset] : [this.lesson.asset];
  }

  take(asset: Asset): void {
    if (asset.id === this.lesson.asset.id) this.showAsset(asset);
    if (asset.id === this.lesson.sign_asset?.id) this.showSign(asset);
  }

  private showSign(asset: Asset | null): void {
    this.lesson.sign_asset = asset;
    this.signEditor.show(asset, asset ? stateWords(asset) : "");
  }

  private showAsset(asset: Asset): void {
    const shown = JSON.stringify([asset.state, asset.progress, asset.eta_s, asset.error, asset.poster]);
    this.lesson.asset = asset;
    this.editor?.follow(asset);
    if (shown === this.shown) return;
    this.shown = shown;
    this.node.dataset.state = asset.state;
    const picture = asset.poster ? element("img", { src: asset.poster, alt: "" }) : null;
    if (picture?.getAttribute("src") !== this.thumb.firstElementChild?.getAttribute("src") || !picture) fill(this.thumb, picture);
    const done = percent(asset.progress);
    const isMaking = asset.state === "queued" || asset.state === "playable";
    fill(
      this.state,
      element("p", { class: asset.state === "failed" ? "studio-failed" : "quiet" }, stateWords(asset)),
      isMaking && asset.progress > 0 && element("progress", { max: 100, value: done, "aria-label": this.lesson.title }),
      asset.state === "failed" && element("p", { class: "quiet" }, s("lessonFailedTip")),
    );
  }

  /** Another picture at the same address. */
  renewPoster(): void {
    const { poster } = this.lesson.asset;
    if (poster) fill(this.thumb, element("img", { src: `${poster}?v=${Date.now()}`, alt: "" }));
  }

  private async rename(): Promise<void> {
    const title = this.title.value.trim();
    if (title === "") this.title.value = this.lesson.title;
    else if (title !== this.lesson.title) await this.owner.rename(this.lesson.id, title);
  }

  focusHandle(): void {
    this.handle.focus();
  }

  private toggle(): void {
    if (this.editor) {
      this.close();
      return;
    }
    this.editor = new LessonEditor(this.lesson.asset, this.signEditor, async () => {
      await this.owner.look(this.lesson.asset.id);
      this.renewPoster();
    });
    fill(this.panel, this.editor.box);
    this.panel.hidden = false;
    this.open.setAttribute("aria-expanded", "true");
    this.open.textContent = s("closeLesson");
  }

  private close(): void {
    this.editor?.stop();
    this.editor = null;
    fill(this.panel);
    this.panel.hidden = true;
    this.open.setAttribute("aria-expanded", "false");
    this.open.textContent = s("editLesson");
  }
}

function stateWords(asset: Asset): string {
  const done = percent(asset.progress);
  const left = asset.eta_s ? ` · ${s("lessonLeft", { time: spokenDuration(asset.eta_s) })}` : "";
  if (asset.state === "ready") return [s("lessonState_ready"), spokenDuration(asset.duration)].filter(Boolean).join(" · ");
  if (asset.state === "failed") return s("lessonState_failed", { reason: asset.error ?? asset.error_code ?? "" });
  if (asset.state === "playable") return s("lessonState_playable", { percent: done }) + left;
  return asset.progress > 0 ? s("lessonState_making", { percent: done }) + left : s("lessonState_queued");
}

export class LessonList {
  readonly box = element("section", { class: "panel studio-section", "aria-labelledby": "studio-lessons" });
  private readonly list = element("ol", { class: "studio-lessons" });
  private readonly none = element("p", { class: "quiet" }, s("noLessons"));
  private readonly rows = new Map<string, LessonRow>();
  private order: Promise<void> = Promise.resolve(); // edits run one after the other
  private timer = 0;

  constructor(
    private course: Versioned<EditedCourse>,
    private readonly uploads: UploadQueue,
    private readonly changed: (course: Versioned<EditedCourse>) => void,
  ) {
    const zone = element(
      "div",
      { class: "studio-drop" },
      element("p", {}, element("strong", {}, s("dropTitle"))),
      element("p", { class: "quiet" }, s("dropText")),
      fileButton(s("choose"), VIDEO_TYPES, true, (files) => this.uploads.add(files, { purpose: "lesson" }), false),
    );
    const over = (isOver: boolean) => (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      zone.classList.toggle("studio-over", isOver);
    };
    zone.addEventListener("dragover", over(true));
    zone.addEventListener("dragleave", over(false));
    zone.addEventListener("drop", (event) => {
      over(false)(event);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0) this.uploads.add(files, { purpose: "lesson" });
    });
    const canUpload = course.value.rights?.includes("upload") ?? false;
    fill(
      this.box,
      element("h2", { id: "studio-lessons" }, s("lessons")),
      canUpload && zone,
      this.uploads.box,
      this.none,
      element("p", { class: "quiet studio-hint" }, s("lessonsHint")),
      this.list,
    );
    this.show();
    this.schedule();
  }

  get isDirty(): boolean {
    return [...this.rows.values()].some((row) => row.isDirty);
  }

  take(course: Versioned<EditedCourse>): void {
    this.course = course;
    this.show();
  }

  private show(): void {
    const { lessons } = this.course.value;
    const ids = new Set(lessons.map(({ id }) => id));
    for (const [id, row] of this.rows) {
      if (ids.has(id)) continue;
      row.node.remove();
      this.rows.delete(id);
    }
    lessons.forEach((lesson, index) => {
      const row = this.rows.get(lesson.id) ?? this.addRow(lesson);
      const there = this.list.children[index];
      if (there !== row.node) this.list.insertBefore(row.node, there ?? null);
      row.update(lesson);
    });
    this.none.hidden = lessons.length > 0;
    this.box.querySelector<HTMLElement>(".studio-hint")!.hidden = lessons.length < 2;
  }

  private addRow(lesson: StudioLesson): LessonRow {
    const row = new LessonRow(lesson, {
      uploads: this.uploads,
      count: () => this.course.value.lessons.length,
      move: (id, to) => this.move(id, to),
      drop: (id, before) => this.drop(id, before),
      rename: (id, title) => this.edit((lessons) => lessons.map((each) => (each.id === id ? { id, title } : keep(each)))),
      remove: (each) => this.remove(each),
      look: (asset) => this.look(asset),
      others: (id) => this.course.value.lessons.filter((each) => each.id !== id && !each.sign_asset),
      setSign: (id, asset, taken) => this.setSign(id, asset, taken),
    });
    this.rows.set(lesson.id, row);
    return row;
  }

  /** One edit of the list. When somebody else was faster it is made again of what there is then. */
  private edit(edit: Edit): Promise<void> {
    this.order = this.order.then(async () => {
      try {
        for (let round = 0; ; round += 1) {
          try {
            this.changed(await api.putLessons(this.course.value.id, this.course.tag, edit(this.course.value.lessons)));
            return;
          } catch (error) {
            if (!(error instanceof StudioError) || error.status !== 412 || round === TRIES) throw error;
            this.changed(await api.course(this.course.value.id));
          }
        }
      } catch (error) {
        say(failure(error));
        this.show(); // as it is on the server
      }
    });
    return this.order;
  }

  private arrange(ids: string[], id: string): void {
    const { lessons } = this.course.value;
    const ordered = inOrder(lessons, ids).map((lesson, index) => ({ ...lesson, position: index + 1 }));
    this.take({ ...this.course, value: { ...this.course.value, lessons: ordered } }); // at once; the server follows
    this.rows.get(id)?.focusHandle();
    const place = ordered.find((lesson) => lesson.id === id);
    if (place) say(s("movedTo", { title: place.title, position: place.position, count: ordered.length }));
    void this.edit((now) => inOrder(now, ids).map(keep));
  }

  private move(id: string, to: number): void {
    const ids = this.course.value.lessons.map((lesson) => lesson.id);
    const from = ids.indexOf(id);
    if (to < 0 || to >= ids.length || from < 0 || from === to) return;
    this.arrange(moved(ids, from, to), id);
  }

  private drop(id: string, target: HTMLElement): void {
    const ids = this.course.value.lessons.map((lesson) => lesson.id);
    const from = ids.indexOf(id);
    const to = ids.indexOf(target.dataset.id ?? "");
    if (from >= 0 && to >= 0 && from !== to) this.arrange(moved(ids, from, to), id);
  }

  private async remove(lesson: StudioLesson): Promise<void> {
    if (!(await ask(s("deleteLessonAsk", { title: lesson.title }), s("remove")))) return;
    await this.edit((lessons) => lessons.filter(({ id }) => id !== lesson.id).map(keep));
    if (this.rows.has(lesson.id)) return;
    const restore = async () => {
      await this.edit((lessons) => {
        const all: ReturnType<Edit> = lessons.map(keep);
        all.splice(lesson.position - 1, 0, { asset_id: lesson.asset.id, title: lesson.title, sign_asset_id: lesson.sign_asset?.id ?? null });
        return all;
      });
      say(s("undone"));
    };
    say(s("lessonDeleted", { title: lesson.title }), { label: s("undo"), run: () => void restore() });
    (this.list.querySelector<HTMLElement>(".studio-handle") ?? this.box.querySelector<HTMLElement>(".studio-drop button"))?.focus();
  }

  /** `taken`: the lesson that was the interpreter's picture all along; it is no lesson any more. */
  private async setSign(id: string, asset: string | null, taken?: StudioLesson): Promise<void> {
    await this.edit((lessons) =>
      lessons.filter((each) => each.id !== taken?.id).map((each) => (each.id === id ? { id, sign_asset_id: asset } : keep(each))),
    );
    if (taken && this.rows.has(taken.id)) return; // the list says why
    say(s(asset ? "signTaken" : "signDropped"));
  }

  private schedule(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.poll(), POLL_MS);
  }

  /** What is under way is asked for while somebody looks at it. */
  private async poll(): Promise<void> {
    if (!document.hidden) {
      const media = [...this.rows.values()].flatMap((row) => row.media);
      const open = media.filter((asset) => !isSettled(asset.state) || !asset.poster);
      for (const asset of open.slice(0, 20)) await this.look(asset.id);
    }
    this.schedule();
  }

  private async look(id: string): Promise<void> {
    const asset = await api.asset(id).catch(() => null); // a cut line: the next round tells
    if (!asset) return;
    for (const row of this.rows.values()) row.take(asset);
  }
}
