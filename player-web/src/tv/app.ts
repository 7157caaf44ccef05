// The frame of the TV page: one screen at a time by the address behind "#", the keys, and the way back.

import { each, el, fill, key, setShown, type Child } from "./dom";
import { Focus } from "./focus";
import { actionOf, characterOf, type Action } from "./keys";
import type { Answer } from "./ask";
import { t } from "./text";
import type { Session } from "./types";

export interface Screen {
  node: HTMLElement;
  /** The name (data-k) of what has the focus first. */
  first: string;
  /** Keys before the page has them; true: it was for the screen. */
  onAction?(action: Action): boolean;
  onCharacter?(character: string): boolean;
  /** It is seen again after another one. */
  onReturn?(): void;
  /** It is not seen any more; `isOver`: and will not be again. */
  onLeave?(isOver: boolean): void;
  /** The whole window is its own. */
  isWhole?: boolean;
}

interface Open {
  address: string;
  screen: Screen;
  focused: string | null;
}

export type Maker = (rest: string[]) => Screen;

const DEPTH_MAX = 12; // screens that are kept for the way back
const NOTE_MS = 8000;

export class App {
  readonly focus: Focus;
  private readonly place: HTMLElement;
  private readonly open: Open[] = [];
  private readonly note: HTMLElement;
  private noteTimer = 0;
  private isEnterDown = false;
  /** For whom the page is has changed: it shows other courses. */
  onIdentity: (session: Session | null) => void = () => {};
  private isReplacing = false;

  constructor(
    readonly root: HTMLElement,
    private readonly makers: { [name: string]: Maker },
  ) {
    this.place = document.getElementById("screen")!;
    this.note = document.getElementById("note")!;
    this.focus = new Focus(root, () => this.firstNode());
    document.addEventListener("keydown", (event) => this.onKey(event));
    document.addEventListener("keyup", () => (this.isEnterDown = false));
    window.addEventListener("hashchange", () => this.show());
  }

  start(): void {
    this.show();
  }

  go(address: string): void {
    location.hash = address;
  }

  /** To where one came from; from the first screen to the home. */
  back(): void {
    if (this.open.length > 1) history.back();
    else if (this.top()!.address !== "/") this.replace("/");
  }

  /** In place of the screen that is shown: the way back does not come by it. */
  replace(address: string): void {
    this.isReplacing = true;
    location.replace("#" + address);
  }

  isShown(screen: Screen): boolean {
    const top = this.top();
    return top !== null && top.screen === screen;
  }

  /** A sentence at the foot of the window for some seconds. */
  say(text: string): void {
    clearTimeout(this.noteTimer);
    fill(this.note, [el("span", null, text)]);
    setShown(this.note, text !== "");
    this.noteTimer = window.setTimeout(() => this.say(""), NOTE_MS);
    if (text === "") clearTimeout(this.noteTimer);
  }

  private top(): Open | null {
    return this.open[this.open.length - 1] || null;
  }

  private firstNode(): HTMLElement | null {
    const top = this.top();
    if (!top) return null;
    const named = top.screen.node.querySelector('[data-k="' + top.screen.first + '"]') as HTMLElement | null;
    if (named && named.getClientRects().length > 0) return named;
    const list = top.screen.node.querySelectorAll(".f");
    for (let i = 0; i < list.length; i++) if (list[i]!.getClientRects().length > 0) return list[i] as HTMLElement;
    return this.root.querySelector(".top .f") as HTMLElement | null;
  }

  private show(): void {
    const address = location.hash.replace(/^#/, "") || "/";
    const top = this.top();
    if (top && top.address === address) {
      this.isReplacing = false;
      return;
    }
    const before = this.open[this.open.length - 2];
    const isBack = before !== undefined && before.address === address; // also when Back was faster than what replaces
    if (top && (isBack || this.isReplacing)) this.close(top);
    if (isBack) this.comeBack();
    else this.push(address);
    this.isReplacing = false;
    const shown = this.top()!;
    const isWhole = shown.screen.isWhole === true;
    this.root.className = isWhole ? "whole" : "";
    each(this.root, ".top [data-at]", (node) => {
      if (node.getAttribute("data-at") === address) node.setAttribute("aria-current", "page");
      else node.removeAttribute("aria-current");
    });
    each(this.root, ".languages a", (node) => {
      node.setAttribute("href", node.getAttribute("href")!.replace(/#.*|$/, "#" + address));
    });
    setShown(shown.screen.node, true);
    const focused = shown.focused;
    this.focus.want(focused !== null ? focused : shown.screen.first);
  }

  private push(address: string): void {
    const parts = address.split("/").slice(1).map(decodeURIComponent);
    const maker = this.makers[parts[0]!] || this.makers[""]!;
    const top = this.top();
    if (top && !this.isReplacing) this.hide(top, false);
    if (address === "/") while (this.open.length > 0) this.drop(this.open.pop()!); // nothing lies before the home
    const screen = maker(parts.slice(1));
    if (screen.node.parentNode !== this.place) this.place.appendChild(screen.node);
    this.open.push({ address, screen, focused: null });
    if (this.open.length > DEPTH_MAX) this.drop(this.open.splice(1, 1)[0]!);
  }

  private close(top: Open): void {
    this.hide(top, true);
    this.open.pop();
    this.drop(top);
  }

  private comeBack(): void {
    const screen = this.top()!.screen;
    setShown(screen.node, true);
    if (screen.onReturn) screen.onReturn();
  }

  private hide(open: Open, isOver: boolean): void {
    open.focused = this.focus.name;
    if (open.screen.onLeave) open.screen.onLeave(isOver);
    setShown(open.screen.node, false);
  }

  private drop(open: Open): void {
    if (open.screen.node.id !== "home" && open.screen.node.parentNode) this.place.removeChild(open.screen.node);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const screen = this.top()!.screen;
    const action = actionOf(event.keyCode);
    const character = action === null ? characterOf(event.keyCode) : null;
    if (action !== null && this.act(action, screen)) event.preventDefault();
    else if (character !== null && screen.onCharacter && screen.onCharacter(character)) event.preventDefault();
  }

  /** False: the key is the platform's, such as Back on the first screen. */
  private act(action: Action, screen: Screen): boolean {
    if (action === "enter" && this.isEnterDown) return true; // held down: pressed once
    if (action === "enter") this.isEnterDown = true;
    if (screen.onAction && screen.onAction(action)) return true;
    if (action === "enter") {
      this.focus.keep();
      (document.activeElement as HTMLElement).click();
      return true;
    }
    if (action === "back") {
      if (this.open.length < 2 && this.top()!.address === "/") return false;
      this.back();
      return true;
    }
    if (action !== "left" && action !== "right" && action !== "up" && action !== "down") return false;
    this.focus.move(action);
    return true;
  }
}

/** What stands on a screen while its content comes: it can have the focus, so that there is one. */
export function loadingKey(): HTMLElement {
  return el("div", { class: "loading f", tabindex: "0", "data-k": "loading", role: "status" }, t("loading"));
}

export function errorText(answer: Answer): string {
  if (answer.status === 0) return t("errorOffline");
  return answer.status === 404 ? t("errorGone") : t("errorServer", { status: answer.status });
}

/** In `place`: what went wrong, and a key that tries again. */
export function showError(place: HTMLElement, answer: Answer, retry: () => void): void {
  showMessage(place, errorText(answer), [key("retry", t("retry"), retry)]);
}

export function showMessage(place: HTMLElement, text: string, keys: Child[]): void {
  fill(place, [el("div", { class: "message", "data-g": "message", role: "status" }, [el("p", null, text), el("div", { class: "keys" }, keys)])]);
}
