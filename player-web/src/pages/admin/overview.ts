// What needs attention, first of all.

import { ask } from "../../api/ask";
import { element, fill } from "../../ui/dom";
import { bytesText } from "./storage";
import { a, type Desk } from "./texts";

interface Overview {
  jobs: Record<"waiting" | "making" | "paused" | "failed" | "ready", number>;
  reviews: number;
  near_quota?: number;
  machine?: { workers: number; workers_short_of_space: number; free_bytes: number };
}

const DISK_LOW_BYTES = 20 * 2 ** 30;

export function overviewSection(desk: Desk): HTMLElement {
  const place = element("div", { class: "overview" }, element("p", { class: "loading", role: "status" }, a("loading")));
  void desk.tell(async () => {
    draw(place, desk, await ask<Overview>("GET", "/api/v1/overview"));
    return null;
  });
  return place;
}

function draw(place: HTMLElement, desk: Desk, found: Overview): void {
  const card = (name: string, value: string | number, section?: string, filters: Record<string, string> = {}, isUrgent = false) => {
    const open = (event: Event) => {
      event.preventDefault();
      if (section) desk.go(section, filters);
    };
    const content = [element("strong", {}, String(value)), element("span", {}, name)];
    const kind = isUrgent ? "figure figure-urgent" : "figure";
    if (!section) return element("div", { class: kind }, ...content);
    return element("a", { class: kind, href: `/admin?${new URLSearchParams({ section, ...filters }).toString()}`, onclick: open }, ...content);
  };
  const { jobs, reviews, machine } = found;
  const near = found.near_quota ?? 0;
  const urgent = [
    jobs.failed > 0 && card(a("countFailed"), jobs.failed, "jobs", { state: "failed" }, true),
    reviews > 0 && desk.session.rights.includes("publish") && card(a("countReviews"), reviews, "reviews", {}, true),
    near > 0 && card(a("countNear"), near, "storage", {}, true),
    machine && machine.workers === 0 && element("p", { class: "figure figure-urgent figure-words" }, a("noWorkers")),
    machine && machine.workers_short_of_space > 0 && element("p", { class: "figure figure-urgent figure-words" }, a("shortOfSpace")),
  ];
  const others = [
    card(a("countMaking"), jobs.making, "jobs", { state: "making" }),
    card(a("countWaiting"), jobs.waiting, "jobs", { state: "waiting" }),
    jobs.paused > 0 && card(a("countPaused"), jobs.paused, "jobs", { state: "paused" }),
    card(a("countReady"), jobs.ready, "jobs", { state: "ready" }),
    machine && card(a("workers"), machine.workers),
    machine && card(a("diskFree"), bytesText(machine.free_bytes), undefined, {}, machine.free_bytes < DISK_LOW_BYTES),
  ];
  fill(
    place,
    element("h3", {}, a("attention")),
    urgent.some(Boolean) ? element("div", { class: "figures" }, ...urgent) : element("p", { class: "quiet" }, a("allWell")),
    element("div", { class: "figures" }, ...others),
  );
}
