// Captions as the studio edits them: WebVTT as the server writes it, as lines with times, and back. Pure; takes any text.

export interface EditedCue {
  start: number; // seconds
  end: number;
  settings: string; // as they stood behind the times
  text: string; // as people read and write it: lines joined by "\n"; <b>, <i> and <u> are markup
}

const TIMES = /^((?:\d+:)?\d{2}:\d{2}\.\d{3})[ \t]+-->[ \t]+((?:\d+:)?\d{2}:\d{2}\.\d{3})[ \t]*(.*)$/;
const ENTITIES: [string, string][] = [
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&nbsp;", "\u00a0"],
  ["&lrm;", "\u200e"],
  ["&rlm;", "\u200f"],
  ["&amp;", "&"],
];
/** Tags that WebVTT knows. */
const TAG = /<\/?(?:b|i|u|c|v|lang|ruby|rt)(?:[.\s][^<>]*)?>/g;

export function readCues(text: string): EditedCue[] {
  const cues: EditedCue[] = [];
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  for (let at = 0; at < lines.length; at += 1) {
    const times = TIMES.exec(lines[at]!);
    if (!times) continue;
    const words: string[] = [];
    while (at + 1 < lines.length && lines[at + 1] !== "") words.push(lines[(at += 1)]!);
    const [, start, end, settings] = times;
    cues.push({ start: readClock(start!)!, end: readClock(end!)!, settings: settings!.trim(), text: toPlain(words.join("\n")) });
  }
  return cues;
}

export function writeCues(cues: EditedCue[]): string {
  const blocks = [...cues]
    .sort((a, b) => a.start - b.start)
    .map((cue) => `${vttClock(cue.start)} --> ${vttClock(cue.end)}${cue.settings ? ` ${cue.settings}` : ""}\n${toMarkup(cue.text)}\n`);
  return `WEBVTT\n\n${blocks.join("\n")}`;
}

/** Character references become characters; tags stay. */
function toPlain(text: string): string {
  return ENTITIES.reduce((result, [entity, character]) => result.split(entity).join(character), text);
}

/** What is no tag is escaped; empty lines, which would end the cue, go. */
export function toMarkup(text: string): string {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== "");
  const parts: string[] = [];
  let last = 0;
  const whole = lines.join("\n");
  for (const tag of whole.matchAll(TAG)) {
    parts.push(escaped(whole.slice(last, tag.index)), tag[0]);
    last = tag.index! + tag[0].length;
  }
  parts.push(escaped(whole.slice(last)));
  return parts.join("");
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** Seconds of "12.5", "1:02.5" or "1:02:03.25"; null for what is no time. A full stop, a comma or 。 before the fraction. */
export function readClock(text: string): number | null {
  const plain = text.trim().replace(/[：]/g, ":").replace(/[,，。]/g, ".");
  const match = /^(?:(?:(\d{1,3}):)?(\d{1,4}):)?(\d{1,5})(?:\.(\d{1,6}))?$/.exec(plain);
  if (!match) return null;
  const [, hours, minutes, seconds, fraction] = match;
  if (minutes !== undefined && Number(seconds) > 59) return null;
  if (hours !== undefined && Number(minutes) > 59) return null;
  const whole = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds);
  return Math.round((whole + Number(`0.${fraction ?? 0}`)) * 1000) / 1000;
}

/** As people edit it: "0:01.5", "1:02:03.25". */
export function writeClock(seconds: number): string {
  const [hours, minutes, rest, thousandths] = parts(seconds);
  const fraction = thousandths ? `.${pad(thousandths, 3).replace(/0+$/, "")}` : "";
  return hours > 0 ? `${hours}:${pad(minutes, 2)}:${pad(rest, 2)}${fraction}` : `${minutes}:${pad(rest, 2)}${fraction}`;
}

function vttClock(seconds: number): string {
  const [hours, minutes, rest, thousandths] = parts(seconds);
  return `${pad(hours, 2)}:${pad(minutes, 2)}:${pad(rest, 2)}.${pad(thousandths, 3)}`;
}

function parts(seconds: number): [number, number, number, number] {
  const all = Math.max(0, Math.round(seconds * 1000));
  return [Math.floor(all / 3600000), Math.floor(all / 60000) % 60, Math.floor(all / 1000) % 60, all % 1000];
}

function pad(value: number, length: number): string {
  return String(value).padStart(length, "0");
}
