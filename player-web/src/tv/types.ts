// What the TV page reads of the API. Times in seconds.

import type { Asset } from "../api/types";

export interface CourseCard {
  id: string;
  title: string;
  kind: "micro" | "hd" | "textbook";
  category: string;
  category_name: { zh: string; en: string } | null;
  institution: string;
  tags: string[];
  language: string;
  lesson_count: number;
  duration: number;
  poster: string | null;
  state: string | null;
}

export interface CoursePage {
  items: CourseCard[];
  next: string | null;
  total: number;
  relaxed: boolean;
  corrected: boolean;
}

export interface TvLesson {
  id: string;
  title: string;
  asset: Asset;
}

export interface Course extends CourseCard {
  summary: string;
  lecturers: string[];
  lessons: TvLesson[];
}

export interface Person {
  id: string;
  name: string;
  division: string;
}

export interface Session {
  person: Person | null;
  room_id: string | null;
}

export interface Room {
  id: string;
  name: string;
  division: string;
}

export interface ChannelPlay {
  begin: string; // RFC 3339
  end: string;
  kind: "lesson" | "filler";
  title?: string;
  course_id?: string;
  course_title?: string;
}

export interface Channel {
  id: string;
  title: string;
  number: number;
  summary: string;
  stream?: string; // of its playlist; not there while it cannot be watched
  now?: ChannelPlay | null;
  next?: ChannelPlay | null;
}
