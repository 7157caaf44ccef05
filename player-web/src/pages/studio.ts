// /studio and /studio/{course}: the teachers' studio. Who is not signed in goes to the sign-in page and comes back.

import { s } from "../i18n/studio";
import { api, StudioError } from "../studio/api";
import { CourseEditor } from "../studio/course_editor";
import { CourseList } from "../studio/course_list";
import { button } from "../studio/parts";
import { failureNote, openRegion } from "../studio/say";
import { byId, element, fill } from "../ui/dom";
import { openSearch, searchAddress } from "../ui/page";

const STAFF = ["teacher", "reviewer", "manager", "administrator"];

async function start(): Promise<void> {
  const box = byId("studio");
  const id = /^\/studio\/([^/]+)\/?$/.exec(location.pathname)?.[1];
  try {
    const person = await api.person();
    if (!person) {
      location.replace(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
      return;
    }
    if (!person.roles.some((role) => STAFF.includes(role.role))) refuse(box, s("forbidden"), s("forbiddenText"));
    else if (id) await new CourseEditor(box, decodeURIComponent(id)).start();
    else new CourseList(box, person).start();
  } catch (error) {
    if (error instanceof StudioError && error.status === 404) refuse(box, s("notFound"), "");
    else fill(box, failureNote(error), button(s("retry"), () => void start()));
  }
}

function refuse(box: HTMLElement, title: string, text: string): void {
  fill(
    box,
    element(
      "div",
      { class: "notice" },
      element("h1", {}, title),
      text && element("p", {}, text),
      element("a", { href: "/studio", class: "button button-quiet" }, s("backToList")),
    ),
  );
}

openSearch((text) => location.assign(searchAddress(text)));
openRegion();
void start();
