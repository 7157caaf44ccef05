// Joining a room with the six digits that its staff gives out.

import { ask, keepToken, type Answer } from "./ask";
import { errorText, type App, type Screen } from "./app";
import { el, key, setText, type Child } from "./dom";
import { loadSession } from "./session";
import { t } from "./text";

const DIGITS = 6;

export class RoomScreen implements Screen {
  readonly first = "digit:1";
  readonly node: HTMLElement;
  private code = "";
  private isAsking = false;
  private readonly shown = el("p", { class: "user-code", role: "status" });
  private readonly said = el("p", { class: "sign-in-said", role: "status" });

  constructor(private readonly app: App) {
    const pad: Child[] = [];
    for (let digit = 1; digit <= 9; digit++) pad.push(this.digitKey(String(digit)));
    pad.push(key("room:delete", t("roomDelete"), () => this.set(this.code.slice(0, -1)), "letter"));
    pad.push(this.digitKey("0"));
    pad.push(key("room:back", t("back"), () => app.back(), "letter"));
    this.node = el("div", { class: "screen room" }, [
      el("h2", { class: "title" }, t("roomTitle")),
      el("p", null, t("roomHint")),
      this.shown,
      el("div", { class: "pad digits", "data-g": "pad" }, pad),
      this.said,
    ]);
    this.set("");
  }

  onCharacter(character: string): boolean {
    if (!/\d/.test(character)) return false;
    this.type(character);
    return true;
  }

  private digitKey(digit: string): HTMLElement {
    return key("digit:" + digit, digit, () => this.type(digit), "letter");
  }

  private type(digit: string): void {
    if (this.isAsking || this.code.length >= DIGITS) return;
    setText(this.said, "");
    this.set(this.code + digit);
    if (this.code.length === DIGITS) this.join();
  }

  private set(code: string): void {
    this.code = code;
    let text = "";
    for (let i = 0; i < DIGITS; i++) text += (i > 0 ? " " : "") + (code.charAt(i) || "–");
    setText(this.shown, text);
  }

  private join(): void {
    this.isAsking = true;
    setText(this.said, t("loading"));
    ask("POST", "/api/v1/room-session", { code: this.code }, (answer) => {
      this.isAsking = false;
      this.onAnswer(answer);
    });
  }

  private onAnswer(answer: Answer): void {
    this.set("");
    if (answer.status !== 200) {
      const problem = answer.body as { detail?: string } | null;
      setText(this.said, (problem && problem.detail) || errorText(answer));
      return;
    }
    keepToken(null); // the room is seen by its cookie, which a token would hide
    this.app.say(t("roomJoined", { name: (answer.body as { name: string }).name }));
    loadSession((session) => {
      this.app.onIdentity(session);
      this.app.go("/");
    });
  }
}
