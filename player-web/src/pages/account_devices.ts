// The devices on which an account is signed in.

import { ask } from "../api/ask";
import { momentText } from "../text/moment";
import { element, fill } from "../ui/dom";
import { a, type Tell } from "./account_texts";

export interface Credential {
  id: string;
  kind: "session" | "token";
  label: string;
  scopes: string[];
  is_current: boolean;
  created_at: string;
  used_at: string;
  expires_at: string;
}

const BROWSERS: [RegExp, string][] = [
  [/MicroMessenger/, "微信 WeChat"],
  [/Edg/, "Edge"],
  [/Firefox/, "Firefox"],
  [/Chrome|CriOS/, "Chrome"],
  [/Safari/, "Safari"],
];
const SYSTEMS: [RegExp, string][] = [
  [/HarmonyOS|OpenHarmony/, "HarmonyOS"],
  [/Android/, "Android"],
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/Linux|X11/, "Linux"],
];

/** "Chrome · Windows" of what a browser says of itself; another text stays. */
export function deviceName(label: string): string {
  const find = (list: [RegExp, string][]) => list.find(([pattern]) => pattern.test(label))?.[1];
  const names = [find(BROWSERS), find(SYSTEMS)].filter(Boolean);
  return label.startsWith("Mozilla/") && names.length > 0 ? names.join(" · ") : label;
}

export async function loadCredentials(kind: Credential["kind"]): Promise<Credential[]> {
  const { items } = await ask<{ items: Credential[] }>("GET", "/api/v1/me/credentials");
  return items.filter((item) => item.kind === kind);
}

export class DeviceList {
  readonly place = element("section", { class: "panel", id: "devices" });
  private readonly list = element("ul", { class: "account-list" });

  constructor(private readonly tell: Tell) {
    fill(this.place, element("h2", {}, a("devicesTitle")), element("p", { class: "quiet" }, a("devicesText")), this.list);
    void this.load();
  }

  private async load(): Promise<void> {
    await this.tell(async () => {
      fill(this.list, ...(await loadCredentials("session")).map((each) => this.entry(each)));
      return null;
    });
  }

  private entry(session: Credential): HTMLElement {
    const name = deviceName(session.label) || a("unnamedDevice");
    const end = () =>
      void this.tell(async () => {
        await ask("DELETE", `/api/v1/me/credentials/${session.id}`);
        void this.load();
        return a("deviceOut");
      });
    return element(
      "li",
      {},
      element("div", {}, element("strong", {}, name), element("small", { class: "quiet" }, a("usedAt", { time: momentText(session.used_at) }))),
      session.is_current
        ? element("span", { class: "chip" }, a("thisDevice"))
        : element("button", { type: "button", class: "button button-quiet", "aria-label": a("signOutDevice", { name }), onclick: end }, a("end")),
    );
  }
}
