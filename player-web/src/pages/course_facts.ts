// The table of facts beside a course.

import type { CourseDetail, Lesson } from "../api/types";
import { language, t } from "../i18n/language";
import { spokenDuration } from "../text/duration";
import { audienceName, categoryName, kindName, languageName, qualityText } from "../text/labels";
import { element } from "../ui/dom";

/** Facts that are not known are left out. */
export function courseFacts(course: CourseDetail, lesson: Lesson): HTMLElement {
  const shown = language();
  const { asset } = lesson;
  const rows: [string, string | HTMLElement][] = [
    [t("factCategory"), categoryLink(course)],
    [t("factKind"), asset.kind === "audio" ? t("audioOnly") : kindName(course.kind, shown)],
    [t("factInstitution"), course.institution ?? ""],
    [t("factAudience"), course.audiences.map((slug) => audienceName(slug, shown)).join(shown === "en" ? ", " : "、")],
    [t("factDuration"), spokenDuration(course.duration, shown)],
    [t("factLanguage"), course.language ? languageName(course.language, shown) : ""],
    [t("factQuality"), qualityText(asset.tracks)],
    [t("factCaptions"), asset.captions.map((caption) => caption.label).join(shown === "en" ? ", " : "、")],
    [t("factTags"), course.tags.join(shown === "en" ? ", " : "、")],
    [t("factAdded"), addedDate(course.created_at)],
  ];
  const pairs = rows
    .filter(([, value]) => value !== "")
    .map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value)));
  return element(
    "section",
    { class: "panel facts", "aria-labelledby": "facts-title" },
    element("h2", { id: "facts-title" }, t("facts")),
    element("dl", {}, ...pairs),
  );
}

function categoryLink(course: CourseDetail): string | HTMLElement {
  if (!course.category) return "";
  const href = `/?category=${encodeURIComponent(course.category)}`;
  return element("a", { href }, categoryName(course.category, language()));
}

function addedDate(moment: string): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return "";
  return new Intl.DateTimeFormat(language(), { dateStyle: "long" }).format(date);
}
