// The shapes of the HTTP API that the pages read. Times are in seconds, sizes in bytes.

export type AssetState = "queued" | "playable" | "ready" | "failed";
export type SortOrder = "relevance" | "newest" | "popularity" | "title" | "duration";

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
}

export interface Course {
  id: string;
  title: string;
  summary: string | null;
  kind: string;
  category: string | null;
  category_name: { zh: string; en: string } | null;
  audiences: string[];
  language: string | null;
  institution: string | null;
  tags: string[];
  lesson_count: number;
  duration: number | null;
  poster: string | null;
  state: AssetState;
  progress: number;
  created_at: string;
}

export interface CourseDetail extends Course {
  lessons: Lesson[];
}

export interface FacetValue {
  value: string;
  count: number;
}

export interface CoursePage {
  items: Course[];
  next: string | null;
  total: number;
  facets: Record<string, FacetValue[]>;
}

export interface CourseQuery {
  q: string;
  category: string;
  sort: SortOrder;
}
