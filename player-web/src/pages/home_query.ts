// The state of the home page as it stands in the address: ?q=&category=&sort=.

import type { CourseQuery, SortOrder } from "../api/types";

const SORTS: readonly SortOrder[] = ["relevance", "newest", "popularity", "title", "duration"];

/** What the server sorts by when it is not told: the best first when something is looked for, else the newest. */
export function usualSort(q: string): SortOrder {
  return q ? "relevance" : "newest";
}

/** The orders that make sense: there is no best one when nothing is looked for. */
export function possibleSorts(q: string): SortOrder[] {
  return SORTS.filter((sort) => q !== "" || sort !== "relevance");
}

/** The query after a change; an order that was only the usual one follows what is looked for. */
export function changeQuery(query: CourseQuery, change: Partial<CourseQuery>): CourseQuery {
  const changed = { ...query, ...change };
  const isUsual = query.sort === usualSort(query.q) && change.sort === undefined;
  return isUsual || !possibleSorts(changed.q).includes(changed.sort)
    ? { ...changed, sort: usualSort(changed.q) }
    : changed;
}

export function parseQuery(search: string): CourseQuery {
  const parameters = new URLSearchParams(search);
  const sort = parameters.get("sort") as SortOrder | null;
  const q = (parameters.get("q") ?? "").trim();
  return {
    q,
    category: parameters.get("category") ?? "",
    sort: sort && possibleSorts(q).includes(sort) ? sort : usualSort(q),
  };
}

/** The address of a query; defaults are left out, so that the plain home stays "/". */
export function queryAddress(query: CourseQuery): string {
  const parameters = new URLSearchParams();
  if (query.q) parameters.set("q", query.q);
  if (query.category) parameters.set("category", query.category);
  if (query.sort !== usualSort(query.q)) parameters.set("sort", query.sort);
  const text = parameters.toString();
  return text ? `/?${text}` : "/";
}
