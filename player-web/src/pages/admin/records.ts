// Institutions, rooms, lecturers and collections: lists, and forms that tell what somebody else has changed meanwhile.

import { addressWith, ask, askTagged, Refusal } from "../../api/ask";
import { confirmFirst, openDialog } from "../../ui/dialog";
import { element, fill } from "../../ui/dom";
import { choiceField, proseField, textField } from "../../ui/fields";
import { List, rowButton, type Column, type Filter, type Page } from "./list";
import { DivisionPicker, InstitutionPicker, placeLabel, SuggestField } from "./pickers";
import { a, named, type AdminKey, type Desk } from "./texts";

type Value = string | string[] | null;
type RecordItem = { id: string; version: number } & Record<string, Value | number>;

/** How a field is shown in a form: what it holds, and its value for the server; undefined when it is none. */
interface Input {
  box: HTMLElement;
  read(): Promise<Value | undefined>;
}

interface Field {
  name: string;
  label: AdminKey;
  make(value: Value): Input;
}

interface Kind {
  plural: string;
  title: string; // name of the field that names the record
  fields: Field[];
  columns: (desk: Desk) => Column<RecordItem>[];
  filters: Filter[];
}

const INSTITUTION_KINDS = ["university", "college", "school", "centre", "other"];
const COLLECTION_KINDS = ["plain", "brand", "learning-week"];
const COURSES_FOUND_MAX = 20;

const textOf = (value: Value | number | undefined): string => (typeof value === "string" ? value : "");

function line(name: string, label: AdminKey, isRequired: boolean): Field {
  return {
    name,
    label,
    make(value) {
      const { box, control } = textField(a(label), { value: textOf(value), required: isRequired, max: 200 });
      return { box, read: () => Promise.resolve(control.value.trim()) };
    },
  };
}

function prose(name: string, label: AdminKey): Field {
  return {
    name,
    label,
    make(value) {
      const { box, control } = proseField(a(label), { value: textOf(value), max: 4000 });
      return { box, read: () => Promise.resolve(control.value.trim()) };
    },
  };
}

function word(name: string, label: AdminKey, words: string[], prefix: string): Field {
  return {
    name,
    label,
    make(value) {
      const choices = words.map((each): [string, string] => [each, named(prefix, each)]);
      const { box, control } = choiceField(a(label), choices, textOf(value) || words[0]);
      return { box, read: () => Promise.resolve(control.value) };
    },
  };
}

const division: Field = {
  name: "division",
  label: "division",
  make(value) {
    const picker = new DivisionPicker(a("division"), textOf(value));
    return { box: picker.box, read: () => Promise.resolve(picker.value) };
  },
};

const institution: Field = {
  name: "institution_id",
  label: "institution",
  make(value) {
    const picker = new InstitutionPicker(a("institution"), textOf(value));
    return { box: picker.box, read: async () => ((await picker.chosen()) ?? undefined) };
  },
};

/** The courses of a collection, in order. */
const courses: Field = {
  name: "course_ids",
  label: "courses",
  make(value) {
    const ids = Array.isArray(value) ? [...value] : [];
    const list = element("ul", { class: "chosen" });
    const entry = (id: string) => {
      const name = element("span", {}, id);
      const off = element("button", { type: "button", class: "row-button", onclick: () => take(id) }, "×");
      void ask<{ title: string }>("GET", `/api/v1/courses/${id}`).then(
        ({ title }) => {
          name.textContent = title;
          off.setAttribute("aria-label", a("takeOff", { name: title }));
        },
        () => undefined,
      );
      return element("li", {}, name, off);
    };
    const draw = () => fill(list, ...ids.map(entry));
    const take = (id: string) => {
      ids.splice(ids.indexOf(id), 1);
      draw();
    };
    const find = async (text: string): Promise<[string, string][]> => {
      const { items } = await ask<{ items: { id: string; title: string }[] }>("GET", addressWith("/api/v1/courses", { q: text, limit: COURSES_FOUND_MAX }));
      return items.map(({ id, title }) => [id, title]);
    };
    const finder = new SuggestField(a("coursesFind"), a("coursesHint"), find, (id) => {
      if (!ids.includes(id)) ids.push(id);
      finder.input.value = "";
      draw();
    });
    draw();
    return { box: element("div", {}, finder.box, list), read: () => Promise.resolve(ids) };
  },
};

const place = (item: RecordItem): Node => placeLabel("divisions", textOf(item.division) || null);
const owner = (item: RecordItem): Node => placeLabel("institutions", textOf(item.institution_id) || null);
const find = (label: AdminKey): Filter => ({ name: "q", label: a(label) });

const KINDS: Record<string, Kind> = {
  institutions: {
    plural: "institutions",
    title: "name",
    fields: [line("name", "institution", true), word("kind", "kind", INSTITUTION_KINDS, "kind"), division],
    columns: () => [
      { name: a("institution"), cell: (item) => textOf(item.name) },
      { name: a("kind"), cell: (item) => named("kind", textOf(item.kind)) },
      { name: a("division"), cell: place },
    ],
    filters: [find("institution")],
  },
  rooms: {
    plural: "rooms",
    title: "name",
    fields: [line("name", "section_rooms", true), institution, division],
    columns: () => [
      { name: a("section_rooms"), cell: (item) => textOf(item.name) },
      { name: a("institution"), cell: owner },
      { name: a("division"), cell: place },
    ],
    filters: [find("section_rooms")],
  },
  lecturers: {
    plural: "lecturers",
    title: "name",
    fields: [line("name", "name", true), line("title", "personTitle", false), institution, prose("bio", "bio")],
    columns: () => [
      { name: a("name"), cell: (item) => textOf(item.name) },
      { name: a("personTitle"), cell: (item) => textOf(item.title) },
      { name: a("institution"), cell: owner },
    ],
    filters: [find("name")],
  },
  collections: {
    plural: "collections",
    title: "title",
    fields: [line("title", "collectionTitle", true), word("kind", "kind", COLLECTION_KINDS, "collection"), prose("summary", "summary"), division, courses],
    columns: () => [
      { name: a("collectionTitle"), cell: (item) => textOf(item.title) },
      { name: a("kind"), cell: (item) => named("collection", textOf(item.kind)) },
      { name: a("courses"), cell: (item) => a("courseCount", { count: Array.isArray(item.course_ids) ? item.course_ids.length : 0 }) },
      { name: a("division"), cell: place },
    ],
    filters: [find("collectionTitle")],
  },
};

export function recordsSection(desk: Desk, section: string, given: Record<string, string>): HTMLElement {
  const kind = KINDS[section]!;
  const again = () => list.load();
  const add = element("button", { type: "button", class: "button", id: "add", onclick: () => void openForm(desk, kind, null, again) }, a("add"));
  const list: List<RecordItem> = new List<RecordItem>(desk, {
    given,
    filters: kind.filters,
    columns: [...kind.columns(desk), { name: a("actions"), cell: (item) => actions(desk, kind, item, again) }],
    key: (item) => item.id,
    load: (filters, cursor) => ask<Page<RecordItem>>("GET", addressWith(`/api/v1/${kind.plural}`, { ...filters, cursor })),
    buttons: [add],
  });
  return list.place;
}

function actions(desk: Desk, kind: Kind, item: RecordItem, again: () => Promise<void>): Node[] {
  const name = textOf(item[kind.title]);
  const found = [rowButton(a("edit"), name, () => void openForm(desk, kind, item.id, again))];
  if (kind.plural === "rooms") found.push(rowButton(a("roomCode"), name, () => void showCode(desk, item, name)));
  if (kind.plural === "rooms") found.push(rowButton(a("roomAddress"), name, () => void openAddress(desk, item, name)));
  found.push(rowButton(a("remove"), name, () => void remove(desk, kind, item, again), true));
  return found;
}

async function showCode(desk: Desk, item: RecordItem, name: string): Promise<void> {
  await desk.tell(async () => {
    const { code, expires_in: seconds } = await ask<{ code: string; expires_in: number }>("POST", `/api/v1/rooms/${item.id}/code`);
    const until = new Date(Date.now() + seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    openDialog(a("roomCode"), a("close"), [
      element("p", {}, a("roomCodeText", { name, time: until })),
      element("p", { class: "room-code" }, code),
    ]);
    return null;
  });
}

/** A new address ends the one that boxes have: it is asked for first. */
async function openAddress(desk: Desk, item: RecordItem, name: string): Promise<void> {
  const question = { title: a("roomAddress"), text: a("roomAddressSure", { name }), yes: a("roomAddressNew"), no: a("cancel") };
  if (!(await confirmFirst(question))) return;
  await desk.tell(async () => {
    const { address } = await ask<{ address: string }>("POST", `/api/v1/rooms/${item.id}/address`);
    openDialog(a("roomAddress"), a("close"), [element("p", {}, a("roomAddressText", { name })), element("p", {}, element("code", {}, address))]);
    return null;
  });
}

async function remove(desk: Desk, kind: Kind, item: RecordItem, again: () => Promise<void>): Promise<void> {
  const name = textOf(item[kind.title]);
  const question = { title: a("remove"), text: a("removeSure", { name }), yes: a("remove"), no: a("cancel") };
  if (!(await confirmFirst(question))) return;
  await desk.tell(async () => {
    const address = `/api/v1/${kind.plural}/${item.id}`;
    const { json, etag } = await askTagged<RecordItem>("GET", address);
    if (json.version !== item.version) throw new Refusal(412, "precondition", a("staleSame"));
    await askTagged("DELETE", address, undefined, etag);
    return a("removed");
  });
  await again();
}

/** The form of a record; `id` null: of a new one. */
async function openForm(desk: Desk, kind: Kind, id: string | null, again: () => Promise<void>): Promise<void> {
  const address = id ? `/api/v1/${kind.plural}/${id}` : `/api/v1/${kind.plural}`;
  let tag: string | undefined;
  let current: Partial<RecordItem> = {};
  const isThere = await desk.tell(async () => {
    if (!id) return null;
    const { json, etag } = await askTagged<RecordItem>("GET", address);
    current = json;
    tag = etag;
    return null;
  });
  if (!isThere) return;
  const inputs = kind.fields.map((field) => ({ field, input: field.make((current[field.name] as Value) ?? null), now: element("p", { class: "stale" }) }));
  const message = element("p", { class: "form-message", role: "alert" });
  const save = async () => {
    const body: Record<string, Value> = {};
    for (const { field, input } of inputs) {
      const value = await input.read();
      if (value === undefined) throw new Refusal(422, "field", a("institutionUnknown"));
      body[field.name] = field.name === "institution_id" ? value || null : value;
    }
    await askTagged(id ? "PATCH" : "POST", address, body, tag);
  };
  /** Somebody was first: their values are shown, and the next save is about theirs. */
  const showTheirs = async () => {
    const { json, etag } = await askTagged<RecordItem>("GET", address);
    for (const { field, now } of inputs) {
      const before = JSON.stringify(current[field.name] ?? null);
      const isOther = JSON.stringify(json[field.name] ?? null) !== before;
      const value = json[field.name];
      fill(now, isOther ? a("staleNow", { value: (Array.isArray(value) ? value.join(" ") : textOf(value)) || a("none") }) : "");
    }
    tag = etag;
  };
  const submit = (event: Event) => {
    event.preventDefault();
    save().then(
      () => {
        close();
        void desk.tell(() => Promise.resolve(a("saved")));
        void again();
      },
      (error: unknown) => {
        message.textContent = error instanceof Refusal && error.status > 0 ? error.message : a("offline");
        if (!(error instanceof Refusal) || error.status !== 412) return;
        message.textContent = a("stale");
        void showTheirs().catch(() => undefined);
      },
    );
  };
  const form = element(
    "form",
    { class: "form", onsubmit: submit },
    ...inputs.flatMap(({ input, now }) => [input.box, now]),
    message,
    element("button", { type: "submit", class: "button" }, a("save")),
  );
  const close = openDialog(id ? a("edit") : a("add"), a("close"), [form]);
}
