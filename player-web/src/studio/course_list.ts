// /studio: one's courses in every state, and a new one.

import { s } from "../i18n/studio";
import { element, fill } from "../ui/dom";
import { api, type Named, type Person, type StudioCourse } from "./api";
import { ImportPanel } from "./import";
import { button, dayText, field, select, stateChip, words } from "./parts";
import { failureNote } from "./say";

const STATES = ["", "draft", "review", "published", "withdrawn"] as const;
const TYPING_MS = 250;

export class CourseList {
  private state = "";
  private text = "";
  private next: string | null = null;
  private run = 0; // an answer that another question has overtaken is dropped
  private readonly rows = element("ul", { class: "studio-courses" });
  private readonly foot = element("div", { class: "studio-foot" });
  private readonly form = element("div", {});
  private timer = 0;

  constructor(
    private readonly box: HTMLElement,
    private readonly person: Person,
  ) {}

  start(): void {
    const search = element("input", { type: "search", id: "studio-search", maxlength: 200, placeholder: s("search"), "aria-label": s("search") });
    search.addEventListener("input", () => {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => {
        this.text = search.value.trim();
        void this.load(false);
      }, TYPING_MS);
    });
    fill(
      this.box,
      element(
        "div",
        { class: "studio-head" },
        element("h1", {}, s("myCourses")),
        element("p", { class: "studio-actions" }, button(s("newCourse"), () => void this.openForm(), false, { id: "new-course" }), button(s("import"), () => void this.openImport(), true, { id: "import-courses" })),
      ),
      this.form,
      element("div", { class: "studio-bar" }, this.filter(), search),
      this.rows,
      this.foot,
    );
    void this.load(false);
  }

  private filter(): HTMLElement {
    const group = element("div", { class: "studio-filter", role: "group", "aria-label": s("filterLabel") });
    for (const state of STATES) {
      const choose = () => {
        this.state = state;
        for (const each of group.querySelectorAll("button")) each.setAttribute("aria-pressed", String(each === pressed));
        void this.load(false);
      };
      const label = state ? s(`state_${state}`) : s("allStates");
      const pressed = element("button", { type: "button", class: "studio-chip", "aria-pressed": String(state === this.state), onclick: choose }, label);
      group.append(pressed);
    }
    return group;
  }

  private async load(isMore: boolean): Promise<void> {
    const run = (this.run += 1);
    try {
      const page = await api.courses(this.state, this.text, isMore ? this.next : null);
      if (run !== this.run) return;
      this.next = page.next;
      const rows = page.items.map((course) => this.row(course));
      if (isMore) this.rows.append(...rows);
      else fill(this.rows, ...rows);
      this.showFoot();
      if (isMore) rows[0]?.querySelector("a")?.focus();
    } catch (error) {
      if (run === this.run) fill(this.foot, failureNote(error), button(s("retry"), () => void this.load(isMore)));
    }
  }

  private showFoot(): void {
    const isEmpty = this.rows.childElementCount === 0;
    const isAll = !this.state && !this.text;
    fill(
      this.foot,
      isEmpty && element("div", { class: "notice" }, element("h2", {}, isAll ? s("noCourses") : s("noneFound")), isAll && element("p", {}, s("noCoursesText"))),
      this.next && button(s("more"), () => void this.load(true)),
    );
  }

  private row(course: StudioCourse): HTMLElement {
    const facts = [
      s("lessonCount", { count: course.lesson_count }),
      course.making_count > 0 ? s("makingCount", { count: course.making_count }) : "",
      course.institution,
      s("updatedAt", { time: dayText(course.updated_at) }),
    ].filter(Boolean);
    return element(
      "li",
      { class: "studio-course" },
      element(
        "a",
        { href: `/studio/${course.id}`, class: "studio-course-link" },
        course.poster
          ? element("img", { class: "studio-thumb", src: course.poster, alt: "", loading: "lazy" })
          : element("span", { class: "studio-thumb", "aria-hidden": "true" }, course.title.slice(0, 1)),
        element(
          "span",
          { class: "studio-course-words" },
          element("strong", {}, course.title),
          element("span", { class: "quiet" }, facts.join(" · ")),
          course.failed_count > 0 && element("span", { class: "studio-failed" }, s("failedCount", { count: course.failed_count })),
        ),
        stateChip(course.status),
      ),
    );
  }

  /** The institutions at which the person may make a course. */
  private async institutions(): Promise<Named[]> {
    const found = new Map<string, Named>();
    for (const role of this.person.roles) {
      if (!["teacher", "reviewer", "manager", "administrator"].includes(role.role)) continue;
      if (role.institution_id) {
        const one = await api.institution(role.institution_id).catch(() => null);
        if (one) found.set(one.id, one);
      } else {
        const division = (role.division ?? "").replace(/(00)+$/, "");
        for (const one of await api.institutions(division ? `&division=${division}` : "")) found.set(one.id, one);
      }
    }
    return [...found.values()];
  }

  private async openImport(): Promise<void> {
    const places = await this.institutions().catch(() => [] as Named[]);
    const close = () => {
      fill(this.form);
      this.box.querySelector<HTMLElement>("#import-courses")?.focus();
    };
    fill(this.form, new ImportPanel(places, () => void this.load(false), close).box);
    this.form.querySelector<HTMLElement>("h2")?.focus();
  }

  private async openForm(): Promise<void> {
    const places = await this.institutions().catch(() => [] as Named[]);
    const title = element("input", { type: "text", required: true, maxlength: 200, placeholder: s("newTitleHint"), id: "new-title" });
    const place = select(places.map(({ id, name }) => [id, name]), places[0]?.id ?? "", "institution_id");
    const category = select([["", s("notSet")], ...words("category")], "", "category");
    const said = element("div", {});
    const create = async (event: Event) => {
      event.preventDefault();
      try {
        const fields = { title: title.value.trim(), status: "draft", category: category.value, ...(place.value ? { institution_id: place.value } : {}) };
        const made = await api.createCourse(fields);
        location.assign(`/studio/${made.value.id}`);
      } catch (error) {
        fill(said, failureNote(error));
      }
    };
    fill(
      this.form,
      element(
        "form",
        { class: "panel studio-new", onsubmit: (event) => void create(event) },
        element("h2", {}, s("newCourse")),
        field(s("newTitle"), title),
        places.length > 1 && field(s("institution"), place),
        field(s("field_category"), category),
        element(
          "p",
          { class: "studio-actions" },
          element("button", { type: "submit", class: "button" }, s("create")),
          button(s("cancel"), () => fill(this.form)),
        ),
        said,
      ),
    );
    title.focus();
  }
}
