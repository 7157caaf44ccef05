// How much the institutions have stored, against their quotas.

import { addressWith, ask } from "../../api/ask";
import { element } from "../../ui/dom";
import { List, type Page } from "./list";
import { a, type Desk } from "./texts";

interface StorageUse {
  institution: string;
  source_bytes: number;
  derived_bytes: number;
  lesson_count: number;
  bytes_max: number | null;
  lessons_max: number | null;
  is_near: boolean;
}

const UNITS = ["B", "KB", "MB", "GB", "TB", "PB"];

/** "1.5 GB", in powers of 1024. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

export function storageSection(desk: Desk, given: Record<string, string>): HTMLElement {
  const list = new List<StorageUse>(desk, {
    given,
    filters: [{ name: "q", label: a("institution") }],
    columns: [
      { name: a("institution"), cell: (use) => use.institution || a("noInstitution") },
      { name: a("storageOf"), cell: usedCell },
      { name: a("storageSources"), cell: (use) => bytesText(use.source_bytes) },
      { name: a("storageMade"), cell: (use) => bytesText(use.derived_bytes) },
      { name: a("storageLessons"), cell: (use) => `${use.lesson_count} / ${use.lessons_max ?? a("noQuota")}` },
    ],
    key: (use) => use.institution,
    load: (filters, cursor) => ask<Page<StorageUse>>("GET", addressWith("/api/v1/storage", { ...filters, cursor })),
  });
  return list.place;
}

function usedCell(use: StorageUse): Node[] {
  const bytes = use.source_bytes + use.derived_bytes;
  const limit = use.bytes_max;
  const text = element("span", {}, `${bytesText(bytes)} / ${limit === null ? a("noQuota") : bytesText(limit)}`);
  const cells: Node[] = [text];
  if (limit !== null) cells.push(element("meter", { min: 0, max: limit, high: limit * 0.9, value: Math.min(bytes, limit), "aria-label": use.institution }));
  if (use.is_near) cells.push(element("span", { class: "state state-failed" }, a("nearQuota")));
  return cells;
}
