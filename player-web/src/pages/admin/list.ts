// A list of the administration: filters, a table that is cards on a phone, pages that the server makes.

import { element, fill } from "../../ui/dom";
import { choiceField, textField } from "../../ui/fields";
import { a, type Desk } from "./texts";

export interface Page<Item> {
  items: Item[];
  next: string | number | null;
}

export interface Column<Item> {
  name: string;
  cell(item: Item): Node | string | (Node | string)[];
}

export interface Filter {
  name: string; // of the parameter
  label: string;
  choices?: [string, string][]; // else a text
  type?: "search" | "date";
  hint?: string;
}

export interface ListOptions<Item> {
  filters: Filter[];
  given: Record<string, string>; // what the filters begin with
  columns: Column<Item>[];
  load(filters: Record<string, string>, cursor: string): Promise<Page<Item>>;
  key(item: Item): string;
  buttons?: HTMLElement[];
  onFilter?(filters: Record<string, string>): void;
}

export class List<Item> {
  readonly place = element("div", { class: "list" });
  private readonly body = element("div", { class: "list-body", "aria-live": "off" });
  private readonly foot = element("div", { class: "list-foot" });
  private filters: Record<string, string>;
  private cursors = [""]; // of the pages up to the present one
  private round = 0;

  constructor(
    private readonly desk: Desk,
    private readonly options: ListOptions<Item>,
  ) {
    this.filters = { ...options.given };
    fill(this.place, this.filterForm(), this.body, this.foot);
    void this.load();
  }

  /** Asks again for the page that is shown. */
  async load(): Promise<void> {
    const round = ++this.round;
    if (!this.body.firstChild) fill(this.body, element("p", { class: "loading", role: "status" }, a("loading")));
    this.body.setAttribute("aria-busy", "true");
    await this.desk.tell(async () => {
      const page = await this.options.load(this.filters, this.cursors[this.cursors.length - 1] ?? "");
      if (round === this.round) this.draw(page);
      return null;
    });
    this.body.removeAttribute("aria-busy");
  }

  private filterForm(): HTMLElement {
    const { filters, given, buttons = [] } = this.options;
    const fields = filters.map((filter) => {
      const value = given[filter.name] ?? "";
      const field = filter.choices
        ? choiceField(filter.label, [["", a("any")], ...filter.choices], value)
        : textField(filter.label, { type: filter.type ?? "search", value, max: 100 });
      if (filter.hint) field.control.setAttribute("placeholder", filter.hint);
      if (filter.choices) field.control.addEventListener("change", () => apply());
      return { filter, field };
    });
    const apply = () => {
      this.filters = Object.fromEntries(fields.map(({ filter, field }) => [filter.name, field.control.value.trim()]));
      this.cursors = [""];
      this.options.onFilter?.(this.filters);
      void this.load();
    };
    const submit = (event: Event) => {
      event.preventDefault();
      apply();
    };
    return element(
      "form",
      { class: "list-filters", role: "search", "aria-label": a("filter"), onsubmit: submit },
      ...fields.map(({ field }) => field.box),
      filters.length > 0 && element("button", { type: "submit", class: "button button-quiet" }, a("find")),
      element("button", { type: "button", class: "button button-quiet", onclick: () => void this.load() }, a("refresh")),
      ...buttons,
    );
  }

  private draw(page: Page<Item>): void {
    const { columns, key } = this.options;
    const row = (item: Item) =>
      element(
        "tr",
        { "data-key": key(item) },
        ...columns.map(({ name, cell }) => {
          const content = cell(item);
          return element("td", { "data-name": name }, ...(Array.isArray(content) ? content : [content]));
        }),
      );
    const head = element("thead", {}, element("tr", {}, ...columns.map(({ name }) => element("th", { scope: "col" }, name))));
    const isEmpty = page.items.length === 0;
    fill(
      this.body,
      isEmpty ? element("p", { class: "quiet list-empty" }, a("empty")) : element("table", {}, head, element("tbody", {}, ...page.items.map(row))),
    );
    this.drawFoot(page);
  }

  private drawFoot(page: Page<Item>): void {
    const turn = (cursors: string[]) => {
      this.cursors = cursors;
      void this.load().then(() => this.place.scrollIntoView({ block: "start" }));
    };
    const button = (text: string, isOn: boolean, run: () => void) =>
      element("button", { type: "button", class: "button button-quiet", disabled: !isOn, onclick: run }, text);
    const isAlone = this.cursors.length === 1 && page.next === null;
    const { length } = this.cursors;
    fill(
      this.foot,
      element("p", { class: "quiet", role: "status" }, a("pageIs", { page: length, count: page.items.length })),
      !isAlone && button(a("previous"), length > 1, () => turn(this.cursors.slice(0, -1))),
      !isAlone && button(a("next"), page.next !== null, () => turn([...this.cursors, String(page.next)])),
    );
  }
}

/** A small button of a row. `label` says of what, for those who listen. */
export function rowButton(text: string, label: string, run: () => void, isDanger = false): HTMLElement {
  const name = isDanger ? "row-button row-danger" : "row-button";
  return element("button", { type: "button", class: name, "aria-label": `${text} ${label}`, onclick: run }, text);
}
