// Lessons that are made, wait or failed, with what can be done about them.

import { addressWith, ask } from "../../api/ask";
import { momentText } from "../../text/moment";
import { confirmFirst } from "../../ui/dialog";
import { element } from "../../ui/dom";
import { List, rowButton, type Page } from "./list";
import { a, named, type Desk } from "./texts";

interface Job {
  asset: string;
  course: string | null;
  course_title: string;
  lesson_title: string;
  file: string;
  institution: string;
  state: "waiting" | "making" | "paused" | "failed" | "ready";
  progress: number;
  error: string | null;
  error_detail: string | null;
  jobs_waiting: number;
  jobs_running: number;
  jobs_done: number;
  may_manage: boolean;
  created_at: string;
}

const STATES = ["failed", "making", "waiting", "paused", "ready"];

function titleOf(job: Job): string {
  const { course_title: course, lesson_title: lesson, file } = job;
  if (!course) return file;
  return lesson && lesson !== course ? `${course} · ${lesson}` : course;
}

export function jobsSection(desk: Desk, given: Record<string, string>): HTMLElement {
  const act = async (job: Job, action: string, done: string, question?: string) => {
    if (question && !(await confirmFirst({ title: titleOf(job), text: question, yes: a("sure"), no: a("close") }))) return;
    await desk.tell(async () => {
      await ask("POST", `/api/v1/jobs/${job.asset}/${action}`);
      return done;
    });
    await list.load();
  };
  const list: List<Job> = new List<Job>(desk, {
    given,
    filters: [
      { name: "q", label: a("lesson") },
      { name: "state", label: a("state"), choices: STATES.map((state) => [state, named("job", state)]) },
    ],
    columns: [
      { name: a("lesson"), cell: lessonCell },
      { name: a("institution"), cell: (job) => job.institution || a("noInstitution") },
      { name: a("state"), cell: stateCell },
      { name: a("takenIn"), cell: (job) => momentText(job.created_at) },
      { name: a("actions"), cell: (job) => actions(job, act) },
    ],
    key: (job) => job.asset,
    load: (filters, cursor) => ask<Page<Job>>("GET", addressWith("/api/v1/jobs", { ...filters, cursor })),
    onFilter: (filters) => desk.go("jobs", filters),
  });
  return list.place;
}

function lessonCell(job: Job): Node[] {
  const title = titleOf(job);
  const name = job.course ? element("a", { href: `/course/${job.course}` }, title) : element("span", {}, title);
  return [name, element("small", { class: "quiet" }, job.file)];
}

function stateCell(job: Job): Node[] {
  const isMoving = job.state === "making" || job.state === "paused" || (job.state === "waiting" && job.progress > 0);
  const percent = Math.floor(job.progress * 100);
  const cells: Node[] = [element("span", { class: `state state-${job.state}` }, named("job", job.state), isMoving && ` ${percent}%`)];
  if (isMoving) {
    const left = job.jobs_waiting + job.jobs_running;
    cells.push(element("small", { class: "quiet" }, a("jobParts", { done: job.jobs_done, left })));
  }
  if (job.error) cells.push(element("small", {}, job.error));
  if (job.error_detail) cells.push(element("small", { class: "quiet detail" }, job.error_detail));
  return cells;
}

function actions(job: Job, act: (job: Job, action: string, done: string, question?: string) => Promise<void>): Node[] {
  const title = titleOf(job);
  const isOpen = job.state === "waiting" || job.state === "making" || job.state === "paused";
  const found: Node[] = [];
  if (job.state === "failed") found.push(rowButton(a("retry"), title, () => void act(job, "retry", a("retryDone"))));
  if (isOpen && job.may_manage) {
    if (job.state !== "paused") found.push(rowButton(a("raise"), title, () => void act(job, "raise", a("raised"))));
    if (job.state === "paused") found.push(rowButton(a("resume"), title, () => void act(job, "resume", a("resumed"))));
    else found.push(rowButton(a("pause"), title, () => void act(job, "pause", a("paused"))));
  }
  if (isOpen) {
    const question = a("cancelSure", { name: title });
    found.push(rowButton(a("cancelJob"), title, () => void act(job, "cancel", a("cancelled"), question), true));
  }
  return found;
}
