// Signing this television in: a code on its screen that somebody confirms on a phone (RFC 8628).

import { ask, keepToken, type Answer } from "./ask";
import { errorText, loadingKey, type App, type Screen } from "./app";
import { el, fill, key, setText } from "./dom";
import { qrDrawing } from "./qr";
import { loadSession } from "./session";
import { t } from "./text";

const GRANT = "urn:ietf:params:oauth:grant-type:device_code";
const SLOWER_S = 5; // RFC 8628 §3.5

interface Code {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete?: string;
  expires_in: number;
  interval: number;
}

export class SignInScreen implements Screen {
  readonly node = el("div", { class: "screen sign-in" });
  readonly first = "sign-in:new";
  private readonly body = el("div", { class: "sign-in-body" });
  private readonly said = el("p", { class: "sign-in-said", role: "status" });
  private timer = 0;
  private interval = 0;
  private endsAt = 0;
  private turn = 0; // of codes: answers to an earlier one are nobody's

  constructor(private readonly app: App) {
    fill(this.node, [
      el("h2", { class: "title" }, t("signInTitle")),
      this.body,
      this.said,
      el("div", { class: "keys", "data-g": "keys" }, [
        key("sign-in:new", t("signInNew"), () => this.begin()),
        el("a", { class: "key f", "data-k": "sign-in:room", href: "#/room" }, t("signInRoom")),
        key("sign-in:back", t("back"), () => app.back()),
      ]),
    ]);
    this.begin();
  }

  onReturn(): void {
    this.begin();
  }

  onLeave(): void {
    this.turn++;
    clearTimeout(this.timer);
  }

  private begin(): void {
    const turn = ++this.turn;
    clearTimeout(this.timer);
    fill(this.body, [loadingKey()]);
    setText(this.said, "");
    ask("POST", "/api/v1/device/code", { client_id: navigatorName() }, (answer) => {
      if (turn !== this.turn) return;
      if (answer.status !== 200) return this.endWith(errorText(answer));
      this.show(answer.body as Code);
    });
  }

  private show(code: Code): void {
    this.interval = code.interval || SLOWER_S;
    this.endsAt = new Date().getTime() + code.expires_in * 1000;
    const drawing = el("div", { class: "qr", role: "img", "aria-label": t("signInQr") });
    drawing.appendChild(qrDrawing(code.verification_uri_complete || code.verification_uri));
    fill(this.body, [
      drawing,
      el("div", { class: "sign-in-words" }, [
        el("p", null, t("signInScan")),
        el("p", { class: "quiet" }, t("signInType", { address: code.verification_uri })),
        el("p", { class: "user-code" }, code.user_code),
      ]),
    ]);
    setText(this.said, t("signInWaiting"));
    this.askSoon(code);
  }

  private askSoon(code: Code): void {
    const turn = this.turn;
    this.timer = window.setTimeout(() => {
      if (new Date().getTime() > this.endsAt) return this.endWith(t("signInExpired"));
      ask("POST", "/api/v1/device/token", { grant_type: GRANT, device_code: code.device_code }, (answer) => {
        if (turn === this.turn) this.onAnswer(code, answer);
      });
    }, this.interval * 1000);
  }

  private onAnswer(code: Code, answer: Answer): void {
    const body = (answer.body || {}) as { access_token?: string; error?: string };
    if (answer.status === 200 && body.access_token) return this.finish(body.access_token);
    if (body.error === "access_denied") return this.endWith(t("signInDenied"));
    if (body.error === "expired_token") return this.endWith(t("signInExpired"));
    if (body.error === "slow_down" || answer.status === 0) this.interval += SLOWER_S;
    else if (body.error !== "authorization_pending" && answer.status < 500) return this.endWith(errorText(answer));
    this.askSoon(code);
  }

  private finish(token: string): void {
    keepToken(token);
    loadSession((session) => {
      const name = session && session.person ? session.person.name : "";
      this.app.say(t("signInDone", { name }));
      this.app.onIdentity(session);
      this.app.go("/");
    });
  }

  /** There is no code any more; the key for a new one has the focus. */
  private endWith(text: string): void {
    this.turn++;
    fill(this.body, []);
    setText(this.said, text);
    this.app.focus.want("sign-in:new");
  }
}

/** What the list of a person's devices says of it. */
function navigatorName(): string {
  const known = /Tizen|Web0S|Android|NetCast|HbbTV|VIDAA/.exec(navigator.userAgent);
  return "TV" + (known ? " (" + known[0].replace("Web0S", "webOS") + ")" : "");
}
