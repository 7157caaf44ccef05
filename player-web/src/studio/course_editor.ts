// /studio/{course}: one course with all that belongs to it.

import { s, word, type StudioKey } from "../i18n/studio";
import { element, fill } from "../ui/dom";
import { api, StudioError, type CourseStatus, type EditedCourse, type Versioned } from "./api";
import { AttachmentList } from "./attachments";
import { CourseForm } from "./course_form";
import { LessonList } from "./lesson_list";
import { button, stateChip } from "./parts";
import { ask, askRemark, failureNote, say } from "./say";
import { UploadQueue } from "./uploads";

const REMARK_MAX = 2000;

interface Way {
  to: CourseStatus;
  label: StudioKey;
  needs: "edit" | "publish";
  isMain?: boolean;
}

/** The ways between states that there are (docs/catalog.md), the main one first. */
const WAYS: Record<CourseStatus, Way[]> = {
  draft: [
    { to: "published", label: "publish", needs: "publish", isMain: true },
    { to: "review", label: "submit", needs: "edit", isMain: true },
  ],
  review: [
    { to: "published", label: "publish", needs: "publish", isMain: true },
    { to: "draft", label: "backToDraft", needs: "edit" },
  ],
  published: [{ to: "withdrawn", label: "withdraw", needs: "publish" }],
  withdrawn: [
    { to: "published", label: "publish", needs: "publish", isMain: true },
    { to: "draft", label: "backToDraft", needs: "edit" },
  ],
};

export class CourseEditor {
  private course!: Versioned<EditedCourse>;
  private form!: CourseForm;
  private lessons!: LessonList;
  private attachments!: AttachmentList;
  private uploads!: UploadQueue;
  private readonly head = element("div", { class: "studio-head" });
  private readonly panel = element("section", { class: "studio-status", "aria-label": s("stateIs") });
  private readonly remark = element("div", {});
  private readonly said = element("div", {});

  constructor(
    private readonly box: HTMLElement,
    private readonly id: string,
  ) {}

  async start(): Promise<void> {
    this.course = await api.course(this.id);
    if (!this.course.value.rights?.includes("edit")) throw new StudioError(404, "not_found", "");
    this.uploads = new UploadQueue(this.id, () => void this.reload());
    this.form = new CourseForm(this.course, (course) => this.take(course));
    this.lessons = new LessonList(this.course, this.uploads, (course) => this.take(course));
    this.attachments = new AttachmentList(this.course.value, this.uploads, () => this.reload());
    fill(this.box, this.head, this.panel, this.remark, this.said, this.lessons.box, this.form.box, this.attachments.box, this.deleteKey());
    this.showHead();
    void this.showRemark();
    window.addEventListener("beforeunload", (event) => {
      if (this.form.isDirty || this.lessons.isDirty || this.uploads.isBusy) {
        event.preventDefault();
        event.returnValue = s("leaveWarning"); // older browsers ask only so
      }
    });
  }

  /** Why a reviewer gave the course back, while it is a draft. */
  private async showRemark(): Promise<void> {
    const isDraft = this.course.value.status === "draft";
    const [last] = isDraft ? await api.reviews(this.id).catch(() => []) : [];
    if (last?.decision !== "return" || !last.remark) return fill(this.remark);
    const day = new Date(last.at).toLocaleDateString(document.documentElement.lang);
    fill(this.remark, element("div", { class: "notice studio-remark" }, element("strong", {}, s("returned", { day })), element("p", {}, last.remark)));
  }

  private async reload(): Promise<void> {
    try {
      this.take(await api.course(this.id));
    } catch (error) {
      fill(this.said, failureNote(error));
    }
  }

  private take(course: Versioned<EditedCourse>): void {
    this.course = course;
    this.form.take(course);
    this.lessons.take(course);
    this.attachments.show(course.value.attachments);
    this.showHead();
    void this.showRemark();
  }

  private showHead(): void {
    const { title, status, rights = [], lessons } = this.course.value;
    document.title = `${title} · ${s("title")}`;
    const crumb = element("p", { class: "studio-crumb" }, element("a", { href: "/studio" }, `‹ ${s("backToList")}`));
    fill(this.head, element("div", {}, crumb, element("h1", {}, title)));
    const ways = WAYS[status].filter((way) => rights.includes(way.needs));
    const shown = ways.filter((way) => !(way.to === "review" && rights.includes("publish")));
    const isEmpty = lessons.length === 0;
    fill(
      this.panel,
      element("div", { class: "studio-status-words" }, stateChip(status), element("p", {}, isEmpty && status === "draft" ? s("needsLesson") : s(`stateHint_${status}`))),
      element(
        "p",
        { class: "studio-actions" },
        element("a", { href: `/course/${this.id}`, class: "button button-quiet" }, s("openPage")),
        ...shown.map((way) => button(s(way.label), () => void this.go(way.to), !way.isMain, { "data-to": way.to, disabled: isEmpty && way.to !== "draft" && way.to !== "withdrawn" })),
      ),
    );
  }

  /** Another state. What stands in the form unsaved is saved first, so that it is what others see. */
  private async go(to: CourseStatus): Promise<void> {
    fill(this.said);
    if (this.form.isDirty) await this.form.save();
    if (this.form.isDirty) return; // the form says why
    const { status, rights } = this.course.value;
    const isReturned = status === "review" && to === "draft" && rights?.includes("publish"); // by who reviews, not by its teacher
    const remark = isReturned ? await askRemark(s("remarkAsk"), s("backToDraft"), REMARK_MAX) : "";
    if (remark === null) return;
    try {
      for (let round = 0; ; round += 1) {
        try {
          this.take(await this.become(to, remark));
          break;
        } catch (error) {
          if (!(error instanceof StudioError) || error.status !== 412 || round === 3) throw error;
          this.take(await api.course(this.id));
        }
      }
      say(s("becameState", { state: word("state", to) }));
      (this.panel.querySelector<HTMLElement>("button") ?? this.panel.querySelector<HTMLElement>("a"))?.focus();
    } catch (error) {
      fill(this.said, failureNote(error));
    }
  }

  private async become(to: CourseStatus, remark: string): Promise<Versioned<EditedCourse>> {
    if (!remark) return api.patchCourse(this.id, this.course.tag, { status: to });
    await api.giveBack(this.id, this.course.tag, remark);
    return api.course(this.id);
  }

  private deleteKey(): HTMLElement {
    const remove = async () => {
      const { title } = this.course.value;
      if (!(await ask(s("deleteCourseAsk", { title }), s("remove")))) return;
      try {
        await api.deleteCourse(this.id, this.course.tag);
        location.assign("/studio");
      } catch (error) {
        fill(this.said, failureNote(error));
        this.said.scrollIntoView({ block: "center" });
      }
    };
    return element("p", { class: "studio-actions studio-delete" }, button(s("deleteCourse"), () => void remove()));
  }
}
