// Personal tokens: made once, told once, listed, withdrawn.

import { ask } from "../api/ask";
import { momentText } from "../text/moment";
import { confirmFirst } from "../ui/dialog";
import { element, fill } from "../ui/dom";
import { textField } from "../ui/fields";
import { loadCredentials, type Credential } from "./account_devices";
import { a, type AccountKey, type Tell } from "./account_texts";

const SCOPES = ["upload", "edit", "publish", "manage", "people", "figures", "host", "operate"];
const DAYS_DEFAULT = 90;
const DAYS_MAX = 400;

function nameOf(scope: string): string {
  return a(`right_${scope}` as AccountKey);
}

export class TokenList {
  readonly place = element("section", { class: "panel", id: "tokens" });
  private readonly list = element("ul", { class: "account-list" });
  private readonly made = element("div", { role: "status" });

  constructor(private readonly tell: Tell) {
    fill(this.place, element("h2", {}, a("tokensTitle")), element("p", { class: "quiet" }, a("tokensText")), this.list, this.made, this.form());
    void this.load();
  }

  private async load(): Promise<void> {
    await this.tell(async () => {
      const tokens = await loadCredentials("token");
      fill(this.list, ...(tokens.length > 0 ? tokens.map((each) => this.entry(each)) : [element("li", { class: "quiet" }, a("noTokens"))]));
      return null;
    });
  }

  private entry(token: Credential): HTMLElement {
    const scopes = token.scopes.map(nameOf).join(" · ");
    const withdraw = async () => {
      const name = token.label || token.id;
      const question = { title: a("withdraw"), text: a("withdrawToken", { name }), yes: a("sure"), no: a("cancel") };
      if (!(await confirmFirst(question))) return;
      await this.tell(async () => {
        await ask("DELETE", `/api/v1/me/credentials/${token.id}`);
        void this.load();
        return a("withdrawn");
      });
    };
    const label = a("withdrawToken", { name: token.label || token.id });
    return element(
      "li",
      {},
      element(
        "div",
        {},
        element("strong", {}, token.label || token.id),
        scopes && element("small", {}, scopes),
        element("small", { class: "quiet" }, a("madeAt", { time: momentText(token.created_at) })),
        element("small", { class: "quiet" }, a("endsAt", { time: momentText(token.expires_at) })),
      ),
      element("button", { type: "button", class: "button button-quiet", "aria-label": label, onclick: () => void withdraw() }, a("withdraw")),
    );
  }

  private form(): HTMLElement {
    const label = textField(a("tokenLabel"), { id: "token-label", required: true, max: 100 });
    const days = textField(a("tokenDays"), { id: "token-days", type: "number", value: String(DAYS_DEFAULT), required: true });
    days.control.min = "1";
    days.control.max = String(DAYS_MAX);
    const boxes = SCOPES.map((scope) => element("input", { type: "checkbox", value: scope }));
    const submit = (event: Event) => {
      event.preventDefault();
      const scopes = boxes.filter((box) => box.checked).map((box) => box.value);
      void this.tell(async () => {
        const body = { label: label.control.value, days: Number(days.control.value), scopes };
        const { token } = await ask<{ token: string }>("POST", "/api/v1/me/tokens", body);
        this.show(token);
        label.control.value = "";
        boxes.forEach((box) => (box.checked = false));
        void this.load();
        return "";
      });
    };
    const form = element(
      "form",
      { onsubmit: submit, hidden: true },
      label.box,
      days.box,
      element(
        "fieldset",
        { class: "choices" },
        element("legend", {}, a("tokenScopes")),
        element("small", { class: "quiet" }, a("tokenReads")),
        ...boxes.map((box) => element("label", {}, box, nameOf(box.value))),
      ),
      element("button", { type: "submit", class: "button" }, a("tokenMake")),
    );
    const open: HTMLElement = element(
      "button",
      { type: "button", class: "button button-quiet", id: "token-new", "aria-expanded": "false", onclick: () => toggle() },
      a("tokenMake"),
    );
    const toggle = () => {
      form.hidden = !form.hidden;
      open.setAttribute("aria-expanded", String(!form.hidden));
      if (!form.hidden) label.control.focus();
    };
    return element("div", {}, open, form);
  }

  private show(token: string): void {
    fill(this.made, element("p", {}, a("tokenMade")), element("pre", { class: "command", tabindex: 0, id: "token" }, token));
  }
}
