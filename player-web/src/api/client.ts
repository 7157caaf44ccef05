// The HTTP API as functions. Every failure is an ApiError; status 0 means that no answer came at all.

import type { Asset, CourseDetail, CoursePage, CourseQuery } from "./types";

const TIMEOUT_MS = 15000;
export const PAGE_SIZE = 24;

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
  ) {
    super(detail || `HTTP ${status}`);
    this.name = "ApiError";
  }
}

export class ApiClient {
  /** `language` is asked for each request, so that a switch of language takes effect at once. */
  constructor(private readonly language: () => string) {}

  courses(query: CourseQuery, cursor: string | null, signal?: AbortSignal): Promise<CoursePage> {
    const parameters = new URLSearchParams({ limit: String(PAGE_SIZE) });
    if (query.q) parameters.set("q", query.q);
    parameters.set("sort", query.sort);
    if (query.category) parameters.set("category", query.category);
    if (cursor) parameters.set("cursor", cursor);
    return this.get<CoursePage>(`/api/v1/courses?${parameters}`, signal);
  }

  course(id: string, signal?: AbortSignal): Promise<CourseDetail> {
    return this.get<CourseDetail>(`/api/v1/courses/${encodeURIComponent(id)}`, signal);
  }

  asset(id: string, signal?: AbortSignal): Promise<Asset> {
    return this.get<Asset>(`/api/v1/assets/${encodeURIComponent(id)}`, signal);
  }

  private async get<T>(url: string, signal?: AbortSignal): Promise<T> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), TIMEOUT_MS);
    const forward = () => timeout.abort();
    signal?.addEventListener("abort", forward);
    try {
      const headers = { Accept: "application/json", "Accept-Language": this.language() };
      const response = await fetch(url, { headers, signal: timeout.signal, cache: "no-cache" });
      if (!response.ok) throw new ApiError(response.status, await problemDetail(response));
      return (await response.json()) as T;
    } catch (error) {
      if (error instanceof ApiError || signal?.aborted) throw error;
      throw new ApiError(0, "");
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", forward);
    }
  }
}

/** The sentence of an RFC 9457 problem document; empty when the answer is none. */
async function problemDetail(response: Response): Promise<string> {
  try {
    const problem = (await response.json()) as { detail?: unknown; title?: unknown };
    const text = problem.detail ?? problem.title;
    return typeof text === "string" ? text : "";
  } catch {
    return "";
  }
}
