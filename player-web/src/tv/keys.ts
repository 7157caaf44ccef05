// What the keys of remote controls mean. Codes are `keyCode`: `key` is not there in old engines. Pure.

export type Action =
  | "left"
  | "right"
  | "up"
  | "down"
  | "enter"
  | "back"
  | "play"
  | "pause"
  | "toggle"
  | "stop"
  | "forward"
  | "rewind";

const ACTIONS: { [code: number]: Action } = {
  37: "left",
  38: "up",
  39: "right",
  40: "down",
  13: "enter",
  8: "back", // Backspace
  27: "back", // Escape
  461: "back", // webOS, HbbTV
  10009: "back", // Tizen
  415: "play",
  19: "pause",
  413: "stop",
  417: "forward",
  412: "rewind",
  10252: "toggle", // Tizen
  179: "toggle", // keyboards with media keys
};

export function actionOf(keyCode: number): Action | null {
  return ACTIONS.hasOwnProperty(keyCode) ? ACTIONS[keyCode]! : null;
}

/** The letter or digit of a key of a keyboard or of the number pad of a remote control; null for others. */
export function characterOf(keyCode: number): string | null {
  if (keyCode >= 96 && keyCode <= 105) return String(keyCode - 96);
  if ((keyCode >= 48 && keyCode <= 57) || (keyCode >= 65 && keyCode <= 90)) return String.fromCharCode(keyCode);
  return null;
}
