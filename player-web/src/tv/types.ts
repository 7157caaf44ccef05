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
