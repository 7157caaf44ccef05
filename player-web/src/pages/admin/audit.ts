// Who did what, when.

import { addressWith, ask } from "../../api/ask";
import { momentText } from "../../text/moment";
import { element } from "../../ui/dom";
import { List } from "./list";
import { a, named, type Desk } from "./texts";

interface Entry {
  id: number;
  at: string;
  actor: string;
  kind: string;
  record_id: string;
  action: string;
  changes: Record<string, [string | null, string | null]>;
}

const KINDS = ["course", "institution", "lecturer", "room", "collection", "attachment", "division", "person", "asset"];

/** The day of a date field as moments of the place where the page is looked at. */
function dayStart(day: string, plusDays: number): string {
  const date = new Date(`${day}T00:00:00`);
  if (Number.isNaN(date.getTime())) return "";
  date.setDate(date.getDate() + plusDays);
  return date.toISOString();
}

export function auditSection(desk: Desk, given: Record<string, string>): HTMLElement {
  const list = new List<Entry>(desk, {
    given,
    filters: [
      { name: "actor", label: a("who"), hint: a("auditWhoHint") },
      { name: "kind", label: a("record"), choices: KINDS.map((kind) => [kind, named("audit", kind)]) },
      { name: "since", label: a("since"), type: "date" },
      { name: "until", label: a("until"), type: "date" },
    ],
    columns: [
      { name: a("when"), cell: (entry) => momentText(entry.at) },
      { name: a("who"), cell: (entry) => entry.actor.replace(/^person:/, "") },
      { name: a("what"), cell: (entry) => named("did", entry.action) },
      { name: a("record"), cell: (entry) => [element("span", {}, named("audit", entry.kind)), element("small", { class: "quiet" }, entry.record_id)] },
      { name: a("changes"), cell: changesCell },
    ],
    key: (entry) => String(entry.id),
    load: async (filters, cursor) => {
      const { since = "", until = "", ...others } = filters;
      const times = { since: since && dayStart(since, 0), until: until && dayStart(until, 1) };
      const page = await ask<{ items: Entry[]; before: number | null }>("GET", addressWith("/api/v1/audit", { ...others, ...times, before: cursor }));
      return { items: page.items, next: page.before };
    },
  });
  return list.place;
}

function changesCell(entry: Entry): Node | string {
  const changes = Object.entries(entry.changes);
  if (changes.length === 0) return "";
  const value = (text: string | null) => text || a("none");
  const lines = changes.map(([field, [before, after]]) =>
    element("li", {}, a("changeOf", { field, before: value(before), after: value(after) })),
  );
  return element("details", {}, element("summary", {}, a("showChanges", { count: changes.length })), element("ul", {}, ...lines));
}
