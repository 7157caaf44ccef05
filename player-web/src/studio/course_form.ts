// What is said about a course. Nobody's work is lost when two people edit: what does not collide is merged, of what does each
// field is chosen.

import { s, word, type StudioKey } from "../i18n/studio";
import { element, fill } from "../ui/dom";
import { api, StudioError, type EditedCourse, type Versioned } from "./api";
import { changes, isSame, merge, type Fields, type Value } from "./merge";
import { button, field, freshId, select, signButton, words } from "./parts";
import { failureNote, say } from "./say";

const NAMES = [
  "title", "summary", "category", "audiences", "tags", "lecturer_ids",
  "language", "kind", "level", "licence", "term", "visibility",
] as const; // prettier-ignore
type Name = (typeof NAMES)[number];
const LICENCES = ["all-rights-reserved", "cc0", "cc-by", "cc-by-sa", "cc-by-nd", "cc-by-nc", "cc-by-nc-sa", "cc-by-nc-nd"];
const VISIBILITIES = ["public", "division", "institution", "link"];
const TRIES = 4;

function fieldsOf(course: EditedCourse): Fields {
  const fields = Object.fromEntries(NAMES.map((name) => [name, (course[name] as Value | null) ?? ""]));
  return { ...fields, audiences: [...course.audiences].sort(), tags: [...course.tags].sort() }; // sets: as read() gives them
}

export class CourseForm {
  readonly box = element("section", { class: "panel studio-section", "aria-labelledby": "studio-information" });
  private base: Fields;
  private tag: string;
  private readonly title = element("input", { type: "text", name: "title", required: true, maxlength: 200 });
  private readonly summary = element("textarea", { name: "summary", rows: 4, maxlength: 20000 });
  private readonly tags = element("input", { type: "text", name: "tags" });
  private readonly term = element("input", { type: "text", name: "term", maxlength: 40 });
  private readonly selects: Partial<Record<Name, HTMLSelectElement>> = {};
  private readonly audiences = element("div", { class: "studio-checks" });
  private readonly lecturers = element("ul", { class: "studio-chips" });
  private readonly link = element("p", { class: "quiet" });
  private readonly state = element("p", { class: "studio-saved", role: "status" });
  private readonly said = element("div", {});
  private readonly conflicts = element("div", {});
  private readonly names = new Map<string, string>(); // of lecturers
  private timer = 0;

  constructor(
    private course: Versioned<EditedCourse>,
    private readonly saved: (course: Versioned<EditedCourse>) => void,
  ) {
    this.base = fieldsOf(course.value);
    this.tag = course.tag;
    this.learnNames(course.value);
    const makeSelect = (name: Name, options: [string, string][]) =>
      (this.selects[name] = select(options, String(this.base[name]), name));
    const unset: [string, string] = ["", s("notSet")];
    const licences = LICENCES.map((slug): [string, string] => [slug, word("licence", slug)]);
    const seen = [...VISIBILITIES, ...(this.base.visibility === "room" ? ["room"] : [])];
    const tongues: [string, string][] = [["zh-CN", s("language_zh")], ["en", s("language_en")], ["ii", s("language_ii")]]; // prettier-ignore
    for (const [slug, text] of words("audience"))
      this.audiences.append(element("label", {}, element("input", { type: "checkbox", name: "audiences", value: slug }), element("span", {}, text)));
    const groupId = freshId("audiences");
    const form = element(
      "form",
      { class: "studio-form", onsubmit: (event) => (event.preventDefault(), void this.save()), oninput: () => this.showState() },
      field(s("field_title"), this.title),
      field(s("field_summary"), this.summary),
      element(
        "div",
        { class: "studio-pair" },
        field(s("field_category"), makeSelect("category", [unset, ...words("category")])),
        field(s("field_level"), makeSelect("level", [unset, ...words("level")])),
        field(s("field_kind"), makeSelect("kind", words("kind"))),
        field(s("field_language"), makeSelect("language", tongues)),
        field(s("field_licence"), makeSelect("licence", [unset, ...licences])),
        field(s("field_term"), this.term),
        field(s("field_visibility"), makeSelect("visibility", seen.map((slug) => [slug, word("visibility", slug)]))),
      ),
      this.link,
      element("div", { class: "studio-field", role: "group", "aria-labelledby": groupId }, element("p", { id: groupId, class: "studio-label" }, s("field_audiences")), this.audiences),
      field(s("field_tags"), this.tags, s("field_tags_hint")),
      this.lecturerField(),
      this.conflicts,
      this.said,
      element("p", { class: "studio-actions studio-savebar" }, element("button", { type: "submit", class: "button" }, s("save")), this.state),
    );
    fill(this.box, element("h2", { id: "studio-information" }, s("information")), form);
    this.write(this.base);
  }

  get isDirty(): boolean {
    return Object.keys(changes(this.base, this.read())).length > 0;
  }

  /** The course as it is now on the server: what nobody is changing here follows it. */
  take(course: Versioned<EditedCourse>): void {
    this.learnNames(course.value);
    const theirs = fieldsOf(course.value);
    const merged = merge(this.base, this.read(), theirs);
    this.course = course;
    if (merged.conflicts.length > 0) {
      this.showConflicts(course, merged.conflicts);
      return;
    }
    this.base = theirs;
    this.tag = course.tag;
    this.write(merged.fields);
  }

  private learnNames(course: EditedCourse): void {
    course.lecturer_ids.forEach((id, index) => this.names.set(id, course.lecturers[index] ?? id));
  }

  private read(): Fields {
    const checked = this.audiences.querySelectorAll<HTMLInputElement>("input:checked");
    const tags = this.tags.value.split(/[,，、;；\n]/).map((each) => each.trim());
    return {
      title: this.title.value.trim(),
      summary: this.summary.value.trim(),
      term: this.term.value.trim(),
      audiences: [...checked].map((box) => box.value).sort(),
      tags: [...new Set(tags.filter(Boolean))].sort(),
      lecturer_ids: [...this.lecturers.querySelectorAll<HTMLElement>("li")].map((chip) => chip.dataset.id ?? ""),
      ...Object.fromEntries(Object.entries(this.selects).map(([name, control]) => [name, control!.value])),
    };
  }

  private write(fields: Fields): void {
    const put = (control: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement, value: Value | undefined) => {
      if (control.value !== value) control.value = String(value ?? ""); // the caret stays where nothing changes
    };
    put(this.title, fields.title);
    put(this.summary, fields.summary);
    put(this.term, fields.term);
    for (const [name, control] of Object.entries(this.selects)) put(control!, fields[name]);
    const audiences = fields.audiences as string[];
    for (const box of this.audiences.querySelectorAll("input")) box.checked = audiences.includes(box.value);
    if (!isSame(this.read().tags, fields.tags)) this.tags.value = (fields.tags as string[]).join(s("listSeparator"));
    fill(this.lecturers, ...(fields.lecturer_ids as string[]).map((id) => this.chip(id)));
    this.showLink();
    this.showState();
  }

  private showLink(): void {
    const secret = this.course.value.visible_to;
    const isLink = this.base.visibility === "link" && secret;
    const address = isLink ? `${location.origin}/course/${this.course.value.id}?link=${secret}` : "";
    fill(this.link, isLink ? `${s("linkIs")}` : "", isLink && element("a", { href: address }, address));
  }

  private showState(): void {
    this.state.textContent = this.isDirty ? s("unsaved") : "";
  }

  private chip(id: string): HTMLElement {
    const name = this.names.get(id) ?? id;
    const drop = () => {
      chip.remove();
      this.showState();
    };
    const chip = element("li", { "data-id": id }, name, signButton("remove", s("removeItem", { name }), drop));
    return chip;
  }

  /** A field with suggestions of the register; what is chosen becomes a chip. */
  private lecturerField(): HTMLElement {
    const list = element("datalist", { id: freshId("lecturers") });
    const input = element("input", { type: "text", list: list.id, autocomplete: "off" });
    const known = new Map<string, string>(); // id by what stands in the list
    const none = element("p", { class: "quiet", role: "status" });
    const choose = () => {
      const id = known.get(input.value);
      if (!id) return;
      const isThere = [...this.lecturers.children].some((chip) => (chip as HTMLElement).dataset.id === id);
      if (!isThere) this.lecturers.append(this.chip(id));
      input.value = "";
      this.showState();
    };
    const look = async () => {
      const text = input.value.trim();
      const found = text ? await api.lecturers(text).catch(() => []) : [];
      if (text !== input.value.trim()) return;
      known.clear();
      for (const { id, name, title } of found) {
        known.set(title ? `${name}（${title}）` : name, id);
        this.names.set(id, name);
      }
      fill(list, ...[...known.keys()].map((label) => element("option", { value: label })));
      none.textContent = text && found.length === 0 ? s("field_lecturer_none", { name: text }) : "";
      if (found.length === 1 && found[0]!.name === text) input.setAttribute("data-only", found[0]!.id);
      else input.removeAttribute("data-only");
    };
    input.addEventListener("input", () => {
      choose();
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void look(), 250);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault(); // of the form
      const only = input.dataset.only;
      const label = only ? [...known.entries()].find(([, id]) => id === only)?.[0] : undefined;
      if (label) input.value = label;
      choose();
    });
    const row = field(s("field_lecturer_ids"), input, s("field_lecturer_add"));
    row.append(list, none, this.lecturers);
    return row;
  }

  async save(): Promise<void> {
    fill(this.said);
    this.state.textContent = s("saving");
    let isMerged = false;
    try {
      for (let round = 0; round < TRIES; round += 1) {
        const patch = changes(this.base, this.read());
        if (Object.keys(patch).length === 0 && round === 0) break;
        try {
          const made = await api.patchCourse(this.course.value.id, this.tag, patch);
          this.accept(made);
          break;
        } catch (error) {
          if (!(error instanceof StudioError) || error.status !== 412) throw error;
          const now = await api.course(this.course.value.id);
          const merged = merge(this.base, this.read(), fieldsOf(now.value));
          this.take(now);
          if (merged.conflicts.length > 0) return;
          isMerged ||= merged.isTouched;
        }
      }
      this.state.textContent = s("saved");
      say(isMerged ? s("merged") : s("saved"));
    } catch (error) {
      this.showState();
      fill(this.said, failureNote(error));
    }
  }

  private accept(made: Versioned<EditedCourse>): void {
    this.course = made;
    this.base = fieldsOf(made.value);
    this.tag = made.tag;
    this.learnNames(made.value);
    this.write(this.base);
    this.saved(made);
  }

  private textOf(name: string, value: Value | undefined): string {
    if (value === undefined || value.length === 0) return s("conflictEmpty");
    if (name === "lecturer_ids") return (value as string[]).map((id) => this.names.get(id) ?? id).join(s("listSeparator"));
    if (name === "audiences") {
      const texts = new Map(words("audience"));
      return (value as string[]).map((slug) => texts.get(slug) ?? slug).join(s("listSeparator"));
    }
    const control = this.selects[name as Name];
    if (control) return [...control.options].find((option) => option.value === value)?.text ?? String(value);
    return Array.isArray(value) ? value.join(s("listSeparator")) : value;
  }

  /** Field by field: mine or theirs. Saving then starts from their version. */
  private showConflicts(now: Versioned<EditedCourse>, names: string[]): void {
    const theirs = fieldsOf(now.value);
    const mine = this.read();
    const save = () => {
      const chosen = merge(this.base, mine, theirs).fields;
      for (const name of names) {
        const answer = this.conflicts.querySelector<HTMLInputElement>(`input[name="conflict-${name}"]:checked`);
        if (answer?.value === "theirs") chosen[name] = theirs[name]!;
      }
      fill(this.conflicts);
      this.base = theirs;
      this.tag = now.tag;
      this.write(chosen);
      void this.save();
    };
    const choice = (name: string, whose: "mine" | "theirs", value: Value | undefined) =>
      element(
        "label",
        { class: "studio-choice" },
        element("input", { type: "radio", name: `conflict-${name}`, value: whose, checked: whose === "mine" }),
        element("span", {}, element("strong", {}, s(whose === "mine" ? "conflictMine" : "conflictTheirs")), element("br"), this.textOf(name, value)),
      );
    fill(
      this.conflicts,
      element(
        "div",
        { class: "studio-conflict", role: "alert" },
        element("h3", {}, s("conflictTitle")),
        element("p", {}, s("conflictText")),
        ...names.map((name) =>
          element(
            "fieldset",
            {},
            element("legend", {}, s(`field_${name}` as StudioKey)),
            choice(name, "mine", mine[name]),
            choice(name, "theirs", theirs[name]),
          ),
        ),
        button(s("conflictSave"), save, false, { id: "conflict-save" }),
      ),
    );
    this.state.textContent = s("unsaved");
  }
}
