// A notice in place of content: what happened and what to do about it.

import { ApiError } from "../api/client";
import { t } from "../i18n/language";
import { element } from "./dom";
import { icon } from "./icons";

export interface NoticeOptions {
  title: string;
  text: string; // one paragraph per line
  command?: string;
  action?: { label: string; run: () => void };
  tone?: "plain" | "problem";
}

export function notice(options: NoticeOptions): HTMLElement {
  const { title, text, command, action, tone = "plain" } = options;
  return element(
    "div",
    { class: `notice notice-${tone}`, role: tone === "problem" ? "alert" : "status" },
    icon("kapok", "notice-mark"),
    element("h2", {}, title),
    ...text.split("\n").map((paragraph) => element("p", {}, paragraph)),
    command && element("pre", { class: "command", tabindex: 0 }, element("code", {}, command)),
    action && element("button", { type: "button", class: "button", onclick: action.run }, action.label),
  );
}

/** What to tell about a failed request. */
export function failureText(error: unknown): string {
  if (error instanceof ApiError && error.status > 0) {
    return error.detail || t("errorServer", { status: error.status });
  }
  return t("errorOffline");
}
