// Elder mode's own page: yesterday's lesson first, one key each, read aloud.

import { t } from "../i18n/language";
import { takePositions } from "../player/positions";
import { loadTable, unfinished } from "../player/resume";
import { clock } from "../text/duration";
import { byId } from "../ui/dom";
import { keepShell } from "../ui/page";
import { speakButton } from "../ui/speech";
import { lessonAddress, markWatched } from "../ui/watched";

const CHOICES_MAX = 5;

/** The lesson watched last becomes the first choice; the last topic gives way, so that there are no more than five. */
function offerContinue(): void {
  const place = document.getElementById("continue");
  const lesson = unfinished(loadTable(), 1)[0];
  if (!place || !lesson) return;
  const link = byId("continue-link") as HTMLAnchorElement;
  link.href = `${lessonAddress(lesson)}&play=1`;
  byId("continue-text").textContent = `${lesson.of.title} · ${t("nowAt", { time: clock(lesson.position) })}`;
  place.hidden = false;
  document.getElementById("more-topics")?.classList.remove("choice-wide");
  const topics = [...document.querySelectorAll("[data-topic]")];
  if (document.querySelectorAll("[data-choice]").length > CHOICES_MAX) topics[topics.length - 1]?.remove();
  if (document.activeElement === document.body) link.focus({ preventScroll: true });
}

function texts(): string[] {
  return [...document.querySelectorAll<HTMLElement>("[data-read]")]
    .filter((each) => each.offsetParent !== null)
    .map((each) => each.textContent ?? "");
}

function dress(): void {
  offerContinue();
  markWatched(document);
}

dress();
void takePositions().then((isNew) => isNew && dress());
byId("reader").append(speakButton(texts, t("speakStart")));
keepShell();
