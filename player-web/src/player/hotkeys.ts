// Keys of the player, for the whole page: which key means what, and which keys belong to the focused control.

export type HotkeyAction =
  | { do: "toggle-play" }
  | { do: "seek-by"; seconds: number }
  | { do: "seek-to-share"; share: number }
  | { do: "volume-by"; share: number }
  | { do: "toggle-mute" }
  | { do: "toggle-fullscreen" }
  | { do: "toggle-captions" }
  | { do: "toggle-pip" }
  | { do: "toggle-sign" }
  | { do: "speed-step"; step: 1 | -1 };

const ACTIONS = new Map<string, HotkeyAction>([
  [" ", { do: "toggle-play" }],
  ["k", { do: "toggle-play" }],
  ["ArrowLeft", { do: "seek-by", seconds: -5 }],
  ["ArrowRight", { do: "seek-by", seconds: 5 }],
  ["ArrowUp", { do: "volume-by", share: 0.1 }],
  ["ArrowDown", { do: "volume-by", share: -0.1 }],
  ["j", { do: "seek-by", seconds: -10 }],
  ["l", { do: "seek-by", seconds: 10 }],
  ["m", { do: "toggle-mute" }],
  ["f", { do: "toggle-fullscreen" }],
  ["c", { do: "toggle-captions" }],
  ["p", { do: "toggle-pip" }],
  ["s", { do: "toggle-sign" }],
  ["<", { do: "speed-step", step: -1 }],
  [">", { do: "speed-step", step: 1 }],
]);

export const SPEEDS: readonly number[] = [0.5, 0.75, 1, 1.25, 1.5, 2];

/** What a key does; null for keys that are not the player's. */
export function hotkeyAction(key: string): HotkeyAction | null {
  if (/^[0-9]$/.test(key)) return { do: "seek-to-share", share: Number(key) / 10 };
  return ACTIONS.get(key) ?? ACTIONS.get(key.toLowerCase()) ?? null;
}

/** The next speed of the list, faster (+1) or slower (-1), staying at its ends. */
export function steppedSpeed(speed: number, step: 1 | -1): number {
  if (step > 0) return SPEEDS.find((candidate) => candidate > speed + 0.01) ?? SPEEDS[SPEEDS.length - 1]!;
  return [...SPEEDS].reverse().find((candidate) => candidate < speed - 0.01) ?? SPEEDS[0]!;
}

export interface FocusedControl {
  tag: string; // upper case
  role: string;
  inputType: string;
  insidePlayer: boolean;
}

/** Whether the focused control wants the key for itself: text fields, links, buttons, menus and sliders. */
export function keyBelongsToControl(key: string, control: FocusedControl): boolean {
  const isText =
    control.tag === "TEXTAREA" || control.tag === "SELECT" || (control.tag === "INPUT" && control.inputType !== "range");
  if (isText) return true;
  if (control.role.startsWith("menu")) return true;
  const presses = key === " " || key === "Enter";
  if (presses) return ["A", "BUTTON", "SUMMARY"].includes(control.tag) || ["button", "switch"].includes(control.role);
  const isSlider = control.role === "slider" || control.inputType === "range";
  if (isSlider && key.startsWith("Arrow")) return true;
  return !control.insidePlayer && (key === "ArrowUp" || key === "ArrowDown");
}
