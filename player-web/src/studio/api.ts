// The routes that the studio uses. Each failure is a StudioError; status 0 means that no answer came.

import type { Asset } from "../api/types";
import { language } from "../i18n/language";
import type { Value } from "./merge";

export class StudioError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
  ) {
    super(detail || `HTTP ${status}`);
    this.name = "StudioError";
  }
}

export interface Review {
  at: string;
  decision: "approve" | "return";
  remark: string;
}
export type CourseStatus = "draft" | "review" | "published" | "withdrawn";

export interface StudioCourse {
  id: string;
  title: string;
  status: CourseStatus;
  rights?: string[];
  poster: string | null;
  lesson_count: number;
  making_count: number;
  failed_count: number;
  updated_at: string;
  institution: string;
  category: string;
}

export interface StudioLesson {
  id: string;
  title: string;
  position: number;
  asset: Asset;
  sign_asset: Asset | null;
}

/** A lesson in a new order. */
export interface LessonOrder {
  id?: string;
  asset_id?: string;
  title?: string;
  sign_asset_id?: string | null;
}

export interface Attachment {
  id: string;
  title: string;
  name: string;
  size: number;
  url: string;
}

export interface EditedCourse extends Omit<StudioCourse, "making_count" | "failed_count"> {
  visible_to?: string;
  audiences: string[];
  tags: string[];
  lecturers: string[];
  lecturer_ids: string[];
  lessons: StudioLesson[];
  attachments: Attachment[];
  [field: string]: unknown;
}

export interface Person {
  name: string;
  roles: { role: string; division: string | null; institution_id: string | null }[];
}

export interface Named {
  id: string;
  name: string;
  title?: string;
}

export interface ChapterList {
  own: boolean;
  items: { start: number; title: string }[];
}

export interface ImportJob {
  id: string;
  name: string;
  dry_run: boolean;
  state: "waiting" | "running" | "done" | "failed" | "cancelled";
  rows_total: number;
  rows_done: number;
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
  error: string | null;
}

export interface ImportRow {
  line: number;
  title: string;
  message: string | null;
}

/** What was read, with the version that an edit starts from. */
export interface Versioned<T> {
  value: T;
  tag: string;
}

interface Ask {
  body?: BodyInit;
  json?: unknown;
  type?: string;
  match?: string | null; // If-Match; null: If-None-Match: *
}

const TIMEOUT_MS = 30000;

async function send(method: string, url: string, ask: Ask = {}): Promise<Response> {
  const headers: Record<string, string> = { "Accept-Language": language, Accept: "*/*" };
  if (ask.json !== undefined) headers["Content-Type"] = "application/json";
  else if (ask.type) headers["Content-Type"] = ask.type;
  if (ask.match) headers["If-Match"] = ask.match;
  else if (ask.match === null) headers["If-None-Match"] = "*";
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), TIMEOUT_MS);
  try {
    const body = ask.json !== undefined ? JSON.stringify(ask.json) : (ask.body ?? null);
    const answer = await fetch(url, { method, headers, body, signal: limit.signal, cache: "no-cache" });
    if (!answer.ok) throw await problemOf(answer);
    return answer;
  } catch (error) {
    throw error instanceof StudioError ? error : new StudioError(0, "", "");
  } finally {
    clearTimeout(timer);
  }
}

async function problemOf(answer: Response): Promise<StudioError> {
  const problem = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string };
  return new StudioError(answer.status, problem.code ?? "", problem.detail ?? "");
}

async function read<T>(method: string, url: string, ask?: Ask): Promise<Versioned<T>> {
  const answer = await send(method, url, ask);
  return { value: (await answer.json()) as T, tag: answer.headers.get("ETag") ?? "" };
}

const courseUrl = (id: string) => `/api/v1/courses/${encodeURIComponent(id)}`;
const assetUrl = (id: string) => `/api/v1/assets/${encodeURIComponent(id)}`;

export const api = {
  async person(): Promise<Person | null> {
    return (await read<{ person: Person | null }>("GET", "/api/v1/session")).value.person;
  },

  async courses(status: string, text: string, cursor: string | null): Promise<{ items: StudioCourse[]; next: string | null }> {
    const query = new URLSearchParams({ limit: "30" });
    if (status) query.set("status", status);
    if (text) query.set("q", text);
    if (cursor) query.set("cursor", cursor);
    return (await read<{ items: StudioCourse[]; next: string | null }>("GET", `/api/v1/studio/courses?${query}`)).value;
  },

  course: (id: string) => read<EditedCourse>("GET", courseUrl(id)),
  createCourse: (fields: Record<string, Value>) => read<EditedCourse>("POST", "/api/v1/courses", { json: fields }),
  patchCourse: (id: string, tag: string, fields: Record<string, unknown>) =>
    read<EditedCourse>("PATCH", courseUrl(id), { json: fields, match: tag }),
  /** What reviewers said of it, newest first. */
  async reviews(id: string): Promise<Review[]> {
    return (await read<{ items: Review[] }>("GET", `${courseUrl(id)}/reviews`)).value.items;
  },
  /** Back to its teacher, who reads why. */
  giveBack: (id: string, tag: string, remark: string) => send("POST", `${courseUrl(id)}/reviews`, { json: { decision: "return", remark }, match: tag }),
  deleteCourse: (id: string, tag: string) => send("DELETE", courseUrl(id), { match: tag }),
  putLessons: (id: string, tag: string, lessons: LessonOrder[]) =>
    read<EditedCourse>("PUT", `${courseUrl(id)}/lessons`, { json: lessons, match: tag }),
  async asset(id: string): Promise<Asset> {
    return (await read<Asset>("GET", assetUrl(id))).value;
  },

  async institutions(query: string): Promise<Named[]> {
    return (await read<{ items: Named[] }>("GET", `/api/v1/institutions?limit=200${query}`)).value.items;
  },
  async institution(id: string): Promise<Named> {
    return (await read<Named>("GET", `/api/v1/institutions/${encodeURIComponent(id)}`)).value;
  },
  async lecturers(text: string): Promise<Named[]> {
    return (await read<{ items: Named[] }>("GET", `/api/v1/lecturers?limit=20&q=${encodeURIComponent(text)}`)).value.items;
  },

  async captions(asset: string, tongue: string): Promise<Versioned<string> | null> {
    try {
      const answer = await send("GET", `${assetUrl(asset)}/captions/${tongue}`);
      return { value: await answer.text(), tag: answer.headers.get("ETag") ?? "" };
    } catch (error) {
      if (error instanceof StudioError && error.status === 404) return null;
      throw error;
    }
  },
  putCaptions: (asset: string, tongue: string, tag: string | null, body: BodyInit, type: string) =>
    read<{ cues: number; encoding: string }>("PUT", `${assetUrl(asset)}/captions/${tongue}`, { body, type, match: tag }),
  deleteCaptions: (asset: string, tongue: string, tag: string) =>
    send("DELETE", `${assetUrl(asset)}/captions/${tongue}`, { match: tag }),
  chapters: (asset: string) => read<ChapterList>("GET", `${assetUrl(asset)}/chapters`),
  putChapters: (asset: string, tag: string, items: { start: number; title: string }[]) =>
    read<ChapterList>("PUT", `${assetUrl(asset)}/chapters`, { json: items, match: tag }),
  putPoster: (asset: string, picture: Blob) => send("PUT", `${assetUrl(asset)}/poster`, { body: picture, type: "image/jpeg" }),

  async beginImport(file: File, isTrial: boolean, institution: string): Promise<ImportJob> {
    const query = new URLSearchParams({ kind: "courses", name: file.name, dry_run: String(isTrial) });
    if (institution) query.set("institution_id", institution);
    const type = /\.csv$/i.test(file.name) ? "text/csv" : "application/octet-stream";
    return (await read<ImportJob>("POST", `/api/v1/imports?${query}`, { body: file, type })).value;
  },
  async import(id: string): Promise<ImportJob> {
    return (await read<ImportJob>("GET", `/api/v1/imports/${id}`)).value;
  },
  async failedRows(id: string): Promise<ImportRow[]> {
    return (await read<{ items: ImportRow[] }>("GET", `/api/v1/imports/${id}/rows?failed=true&limit=200`)).value.items;
  },

  renameAttachment: (id: string, title: string) =>
    send("PATCH", `/api/v1/attachments/${encodeURIComponent(id)}`, { json: { title }, match: "*" }),
  deleteAttachment: (id: string) => send("DELETE", `/api/v1/attachments/${encodeURIComponent(id)}`, { match: "*" }),
};
