// The second factor of an account: setting it up with an authenticator, recovery codes, turning it off.

import { correction, generate } from "lean-qr/nano";
import { toSvg } from "lean-qr/extras/svg";
import { ask } from "../api/ask";
import { element, fill } from "../ui/dom";
import { textField } from "../ui/fields";
import { a, type Person, type Tell } from "./account_texts";

interface Proposal {
  secret: string;
  uri: string;
}

/** "ABCD EFGH ...": keys are easier to type so. */
export function inFours(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, "$1 ");
}

export class SecondFactor {
  readonly place = element("section", { class: "panel", id: "factor" });

  constructor(
    private readonly person: Person,
    private readonly tell: Tell,
  ) {
    this.draw();
  }

  private draw(): void {
    if (this.person.has_totp) fill(this.place, this.head(), element("p", {}, a("totpOn")), this.endForm());
    else fill(this.place, this.head(), element("p", {}, a("totpOff")), this.button("totp-begin", a("totpBegin"), () => this.propose()));
  }

  private head(): HTMLElement {
    return element("h2", {}, a("totpTitle"));
  }

  private button(id: string, text: string, run: () => Promise<string>): HTMLElement {
    return element("button", { type: "button", class: "button", id, onclick: () => void this.tell(run) }, text);
  }

  private passwordField() {
    const field = textField(a("password"), { type: "password", complete: "current-password", required: this.person.has_password });
    field.box.hidden = !this.person.has_password;
    return field;
  }

  private async propose(): Promise<string> {
    const proposal = await ask<Proposal>("POST", "/api/v1/me/totp");
    const code = textField(a("totpCode"), { id: "totp-code", complete: "one-time-code", required: true, max: 9 });
    code.control.inputMode = "numeric";
    const password = this.passwordField();
    const submit = (event: Event) => {
      event.preventDefault();
      const body = { secret: proposal.secret, code: code.control.value.replace(/\s/g, ""), password: password.control.value };
      void this.tell(async () => {
        const { recovery_codes: codes } = await ask<{ recovery_codes: string[] }>("PUT", "/api/v1/me/totp", body);
        this.person.has_totp = true;
        this.showCodes(codes);
        return a("totpOn");
      });
    };
    const drawing = toSvg(generate(proposal.uri, { minCorrectionLevel: correction.M }), document, { on: "#1c120d", pad: 4 });
    fill(
      this.place,
      this.head(),
      element("p", {}, a("totpScan")),
      element("div", { class: "share-code", role: "img", "aria-label": a("totpQr") }, drawing),
      element("p", {}, `${a("totpSecret")} `, element("code", { id: "totp-secret" }, inFours(proposal.secret))),
      element(
        "form",
        { onsubmit: submit },
        code.box,
        password.box,
        element("p", { class: "row-of-buttons" },
          element("button", { type: "submit", class: "button" }, a("totpConfirm")),
          element("button", { type: "button", class: "button button-quiet", onclick: () => this.draw() }, a("cancel"))),
      ),
    );
    code.control.focus();
    return "";
  }

  private showCodes(codes: string[]): void {
    const text = codes.map(inFours).join("\n");
    const copy = () => this.tell(async () => {
      await navigator.clipboard.writeText(text);
      return a("copied");
    });
    const head = element("h2", { tabindex: -1 }, a("recoveryTitle"));
    fill(
      this.place,
      head,
      element("p", {}, a("recoveryText")),
      element("pre", { class: "command recovery-codes", id: "recovery-codes", tabindex: 0 }, text),
      element(
        "p",
        { class: "row-of-buttons" },
        element("button", { type: "button", class: "button", onclick: () => this.draw() }, a("recoveryDone")),
        "clipboard" in navigator && element("button", { type: "button", class: "button button-quiet", onclick: () => void copy() }, a("copy")),
        element("button", { type: "button", class: "button button-quiet", onclick: () => window.print() }, a("print")),
      ),
    );
    head.focus();
  }

  private endForm(): HTMLElement {
    const password = this.passwordField();
    const submit = (event: Event) => {
      event.preventDefault();
      void this.tell(async () => {
        await ask("DELETE", "/api/v1/me/totp", { password: password.control.value });
        this.person.has_totp = false;
        this.draw();
        return a("totpEnded");
      });
    };
    return element(
      "form",
      { onsubmit: submit },
      element("p", { class: "quiet" }, a("totpEndSure")),
      password.box,
      element("button", { type: "submit", class: "button button-quiet", id: "totp-end" }, a("totpEnd")),
    );
  }
}
