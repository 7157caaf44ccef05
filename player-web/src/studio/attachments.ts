// The PDF files of a course.

import { s } from "../i18n/studio";
import { element, fill } from "../ui/dom";
import { api, type Attachment, type EditedCourse } from "./api";
import { fileButton, signButton } from "./parts";
import { ask, failure, say } from "./say";
import { sizeText } from "./transfer";
import type { UploadQueue } from "./uploads";

export class AttachmentList {
  readonly box = element("section", { class: "panel studio-section", "aria-labelledby": "studio-attachments" });
  private readonly list = element("ul", { class: "studio-attachments" });

  constructor(
    course: EditedCourse,
    uploads: UploadQueue,
    private readonly changed: () => Promise<void>,
  ) {
    const canUpload = course.rights?.includes("upload") ?? false;
    fill(
      this.box,
      element("h2", { id: "studio-attachments" }, s("attachments")),
      element("p", { class: "quiet" }, s("attachmentsHint")),
      this.list,
      canUpload && fileButton(s("chooseFiles"), "application/pdf,.pdf", true, (files) => uploads.add(files, { purpose: "attachment" })),
    );
    this.show(course.attachments);
  }

  show(attachments: Attachment[]): void {
    fill(
      this.list,
      attachments.length === 0 && element("li", { class: "quiet" }, s("noAttachments")),
      ...attachments.map((each) => this.row(each)),
    );
  }

  private row(attachment: Attachment): HTMLElement {
    const title = element("input", { type: "text", maxlength: 200, value: attachment.title, "aria-label": s("attachmentTitle") });
    const rename = async () => {
      const text = title.value.trim();
      if (!text || text === attachment.title) return;
      try {
        await api.renameAttachment(attachment.id, text);
        say(s("saved"));
        await this.changed();
      } catch (error) {
        say(failure(error));
      }
    };
    const remove = async () => {
      if (!(await ask(s("deleteAttachmentAsk", { title: attachment.title }), s("remove")))) return;
      try {
        await api.deleteAttachment(attachment.id);
        await this.changed();
      } catch (error) {
        say(failure(error));
      }
    };
    title.addEventListener("change", () => void rename());
    return element(
      "li",
      { class: "studio-attachment" },
      title,
      element("a", { href: attachment.url, target: "_blank", rel: "noopener" }, `${attachment.name} · ${sizeText(attachment.size)}`),
      signButton("remove", s("deleteAttachment", { title: attachment.title }), () => void remove()),
    );
  }
}
