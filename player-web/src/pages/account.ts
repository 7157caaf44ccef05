// Signing in (/sign-in), the own account (/account) and answering for a television (/activate?code=).

import { language } from "../i18n/language";
import { byId, element, fill } from "../ui/dom";
import { openSearch, searchAddress } from "../ui/page";
import { accountText as a } from "./account_texts";

interface Person {
  login: string;
  name: string;
  has_totp: boolean;
  roles: { role_name: string }[];
}

interface Problem {
  code?: string;
  detail?: string;
}

/** One request; the problem of a refusal is thrown. */
async function ask(method: string, url: string, body?: unknown): Promise<unknown> {
  const headers: Record<string, string> = { "Accept-Language": language, Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(url, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  const text = await answer.text();
  const json: unknown = text ? JSON.parse(text) : null;
  if (!answer.ok) throw (json ?? {}) as Problem;
  return json;
}

/** An address of this site to go on to, of `?next=`; nothing that leads elsewhere. */
function nextAddress(): string | null {
  const next = new URLSearchParams(location.search).get("next");
  return next && /^\/(?![/\\])/.test(next) ? next : null;
}

class AccountPage {
  private person: Person | null = null;
  private needsCode = false;
  private message = "";

  start(): void {
    openSearch((text) => location.assign(searchAddress(text)));
    void this.load();
  }

  private async load(): Promise<void> {
    try {
      this.person = ((await ask("GET", "/api/v1/session")) as { person: Person | null }).person;
    } catch (problem) {
      this.message = this.textOf(problem);
    }
    this.draw();
  }

  private textOf(problem: unknown): string {
    return (problem as Problem).detail ?? a("offline");
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

  private field(id: string, label: string, type: string, complete: string, value = ""): [HTMLElement, HTMLInputElement] {
    const input = element("input", { id, type, value, autocomplete: complete, required: true, autocapitalize: "none" });
    return [element("p", { class: "account-field" }, element("label", { for: id }, label), input), input];
  }

  private signInForm(): HTMLElement {
    const [loginBox, login] = this.field("login", a("login"), "text", "username");
    const [passwordBox, password] = this.field("password", a("password"), "password", "current-password");
    const [codeBox, code] = this.field("code", a("code"), "text", "one-time-code");
    if (!this.needsCode) code.required = false;
    codeBox.hidden = !this.needsCode;
    const submit = async (event: Event) => {
      event.preventDefault();
      try {
        const body = { login: login.value, password: password.value, ...(code.value ? { code: code.value } : {}) };
        this.person = ((await ask("POST", "/api/v1/session", body)) as { person: Person }).person;
        this.message = "";
        const next = nextAddress();
        if (next) location.assign(next);
        else this.draw();
      } catch (problem) {
        const text = this.textOf(problem);
        if ((problem as Problem).code === "second_factor") {
          codeBox.hidden = false; // what was typed stays
          code.focus();
        }
        byId("message").textContent = text;
      }
    };
    return element(
      "form",
      { class: "account-form", onsubmit: (event) => void submit(event) },
      element("h1", {}, a("signIn")),
      loginBox,
      passwordBox,
      codeBox,
      element("button", { class: "button", type: "submit" }, a("signIn")),
      this.note(),
      element("p", {}, a("signInHint")),
    );
  }

  private overview(person: Person): HTMLElement {
    const signOut = async () => {
      try {
        await ask("DELETE", "/api/v1/session");
        this.person = null;
        this.message = a("signedOut");
      } catch (problem) {
        this.message = this.textOf(problem);
      }
      this.draw();
    };
    const roles = person.roles.map((role) => role.role_name).join("、");
    return element(
      "div",
      { class: "account-form" },
      element("h1", {}, person.name),
      element("p", {}, `${a("login")}：${person.login}${roles ? ` · ${roles}` : ""}`),
      this.passwordForm(),
      element("p", {}, element("a", { href: "/activate" }, a("activateTitle"))),
      element("button", { class: "button button-quiet", type: "button", id: "sign-out", onclick: () => void signOut() }, a("signOut")),
      this.note(),
    );
  }

  private passwordForm(): HTMLElement {
    const [oldBox, old] = this.field("old", a("oldPassword"), "password", "current-password");
    const [newBox, fresh] = this.field("new", a("newPassword"), "password", "new-password");
    const submit = async (event: Event) => {
      event.preventDefault();
      try {
        await ask("PUT", "/api/v1/me/password", { old: old.value, new: fresh.value });
        old.value = fresh.value = "";
        byId("message").textContent = a("passwordChanged");
      } catch (problem) {
        byId("message").textContent = this.textOf(problem);
      }
    };
    return element(
      "form",
      { onsubmit: (event) => void submit(event) },
      element("h2", {}, a("changePassword")),
      oldBox,
      newBox,
      element("button", { class: "button", type: "submit" }, a("changePassword")),
    );
  }

  private activateForm(): HTMLElement {
    const given = new URLSearchParams(location.search).get("code") ?? "";
    const [codeBox, code] = this.field("user-code", a("deviceCode"), "text", "off", given);
    const answer = async (approve: boolean) => {
      try {
        await ask("POST", "/api/v1/device/approve", { user_code: code.value, approve });
        byId("message").textContent = approve ? a("deviceApproved") : a("deviceDenied");
      } catch (problem) {
        byId("message").textContent = this.textOf(problem);
      }
    };
    const submit = (event: Event) => {
      event.preventDefault();
      void answer(true);
    };
    return element(
      "form",
      { class: "account-form", onsubmit: submit },
      element("h1", {}, a("activateTitle")),
      element("p", {}, a("activateHint")),
      codeBox,
      element("button", { class: "button", type: "submit" }, a("approve")),
      element("button", { class: "button button-quiet", type: "button", onclick: () => void answer(false) }, a("deny")),
      this.note(),
    );
  }
}

new AccountPage().start();
