// Channels and their schedules (/admin/channels): a week to look at, drag and type in.

import { addressWith, ask, askTagged, Refusal } from "../api/ask";
import { language } from "../i18n/language";
import { byId, element, fill } from "../ui/dom";
import { choiceField, textField } from "../ui/fields";
import { openSearch, searchAddress } from "../ui/page";
import { CourseChoice, DayChoice, entryForm } from "./channels_entry";
import { copyDay, dateOf, fillWith, mondayOf, move, put, remove, secondsOf, timeOf, type Schedule, type Showing } from "./channels_model";
import { c, DAYS, dayName, type Channel, type Course, type Problem } from "./channels_texts";
import { WeekGrid } from "./channels_week";

const UNDO_MAX = 50;
const FILL_COURSES = 100;

interface Detail {
  title: string;
  duration: number;
}

class ChannelPage {
  private channels: Channel[] = [];
  private channel: Channel | null = null;
  private schedule: Schedule = { entries: [], filler: [] };
  private tag = "";
  private past: Schedule[] = [];
  private week = 0;
  private problems: Problem[] = [];
  private categories: [string, string][] = [];
  private readonly details = new Map<string, Detail>();
  private readonly grid = new WeekGrid({
    title: (showing) => this.titleOf(showing.index),
    length: (showing) => this.detailOf(showing.index)?.duration ?? 0,
    isBroken: (showing) => this.problems.some(({ course_id }) => course_id && course_id === this.schedule.entries[showing.index]?.course_id),
    edit: (showing) => this.edit(showing),
    move: (showing, day, start) => this.move(showing, day, start),
    remove: (showing) => this.remove(showing),
  });

  start(): void {
    document.title = `${c("title")} · ${language === "en" ? "Kapok" : "木棉"}`;
    openSearch((text) => location.assign(searchAddress(text)));
    window.addEventListener("beforeunload", (event) => {
      if (this.past.length > 0) event.preventDefault();
    });
    void this.load();
  }

  private get monday(): string {
    return mondayOf(Date.now(), this.week);
  }

  /* --- what the server has --- */

  private async load(): Promise<void> {
    try {
      this.problems = (await ask<{ items: Problem[] }>("GET", "/api/v1/channel-problems")).items;
      const { items } = await ask<{ items: Course[] }>("GET", `/api/v1/courses?limit=${FILL_COURSES}`);
      const names = items.flatMap(({ category, category_name: name }): [string, string][] => (name ? [[category, language === "en" ? name.en : name.zh]] : []));
      this.categories = [...new Map(names)];
      await this.loadChannels(new URLSearchParams(location.search).get("channel"));
    } catch (problem) {
      const status = problem instanceof Refusal ? problem.status : 0;
      const text = status === 401 || status === 403 ? c("forbidden") : c("offline");
      const link = status === 401 ? element("a", { class: "button", href: "/sign-in?next=/admin/channels" }, c("signIn")) : null;
      fill(byId("channels"), element("h1", {}, c("title")), element("p", { class: "notice" }, text), link);
    }
  }

  private async loadChannels(wanted: string | null): Promise<void> {
    this.channels = (await ask<{ items: Channel[] }>("GET", "/api/v1/channels")).items;
    this.channel = this.channels.find(({ id }) => id === wanted) ?? this.channels[0] ?? null;
    await this.loadSchedule();
  }

  private async loadSchedule(): Promise<void> {
    this.past = [];
    if (this.channel) {
      const { json, etag } = await askTagged<Schedule>("GET", `/api/v1/channels/${this.channel.id}/schedule`);
      this.schedule = json;
      this.tag = etag;
      await this.loadDetails();
    }
    this.drawAll();
  }

  /** Titles and lengths of all that the schedule names; what is gone has none. */
  private async loadDetails(): Promise<void> {
    const items = [...this.schedule.entries, ...this.schedule.filler];
    const ids = new Set(items.flatMap(({ course_id }) => (course_id && !this.details.has(course_id) ? [course_id] : [])));
    await Promise.all(
      [...ids].map(async (id) => {
        try {
          const { title, duration } = await ask<Course>("GET", `/api/v1/courses/${id}`);
          this.details.set(id, { title, duration });
        } catch {
          // shown by its id
        }
      }),
    );
  }

  private detailOf(index: number): Detail | undefined {
    return this.details.get(this.schedule.entries[index]?.course_id ?? "");
  }

  private titleOf(index: number): string {
    const entry = this.schedule.entries[index];
    return this.detailOf(index)?.title ?? (entry?.lesson_id ? c("lessonUntitled", { id: entry.lesson_id }) : (entry?.course_id ?? ""));
  }

  /* --- edits --- */

  private change(next: Schedule, text: string): void {
    this.past.push(this.schedule);
    if (this.past.length > UNDO_MAX) this.past.shift();
    this.schedule = next;
    this.drawWeek();
    this.say(text || c("unsaved"));
  }

  private move(showing: Showing, day: number, start: number): void {
    const title = this.titleOf(showing.index);
    this.change(move(this.schedule, showing, day, start, this.monday), c("moved", { title, day: dayName(day), time: timeOf(start) }));
  }

  private remove(showing: Showing): void {
    const title = this.titleOf(showing.index);
    this.change(remove(this.schedule, showing), c("removed", { title }));
  }

  private edit(showing: Showing): void {
    const entry = this.schedule.entries[showing.index];
    if (entry) this.open(showing.index, entry, { text: c("removeHere", { day: dayName(showing.day) }), run: () => this.remove(showing) });
  }

  private open(index: number | null, entry: Schedule["entries"][number], removing: { text: string; run(): void } | null): void {
    const dialog = element("dialog", { class: "panel entry-dialog", "aria-label": index === null ? c("add") : c("edit") });
    const form = entryForm(entry, index === null, {
      title: index === null ? "" : this.titleOf(index),
      remove: removing,
      close: () => dialog.close(),
      apply: (next, course) => {
        if (course) this.details.set(course.id, { title: course.title, duration: course.duration });
        this.change(put(this.schedule, index, next), "");
      },
    });
    dialog.append(form);
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  private async save(): Promise<void> {
    if (!this.channel) return;
    try {
      const begin = Date.now();
      const { etag } = await askTagged("PUT", `/api/v1/channels/${this.channel.id}/schedule`, this.schedule, this.tag);
      this.tag = etag;
      this.past = [];
      this.problems = (await ask<{ items: Problem[] }>("GET", "/api/v1/channel-problems")).items;
      this.drawAll();
      const time = new Date(begin + 130000).toLocaleTimeString(language, { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit" });
      this.say(c("saved", { time }));
    } catch (problem) {
      if (problem instanceof Refusal && problem.status === 412) {
        await this.loadSchedule();
        this.say(c("conflict"));
      } else {
        this.say(problem instanceof Refusal && problem.status > 0 ? problem.message : c("offline"));
      }
    }
  }

  private undo(): void {
    const last = this.past.pop();
    if (!last) return;
    this.schedule = last;
    this.drawWeek();
    this.say(this.past.length > 0 ? c("unsaved") : "");
  }

  private async fill(category: string, days: number[], start: string, until: string): Promise<void> {
    if (days.length === 0) {
      this.say(c("noDays"));
      return;
    }
    const { items } = await ask<{ items: Course[] }>("GET", addressWith("/api/v1/courses", { category, limit: FILL_COURSES }));
    for (const { id, title, duration } of items) this.details.set(id, { title, duration });
    const lengths = items.map(({ id, duration }) => ({ id, seconds: duration }));
    const next = fillWith(this.schedule, days, secondsOf(start), secondsOf(until === "00:00" ? "24:00" : until), lengths);
    const count = next.entries.length - this.schedule.entries.length;
    if (count > 0) this.change(next, c("fillDone", { count }));
    else this.say(c("fillNothing"));
  }

  /* --- the page --- */

  private say(text: string): void {
    byId("message").textContent = text;
  }

  private drawAll(): void {
    const message = element("p", { class: "account-message", role: "status", id: "message" });
    if (!this.channel) {
      fill(byId("channels"), element("h1", {}, c("title")), element("p", { class: "notice" }, c("noChannels")), message, this.newChannel());
      return;
    }
    fill(
      byId("channels"),
      element("h1", {}, c("title")),
      this.chooser(),
      this.problemList(),
      this.weekBar(),
      message,
      element("p", { class: "quiet", id: "grid-help" }, c("gridHelp")),
      this.grid.node,
      element("div", { class: "channel-tools" }, this.fillerPanel(), this.copyPanel(), this.fillPanel(), this.newChannel()),
    );
    this.grid.node.setAttribute("aria-describedby", "grid-help");
    this.drawWeek();
  }

  private drawWeek(): void {
    this.grid.draw(this.schedule, this.monday);
    byId("week-name").textContent = c("week", { from: this.monday, to: dateOf(this.monday, 7) });
    byId("undo").toggleAttribute("disabled", this.past.length === 0);
    byId("save").toggleAttribute("disabled", this.past.length === 0);
    fill(byId("filler-list"), ...this.schedule.filler.map((item, index) => this.fillerRow(item.course_id ?? item.lesson_id ?? "", index)));
  }

  private chooser(): HTMLElement {
    const choices = this.channels.map(({ id, number, title }): [string, string] => [id, `${number} ${title}`]);
    const field = choiceField(c("channel"), choices, this.channel?.id);
    field.control.addEventListener("change", () => {
      this.channel = this.channels.find(({ id }) => id === field.control.value) ?? null;
      void this.loadSchedule().catch(() => this.say(c("offline")));
    });
    const stream = this.channel ? new URL(this.channel.stream, location.href).href : "";
    return element("div", { class: "channel-chooser" }, field.box, element("p", { class: "quiet" }, `${c("watch")}: `, element("code", {}, stream)));
  }

  private problemList(): HTMLElement | null {
    const own = this.problems.filter(({ channel_id }) => channel_id === this.channel?.id);
    if (own.length === 0) return null;
    const words = ({ title, course_id, text }: Problem) => `${title ?? course_id ?? ""}: ${language === "en" ? text.en : text.zh}`;
    return element(
      "details",
      { class: "notice" },
      element("summary", {}, `${c("problems")} (${own.length})`),
      element("ul", {}, ...own.slice(0, UNDO_MAX).map((problem) => element("li", {}, words(problem)))),
    );
  }

  private weekBar(): HTMLElement {
    const turn = (weeks: number) => () => {
      this.week = weeks === 0 ? 0 : this.week + weeks;
      this.drawWeek();
    };
    const quiet = (text: string, onclick: () => void, id?: string) => element("button", { type: "button", class: "button button-quiet", onclick, id }, text);
    return element(
      "div",
      { class: "week-bar" },
      quiet(c("previousWeek"), turn(-1)),
      quiet(c("thisWeek"), turn(0)),
      quiet(c("nextWeek"), turn(1)),
      element("b", { id: "week-name" }),
      quiet(c("add"), () => this.open(null, { days: [1], start: "08:00", order: "whole" }, null)),
      quiet(c("undo"), () => this.undo(), "undo"),
      element("button", { type: "button", class: "button", id: "save", onclick: () => void this.save() }, c("save")),
    );
  }

  private fillerRow(id: string, index: number): HTMLElement {
    const drop = () => this.change({ ...this.schedule, filler: this.schedule.filler.filter((_, at) => at !== index) }, "");
    const title = this.details.get(id)?.title ?? id;
    const label = `${c("remove")}: ${title}`;
    return element("li", {}, title, element("button", { type: "button", class: "button button-quiet", "aria-label": label, onclick: drop }, c("remove")));
  }

  private fillerPanel(): HTMLElement {
    const choice = new CourseChoice(null, ({ id, title, duration }) => {
      this.details.set(id, { title, duration });
      this.change({ ...this.schedule, filler: [...this.schedule.filler, { course_id: id }] }, "");
    });
    return element(
      "section",
      { class: "panel" },
      element("h2", {}, c("filler")),
      element("p", { class: "quiet" }, c("fillerHint")),
      element("ul", { class: "account-list", id: "filler-list" }),
      choice.node,
    );
  }

  private copyPanel(): HTMLElement {
    const from = choiceField(c("copyFrom"), DAYS.map((day) => [String(day), dayName(day)]), "1");
    const to = new DayChoice(c("copyTo"), []);
    const run = (event: Event) => {
      event.preventDefault();
      const source = Number(from.control.value);
      const days = to.days.filter((day) => day !== source);
      if (days.length > 0) this.change(copyDay(this.schedule, source, days), "");
      else this.say(c("noDays"));
    };
    return element(
      "form",
      { class: "panel", onsubmit: run },
      element("h2", {}, c("copy")),
      from.box,
      to.node,
      element("button", { class: "button button-quiet" }, c("copy")),
    );
  }

  private fillPanel(): HTMLElement {
    const category = choiceField(c("category"), [["", c("allCategories")], ...this.categories]);
    const days = new DayChoice(c("when"), [1, 2, 3, 4, 5]);
    const start = textField(c("fillFrom"), { type: "time", value: "08:00", required: true });
    const until = textField(c("fillUntil"), { type: "time", value: "12:00", required: true });
    const run = (event: Event) => {
      event.preventDefault();
      void this.fill(category.control.value, days.days, start.control.value, until.control.value).catch(() => this.say(c("offline")));
    };
    return element(
      "form",
      { class: "panel", onsubmit: run },
      element("h2", {}, c("fill")),
      category.box,
      days.node,
      element("div", { class: "entry-times" }, start.box, until.box),
      element("button", { class: "button button-quiet" }, c("fill")),
    );
  }

  private newChannel(): HTMLElement {
    const name = textField(c("name"), { required: true, max: 200 });
    const number = textField(c("number"), { type: "number", value: String(Math.max(0, ...this.channels.map((each) => each.number)) + 1), required: true });
    const run = async (event: Event) => {
      event.preventDefault();
      try {
        const made = await ask<Channel>("POST", "/api/v1/channels", { title: name.control.value, number: Number(number.control.value) });
        await this.loadChannels(made.id);
      } catch (problem) {
        this.say(problem instanceof Refusal && problem.status > 0 ? problem.message : c("offline"));
      }
    };
    return element(
      "form",
      { class: "panel", onsubmit: (event) => void run(event) },
      element("h2", {}, c("newChannel")),
      name.box,
      number.box,
      element("button", { class: "button button-quiet" }, c("create")),
    );
  }
}

new ChannelPage().start();
