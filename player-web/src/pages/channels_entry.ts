// Forms of the channel page: choosing a course, an entry of the schedule, days.

import { addressWith, ask } from "../api/ask";
import { element, fill } from "../ui/dom";
import { choiceField, textField } from "../ui/fields";
import type { Entry, Order } from "./channels_model";
import { c, DAYS, dayName, type Course } from "./channels_texts";

const COURSES_FOUND = 8;

/** A field that finds courses and holds the chosen one. */
export class CourseChoice {
  readonly node: HTMLElement;
  chosen: { id: string; title: string } | null;
  private readonly state = element("p", { class: "course-chosen", role: "status" });
  private readonly results = element("div", { class: "row-of-buttons" });

  constructor(chosen: { id: string; title: string } | null, private readonly onChoose: (course: Course) => void = () => undefined) {
    this.chosen = chosen;
    const field = textField(c("search"), { type: "search" });
    const look = () => void this.look(field.control.value);
    field.control.addEventListener("change", look);
    field.control.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault(); // it would send the form
      look();
    });
    this.node = element("div", { class: "course-choice" }, field.box, this.results, this.state);
    this.tell();
  }

  private tell(): void {
    this.state.textContent = this.chosen ? c("chosen", { title: this.chosen.title }) : "";
  }

  private async look(text: string): Promise<void> {
    if (!text.trim()) return;
    let items: Course[] = [];
    try {
      items = (await ask<{ items: Course[] }>("GET", addressWith("/api/v1/courses", { q: text.trim(), limit: COURSES_FOUND }))).items;
    } catch {
      this.state.textContent = c("offline");
      return;
    }
    fill(this.results, ...items.map((course) => this.result(course)));
    if (items.length === 0) this.state.textContent = c("nothingFound");
  }

  private result(course: Course): HTMLElement {
    const choose = () => {
      this.chosen = { id: course.id, title: course.title };
      this.tell();
      fill(this.results);
      this.onChoose(course);
    };
    return element("button", { type: "button", class: "chip", onclick: choose }, course.title);
  }
}

/** Checkboxes of the seven days. */
export class DayChoice {
  readonly node: HTMLElement;
  private readonly boxes: HTMLInputElement[];

  constructor(label: string, days: number[]) {
    this.boxes = DAYS.map((day) => element("input", { type: "checkbox", value: day, checked: days.includes(day) }));
    this.node = element(
      "fieldset",
      { class: "day-choice" },
      element("legend", {}, label),
      ...this.boxes.map((box, index) => element("label", {}, box, dayName(index + 1))),
    );
  }

  get days(): number[] {
    return this.boxes.filter((box) => box.checked).map((box) => Number(box.value));
  }
}

export interface EntryFormActions {
  /** The title of what the entry plays. */
  title: string;
  apply(entry: Entry, course: Course | null): void;
  /** null: it is a new one. */
  remove: { text: string; run(): void } | null;
  close(): void;
}

/** A form for `entry`, in a dialog. */
export function entryForm(entry: Entry, isNew: boolean, actions: EntryFormActions): HTMLElement {
  let course: Course | null = null;
  const own = entry.course_id ?? entry.lesson_id;
  const choice = new CourseChoice(own ? { id: own, title: actions.title } : null, (chosen) => (course = chosen));
  const days = new DayChoice(c("when"), entry.days ?? []);
  const kind = choiceField(c("when"), [["weekly", c("weekly")], ["once", c("once")]], entry.date ? "once" : "weekly");
  const date = textField(c("date"), { type: "date", value: entry.date ?? "" });
  const start = textField(c("start"), { type: "time", value: entry.start, required: true });
  const end = textField(c("end"), { type: "time", value: entry.end === "24:00" ? "00:00" : (entry.end ?? "") });
  const orders: Order[] = ["whole", "loop", "serial"];
  const order = choiceField(c("order"), orders.map((each) => [each, c(`order_${each}`)]), entry.order ?? "whole");
  const note = element("p", { class: "account-message", role: "alert" });
  const show = () => {
    date.box.hidden = kind.control.value !== "once";
    days.node.hidden = kind.control.value === "once";
    date.control.required = !date.box.hidden;
    end.control.required = order.control.value === "loop";
  };
  kind.control.addEventListener("change", show);
  order.control.addEventListener("change", show);
  show();
  const submit = (event: Event) => {
    event.preventDefault();
    const isOnce = kind.control.value === "once";
    if (!choice.chosen || (!isOnce && days.days.length === 0)) {
      note.textContent = choice.chosen ? c("noDays") : c("chooseCourse");
      return;
    }
    const span = { ...(entry.from ? { from: entry.from } : {}), ...(entry.until ? { until: entry.until } : {}) };
    const place = isOnce ? { date: date.control.value } : { days: days.days, ...span };
    const item = course || !entry.lesson_id ? { course_id: choice.chosen.id } : { lesson_id: entry.lesson_id };
    const times = { start: start.control.value, ...(end.control.value ? { end: end.control.value } : {}) };
    actions.apply({ ...place, ...times, ...item, order: order.control.value as Order }, course);
    actions.close();
  };
  const { remove } = actions;
  const removing = remove
    ? element("button", { type: "button", class: "button button-quiet", onclick: () => { remove.run(); actions.close(); } }, remove.text)
    : null;
  return element(
    "form",
    { class: "entry-form", onsubmit: submit },
    element("h2", {}, isNew ? c("add") : c("edit")),
    choice.node,
    kind.box,
    days.node,
    date.box,
    element("div", { class: "entry-times" }, start.box, end.box),
    order.box,
    note,
    element(
      "div",
      { class: "dialog-buttons" },
      element("button", { class: "button" }, c("apply")),
      element("button", { type: "button", class: "button button-quiet", onclick: actions.close }, c("cancel")),
      removing,
    ),
  );
}
