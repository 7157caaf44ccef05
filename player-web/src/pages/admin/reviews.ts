// Courses that wait for a review: approved, or returned with a remark that the teacher reads.

import { addressWith, ask, askTagged, Refusal } from "../../api/ask";
import { momentText } from "../../text/moment";
import { confirmFirst, openDialog } from "../../ui/dialog";
import { element } from "../../ui/dom";
import { proseField } from "../../ui/fields";
import { List, rowButton, type Page } from "./list";
import { a, type Desk } from "./texts";

interface Course {
  id: string;
  title: string;
  institution: string;
  version: number;
  updated_at: string;
  lesson_count: number;
}

const REMARK_MAX = 2000;

export function reviewsSection(desk: Desk, given: Record<string, string>): HTMLElement {
  /** Decides about the version that is listed: what was changed meanwhile has to be looked at first. */
  const decide = async (course: Course, decision: "approve" | "return", remark: string) => {
    const done = await desk.tell(async () => {
      const { json, etag } = await askTagged<Course>("GET", `/api/v1/courses/${course.id}`);
      if (json.version !== course.version) throw new Refusal(412, "precondition", a("staleSame"));
      await askTagged("POST", `/api/v1/courses/${course.id}/reviews`, { decision, remark }, etag);
      return decision === "approve" ? a("approved") : a("givenBack");
    });
    await list.load();
    return done;
  };
  const approve = async (course: Course) => {
    const text = a("approveSure", { name: course.title });
    if (await confirmFirst({ title: a("approve"), text, yes: a("approve"), no: a("cancel") })) await decide(course, "approve", "");
  };
  const giveBack = (course: Course) => {
    const remark = proseField(a("remark"), { id: "remark", required: true, hint: a("remarkHint"), max: REMARK_MAX });
    const submit = (event: Event) => {
      event.preventDefault();
      void decide(course, "return", remark.control.value).then((isDone) => isDone && close());
    };
    const form = element("form", { class: "form", onsubmit: submit }, remark.box, element("button", { type: "submit", class: "button" }, a("giveBack")));
    const close = openDialog(a("giveBackTitle", { name: course.title }), a("close"), [form]);
  };
  const list: List<Course> = new List<Course>(desk, {
    given,
    filters: [{ name: "q", label: a("course") }],
    columns: [
      { name: a("course"), cell: (course) => element("a", { href: `/course/${course.id}` }, course.title) },
      { name: a("institution"), cell: (course) => course.institution || a("noInstitution") },
      { name: a("edited"), cell: (course) => momentText(course.updated_at) },
      {
        name: a("actions"),
        cell: (course) => [
          rowButton(a("approve"), course.title, () => void approve(course)),
          rowButton(a("giveBack"), course.title, () => giveBack(course), true),
        ],
      },
    ],
    key: (course) => course.id,
    load: (filters, cursor) => ask<Page<Course>>("GET", addressWith("/api/v1/studio/courses", { ...filters, status: "review", cursor })),
  });
  return list.place;
}
