// Signing in (/sign-in), the own account (/account) and answering for a television (/activate?code=).

import { ask, Refusal } from "../api/ask";
import { language } from "../i18n/language";
import { dropTableOf } from "../player/resume";
import { byId, element, fill } from "../ui/dom";
import { textField } from "../ui/fields";
import { openSearch, searchAddress } from "../ui/page";
import { DeviceList } from "./account_devices";
import { SecondFactor } from "./account_factor";
import { a, type Person, type Session, type Tell } from "./account_texts";
import { TokenList } from "./account_tokens";

/** An address of this site to go on to, of `?next=`; nothing that leads elsewhere. */
function nextAddress(): string | null {
  const next = new URLSearchParams(location.search).get("next");
  return next && /^\/(?![/\\])/.test(next) ? next : null;
}

const STAFF_RIGHTS = { studio: ["teacher", "reviewer", "manager", "administrator"], admin: ["reviewer", "manager", "administrator"] };

class AccountPage {
  private person: Person | null = null;
  private provider: Session["sign_in"] = null;
  private needsCode = false;
  private message = "";

  start(): void {
    openSearch((text) => location.assign(searchAddress(text)));
    void this.load();
  }

  private async load(): Promise<void> {
    try {
      const session = await ask<Session>("GET", "/api/v1/session");
      this.person = session.person;
      this.provider = session.sign_in;
    } catch (problem) {
      this.message = this.textOf(problem);
    }
    this.draw();
  }

  private textOf(problem: unknown): string {
    return problem instanceof Refusal && problem.status > 0 ? problem.message : a("offline");
  }

  private say(text: string): void {
    byId("message").textContent = text;
  }

  private async tell(step: () => Promise<string | null>): Promise<void> {
    try {
      const text = await step();
      if (text !== null) this.say(text);
    } catch (problem) {
      this.say(this.textOf(problem));
    }
  }

  private draw(): void {
    document.title = `${this.person ? a("accountTitle") : a("signIn")} · ${language === "en" ? "Kapok" : "木棉"}`;
    const box = byId("account");
    if (!this.person) fill(box, this.signInForm());
    else if (location.pathname === "/activate") fill(box, this.activateForm());
    else fill(box, this.overview(this.person));
  }

  private note(): HTMLElement {
    return element("p", { class: "account-message", role: "status", id: "message" }, this.message);
  }

  private signInForm(): HTMLElement {
    const login = textField(a("login"), { id: "login", complete: "username", required: true });
    const password = textField(a("password"), { id: "password", type: "password", complete: "current-password", required: true });
    const code = textField(a("code"), { id: "code", complete: "one-time-code" });
    code.box.hidden = !this.needsCode;
    const submit = async (event: Event) => {
      event.preventDefault();
      const digits = code.control.value.replace(/\s/g, ""); // recovery codes are shown in fours
      const typed = digits ? { code: digits } : {};
      const body = { login: login.control.value, password: password.control.value, ...typed };
      try {
        await ask<Session>("POST", "/api/v1/session", body);
        location.assign(nextAddress() ?? (location.pathname === "/sign-in" ? "/account" : location.href));
      } catch (problem) {
        this.say(this.textOf(problem));
        if (!(problem instanceof Refusal) || problem.code !== "second_factor") return;
        code.box.hidden = false; // what was typed stays
        code.control.focus();
      }
    };
    return element(
      "form",
      { class: "account-form", onsubmit: (event) => void submit(event) },
      element("h1", {}, a("signIn")),
      login.box,
      password.box,
      code.box,
      element("button", { class: "button", type: "submit" }, a("signIn")),
      this.note(),
      ...this.providerLink(),
      element("p", {}, a("signInHint")),
    );
  }

  /** To the university's or city's own sign-in, where there is one. */
  private providerLink(): HTMLElement[] {
    if (!this.provider) return [];
    const next = nextAddress() ?? (location.pathname === "/sign-in" ? "/account" : location.pathname + location.search);
    const href = `${this.provider.url}?next=${encodeURIComponent(next)}`;
    return [element("p", {}, element("a", { class: "button button-quiet", id: "provider", href }, this.provider.label ?? a("signInProvider")))];
  }

  private overview(person: Person): HTMLElement {
    const tell: Tell = (step) => this.tell(step);
    return element(
      "div",
      { class: "account-sections" },
      this.head(person),
      this.note(),
      this.passwordForm(),
      new SecondFactor(person, tell).place,
      new DeviceList(tell).place,
      new TokenList(tell).place,
    );
  }

  private head(person: Person): HTMLElement {
    const roles = [...new Set(person.roles.map((role) => role.role_name))].join(language === "en" ? ", " : "、");
    const has = (names: string[]) => person.roles.some((role) => names.includes(role.role));
    const link = (href: string, text: string) => element("a", { class: "button button-quiet", href }, text);
    return element(
      "header",
      { class: "account-head" },
      element("h1", {}, person.name),
      element("p", { class: "quiet" }, `${a("login")} ${person.login}`, roles && ` · ${a("rolesLabel")} ${roles}`),
      element(
        "p",
        { class: "account-ways" },
        has(STAFF_RIGHTS.studio) && link("/studio", a("toStudio")),
        has(STAFF_RIGHTS.admin) && link("/admin", a("toAdmin")),
        link("/activate", a("activateTitle")),
        element("button", { class: "button button-quiet", type: "button", id: "sign-out", onclick: () => void this.signOut(person) }, a("signOut")),
      ),
    );
  }

  private async signOut(person: Person): Promise<void> {
    try {
      await ask("DELETE", "/api/v1/session");
    } catch (problem) {
      return this.say(this.textOf(problem));
    }
    dropTableOf(person.id);
    location.assign("/sign-in");
  }

  private passwordForm(): HTMLElement {
    const old = textField(a("oldPassword"), { id: "old", type: "password", complete: "current-password", required: true });
    const fresh = textField(a("newPassword"), { id: "new", type: "password", complete: "new-password", required: true });
    const submit = (event: Event) => {
      event.preventDefault();
      void this.tell(async () => {
        await ask("PUT", "/api/v1/me/password", { old: old.control.value, new: fresh.control.value });
        old.control.value = fresh.control.value = "";
        return a("passwordChanged");
      });
    };
    return element(
      "form",
      { class: "panel", onsubmit: submit, id: "password-form" },
      element("h2", {}, a("changePassword")),
      old.box,
      fresh.box,
      element("button", { class: "button", type: "submit" }, a("changePassword")),
    );
  }

  private activateForm(): HTMLElement {
    const given = new URLSearchParams(location.search).get("code") ?? "";
    const code = textField(a("deviceCode"), { id: "user-code", value: given, required: true });
    const answer = (approve: boolean) =>
      void this.tell(async () => {
        await ask("POST", "/api/v1/device/approve", { user_code: code.control.value, approve });
        return approve ? a("deviceApproved") : a("deviceDenied");
      });
    const submit = (event: Event) => {
      event.preventDefault();
      answer(true);
    };
    return element(
      "form",
      { class: "account-form", onsubmit: submit },
      element("h1", {}, a("activateTitle")),
      element("p", {}, a("activateHint")),
      code.box,
      element("button", { class: "button", type: "submit" }, a("approve")),
      element("button", { class: "button button-quiet", type: "button", onclick: () => answer(false) }, a("deny")),
      this.note(),
    );
  }
}

new AccountPage().start();
