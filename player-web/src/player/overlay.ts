// Words over the picture: a passing note at its top, or a panel in its middle that asks for something.

import { element, fill } from "../ui/dom";

export interface PanelAction {
  label: string;
  run: () => void;
}

export interface PanelOptions {
  title: string;
  text?: string;
  actions?: PanelAction[];
  isProblem?: boolean;
}

export class Overlay {
  private readonly note = element("div", { class: "player-note", role: "status" });
  private readonly panel = element("div", { class: "player-panel", hidden: true });
  private noteTimer = 0;

  constructor(frame: HTMLElement) {
    frame.append(this.note, this.panel);
  }

  /** Shows a note; `seconds` 0 keeps it until the next call. */
  showNote(text: string, seconds: number, actions: PanelAction[] = []): void {
    clearTimeout(this.noteTimer);
    const buttons = actions.map((action) => this.button(action, () => this.hideNote(), "note-button"));
    fill(this.note, element("span", {}, text), ...buttons);
    this.note.classList.add("is-shown");
    if (seconds > 0) this.noteTimer = window.setTimeout(() => this.hideNote(), seconds * 1000);
  }

  hideNote(): void {
    clearTimeout(this.noteTimer);
    this.note.classList.remove("is-shown");
    fill(this.note);
  }

  showPanel(options: PanelOptions): void {
    const buttons = (options.actions ?? []).map((action) => this.button(action, () => this.hidePanel(), "button"));
    this.panel.setAttribute("role", options.isProblem ? "alert" : "status");
    fill(
      this.panel,
      element("h2", {}, options.title),
      options.text && element("p", {}, options.text),
      buttons.length > 0 && element("div", { class: "panel-actions" }, ...buttons),
    );
    this.panel.hidden = false;
  }

  hidePanel(): void {
    this.panel.hidden = true;
    fill(this.panel);
  }

  private button(action: PanelAction, after: () => void, className: string): HTMLElement {
    const press = () => {
      after();
      action.run();
    };
    return element("button", { type: "button", class: className, onclick: press }, action.label);
  }
}
