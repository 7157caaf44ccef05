// The state of the home page as it stands in the address: ?q=&category=&sort=.

import type { CourseQuery, SortOrder } from "../api/types";

const SORTS: readonly SortOrder[] = ["newest", "title", "duration"];

export function parseQuery(search: string): CourseQuery {
  const parameters = new URLSearchParams(search);
  const sort = parameters.get("sort") as SortOrder | null;
  return {
    q: (parameters.get("q") ?? "").trim(),
    category: parameters.get("category") ?? "",
    sort: sort && SORTS.includes(sort) ? sort : "newest",
  };
}

/** The address of a query; defaults are left out, so that the plain home stays "/". */
export function queryAddress(query: CourseQuery): string {
  const parameters = new URLSearchParams();
  if (query.q) parameters.set("q", query.q);
  if (query.category) parameters.set("category", query.category);
  if (query.sort !== "newest") parameters.set("sort", query.sort);
  const text = parameters.toString();
  return text ? `/?${text}` : "/";
}
