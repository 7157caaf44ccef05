// The shapes of the HTTP API that the pages read. Times are in seconds, sizes in bytes.

export type AssetState = "queued" | "playable" | "ready" | "failed";

export interface CaptionTrack {
  language: string;
  label: string;
  url: string;
}

export interface MediaTrack {
  name: string;
  kind: string;
  codec: string;
  width?: number;
  height?: number;
  frame_rate?: number;
  segments: number;
  segments_total: number;
  progress: number;
}

export interface Chapter {
  start: number;
  title: string;
}

export interface Asset {
  id: string;
  state: AssetState;
  progress: number;
  speed: number | null; // seconds of it made per second
  eta_s: number | null;
  encoded: number;
  duration: number | null;
  error: string | null;
  error_code: string | null;
  kind: "video" | "audio";
  has_audio: boolean;
  source: { name: string; size: number } | null;
  poster: string | null;
  playlist: string | null;
  storyboard: string | null; // WebVTT of thumbnails
  chapters: Chapter[];
  captions: CaptionTrack[];
  tracks: MediaTrack[];
}

export interface Lesson {
  id: string;
  title: string;
  position: number;
  asset: Asset;
  sign_asset: Asset | null; // the interpreter in sign language
}

export interface Suggestion {
  text: string;
  kind: "title" | "tag";
}

/** What the server writes into the page of a course. */
export interface CourseData {
  id: string;
  title: string;
  poster: string | null;
  category: string | null;
  language: string | null;
  lessons: Lesson[];
  lesson: string; // the one that the page shows
  duration: number | null;
}

/** Where somebody was in a lesson, of /api/v1/me/positions; `age` in seconds. */
export interface Position {
  lesson: string;
  lesson_title: string;
  course: string;
  course_title: string;
  lesson_count: number;
  asset: string;
  poster: string | null;
  position: number;
  duration: number;
  age: number;
}
