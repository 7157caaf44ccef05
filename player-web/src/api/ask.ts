// Requests of the pages for signed-in people: JSON there and back, refusals as errors with the server's sentence.

import { language } from "../i18n/language";

const TIMEOUT_MS = 20000;

/** What the server refused, in words for people; status 0: no answer came. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(detail || `HTTP ${status}`);
    this.name = "Refusal";
  }
}

export interface Answer<T> {
  json: T;
  etag: string;
}

/** One request; throws a Refusal. `tag` is the version that is to be changed (If-Match). */
export async function askTagged<T>(method: string, url: string, body?: unknown, tag?: string): Promise<Answer<T>> {
  const headers: Record<string, string> = { "Accept-Language": language, Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (tag !== undefined) headers["If-Match"] = tag;
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), TIMEOUT_MS);
  try {
    const content = body === undefined ? null : JSON.stringify(body);
    const answer = await fetch(url, { method, headers, body: content, signal: timeout.signal, cache: "no-store" });
    const text = await answer.text();
    const json: unknown = text ? JSON.parse(text) : null;
    if (!answer.ok) throw refusalOf(answer.status, json);
    return { json: json as T, etag: answer.headers.get("ETag") ?? "" };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(0, "offline", "");
  } finally {
    clearTimeout(timer);
  }
}

export async function ask<T>(method: string, url: string, body?: unknown): Promise<T> {
  return (await askTagged<T>(method, url, body)).json;
}

function refusalOf(status: number, json: unknown): Refusal {
  const problem = (json ?? {}) as { code?: unknown; detail?: unknown; title?: unknown };
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  return new Refusal(status, text(problem.code), text(problem.detail) || text(problem.title));
}

/** `path` with those parameters that have a value. */
export function addressWith(path: string, parameters: Record<string, string | number | null | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== "") query.set(name, String(value));
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}
