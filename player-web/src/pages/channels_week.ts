// The week as a grid: a column for each day, a block for each showing. Blocks are buttons: dragged with a pointer, moved with
// the arrow keys.

import { element, fill } from "../ui/dom";
import { DAY_S, STEP_S, dateOf, showingsOf, timeOf, type Schedule, type Showing } from "./channels_model";
import { c, DAYS, dayName } from "./channels_texts";

/** A block of a programme whose length is not known, and the least that can be read. */
const LENGTH_UNKNOWN_S = 1800;
const LENGTH_MIN_S = 900;
/** Shown first, unless something airs before. */
const FIRST_HOUR_S = 7 * 3600;
/** A pointer that moved less meant to press. */
const DRAG_MIN_PX = 6;

export interface WeekActions {
  title(showing: Showing): string;
  /** Seconds of what has no end of its own; 0: not known. */
  length(showing: Showing): number;
  isBroken(showing: Showing): boolean;
  edit(showing: Showing): void;
  move(showing: Showing, day: number, start: number): void;
  remove(showing: Showing): void;
}

export class WeekGrid {
  readonly node = element("div", { class: "week", role: "group", "aria-label": c("weekGrid"), tabindex: 0 });
  private columns: HTMLElement[] = [];
  private isNew = true;
  private focused: { day: number; start: number } | null = null;

  constructor(private readonly actions: WeekActions) {}

  /** The showing that moved keeps the focus. */
  draw(schedule: Schedule, monday: string): void {
    const showings = showingsOf(schedule, monday);
    const { scrollTop } = this.node;
    this.columns = DAYS.map((day) =>
      element(
        "div",
        { class: "week-day", "data-day": day },
        ...showings.filter((each) => each.day === day).map((each) => this.block(each)),
      ),
    );
    const hours = Array.from({ length: 24 }, (_, hour) => element("span", { class: "week-hour" }, `${hour}:00`));
    fill(
      this.node,
      element(
        "div",
        { class: "week-head" },
        element("span", { class: "week-corner" }),
        ...DAYS.map((day) => element("span", {}, dayName(day), " ", element("small", {}, dateOf(monday, day).slice(5)))),
      ),
      element("div", { class: "week-body" }, element("div", { class: "week-hours", "aria-hidden": "true" }, ...hours), ...this.columns),
    );
    this.node.scrollTop = this.isNew ? this.topOf(Math.min(FIRST_HOUR_S, ...showings.map(({ start }) => start))) : scrollTop;
    this.isNew = false;
    this.refocus();
  }

  /** Where a time of the day stands in the grid, in pixels. */
  private topOf(start: number): number {
    return ((this.columns[0]?.offsetHeight ?? 0) * start) / DAY_S;
  }

  /** Where the focus goes at the next drawing. */
  keepFocus(day: number, start: number): void {
    this.focused = { day, start };
  }

  private refocus(): void {
    if (!this.focused) return;
    const { day, start } = this.focused;
    this.focused = null;
    this.columns[day - 1]?.querySelector<HTMLElement>(`[data-start="${start}"]`)?.focus();
  }

  private block(showing: Showing): HTMLElement {
    const known = showing.length ?? this.actions.length(showing);
    const shown = Math.min(Math.max(known || LENGTH_UNKNOWN_S, LENGTH_MIN_S), DAY_S - showing.start);
    const title = this.actions.title(showing);
    const end = known ? c("until", { time: timeOf(Math.round((showing.start + known) / 60) * 60 % DAY_S) }) : "";
    const block = element(
      "button",
      {
        type: "button",
        class: this.actions.isBroken(showing) ? "week-block week-broken" : "week-block",
        "data-start": showing.start,
        "aria-label": c("showing", { day: dayName(showing.day), start: timeOf(showing.start), end, title }),
        title: `${timeOf(showing.start)}${end} ${title}`,
        onkeydown: (event) => this.press(event as KeyboardEvent, showing),
        onpointerdown: (event) => this.drag(event as PointerEvent, showing, block),
        onclick: (event) => {
          const { detail, pointerType } = event as PointerEvent;
          if (detail === 0 || pointerType === "touch") this.actions.edit(showing); // 0: by the keyboard or a screen reader
        },
      },
      element("b", {}, timeOf(showing.start)),
      " ",
      title,
    );
    block.style.top = `${(showing.start / DAY_S) * 100}%`;
    block.style.height = `${(shown / DAY_S) * 100}%`;
    return block;
  }

  private press(event: KeyboardEvent, showing: Showing): void {
    const steps: Record<string, [number, number]> = {
      ArrowUp: [0, -STEP_S],
      ArrowDown: [0, STEP_S],
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
    };
    const step = steps[event.key];
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Delete" || event.key === "Backspace") this.actions.remove(showing);
    else if (step) this.moveTo(showing, showing.day + step[0], showing.start + step[1]);
    else return;
    event.preventDefault();
  }

  private moveTo(showing: Showing, day: number, start: number): void {
    if (day < 1 || day > 7 || start < 0 || start >= DAY_S) return;
    this.keepFocus(day, start);
    this.actions.move(showing, day, start);
  }

  private drag(event: PointerEvent, showing: Showing, block: HTMLElement): void {
    if (event.button !== 0 || event.pointerType === "touch") return; // fingers scroll
    const { clientX, clientY, pointerId } = event;
    const scale = DAY_S / (block.parentElement?.offsetHeight || 1);
    let moves = false;
    const follow = (at: PointerEvent) => {
      if (at.pointerId !== pointerId) return;
      moves = moves || Math.hypot(at.clientX - clientX, at.clientY - clientY) >= DRAG_MIN_PX;
      if (!moves) return;
      block.classList.add("week-dragged");
      block.style.transform = `translate(${at.clientX - clientX}px, ${at.clientY - clientY}px)`;
    };
    const stop = () => {
      window.removeEventListener("pointermove", follow);
      window.removeEventListener("pointerup", drop);
      window.removeEventListener("pointercancel", stop);
      block.classList.remove("week-dragged");
      block.style.transform = "";
    };
    const drop = (at: PointerEvent) => {
      if (at.pointerId !== pointerId) return;
      stop();
      if (!moves) {
        this.actions.edit(showing);
        return;
      }
      const day = this.dayAt(at.clientX) ?? showing.day;
      const start = Math.round((showing.start + (at.clientY - clientY) * scale) / STEP_S) * STEP_S;
      this.moveTo(showing, day, Math.min(Math.max(start, 0), DAY_S - STEP_S));
    };
    window.addEventListener("pointermove", follow);
    window.addEventListener("pointerup", drop);
    window.addEventListener("pointercancel", stop);
  }

  private dayAt(x: number): number | null {
    const index = this.columns.findIndex((column) => {
      const { left, right } = column.getBoundingClientRect();
      return x >= left && x < right;
    });
    return index < 0 ? null : index + 1;
  }
}
