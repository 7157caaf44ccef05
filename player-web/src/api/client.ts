// The HTTP API as functions. Every failure is an ApiError; status 0 means that no answer came at all.

import type { Asset, Suggestion } from "./types";

const TIMEOUT_MS = 15000;

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
  /** Words of the server (errors, names of chapters) come in `language`. */
  constructor(private readonly language: string) {}

  suggest(text: string, signal?: AbortSignal): Promise<{ items: Suggestion[] }> {
    return this.get<{ items: Suggestion[] }>(`/api/v1/suggest?q=${encodeURIComponent(text)}`, signal);
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
      const headers = { Accept: "application/json", "Accept-Language": this.language };
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
