// The cues of a WebVTT file as plain text, for the transcript. Pure; takes any text.

export interface Cue {
  start: number; // seconds
  end: number;
  text: string;
}

const TIMES = /^((?:\d+:)?\d{2}:\d{2}[.,]\d{3})[ \t]+-->[ \t]+((?:\d+:)?\d{2}:\d{2}[.,]\d{3})/;
const ENTITIES: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&lrm;": "", "&rlm;": "" };

/** Cues in their order; what is not one is passed over. Lines of a cue are joined, tags are left out. */
export function parseCues(text: string): Cue[] {
  const cues: Cue[] = [];
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  for (let at = 0; at < lines.length; at += 1) {
    const times = TIMES.exec(lines[at]!);
    if (!times) continue;
    const words: string[] = [];
    while (at + 1 < lines.length && lines[at + 1] !== "" && lines[at + 1]!.indexOf("-->") < 0) words.push(lines[(at += 1)]!);
    const plain = plainText(words.join(" "));
    if (plain) cues.push({ start: seconds(times[1]!), end: seconds(times[2]!), text: plain });
  }
  return cues;
}

function plainText(text: string): string {
  return text
    .replace(/<[^>]*>/g, "")
    .replace(/&\w+;/g, (entity) => ENTITIES[entity] ?? entity)
    .trim();
}

function seconds(clock: string): number {
  return clock
    .replace(",", ".")
    .split(":")
    .reduce((sum, part) => sum * 60 + Number(part), 0);
}
