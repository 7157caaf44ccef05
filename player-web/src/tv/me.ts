// Who is signed in here, and the ways in and out.

import { loadingKey, type App, type Screen } from "./app";
import { el, fill, key, type Child } from "./dom";
import { loadRoom, loadSession, signOut } from "./session";
import { t } from "./text";
import type { Room, Session } from "./types";

export class MeScreen implements Screen {
  readonly node = el("div", { class: "screen me" });
  first = "loading";

  constructor(private readonly app: App) {
    this.load();
  }

  onReturn(): void {
    this.load();
  }

  private load(): void {
    fill(this.node, [el("div", { "data-g": "loading" }, [loadingKey()])]);
    loadSession((session) => {
      if (!session) return this.draw({ person: null, room_id: null }, null, t("errorOffline"));
      loadRoom(session, (room) => this.draw(session, room, t("meNobody")));
    });
  }

  private draw(session: Session, room: Room | null, otherwise: string): void {
    const lines: Child[] = [];
    if (session.person) lines.push(el("p", null, t("meSignedIn", { name: session.person.name })));
    if (room) lines.push(el("p", null, t("meRoom", { name: room.name })));
    if (lines.length === 0) lines.push(el("p", null, otherwise));
    const isIn = session.person !== null || session.room_id !== null;
    const out = () =>
      signOut(() => {
        this.app.onIdentity({ person: null, room_id: null });
        this.load();
      });
    this.first = session.person ? "me:out" : "me:in";
    fill(this.node, [
      el("h2", { class: "title" }, t("meTitle")),
      el("div", { role: "status" }, lines),
      el("div", { class: "keys", "data-g": "keys" }, [
        session.person ? null : el("a", { class: "key key-main f", "data-k": "me:in", href: "#/sign-in" }, t("signInTitle")),
        el("a", { class: "key f", "data-k": "me:room", href: "#/room" }, t("signInRoom")),
        isIn ? key("me:out", t(session.person ? "meSignOut" : "meLeaveRoom"), out) : null,
        el("a", { class: "key f", "data-k": "me:home", href: "#/" }, t("home")),
      ]),
    ]);
  }
}
