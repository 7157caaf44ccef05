// The administration (/admin): sections that those see who may use them; each shows what its reader manages.

import { ask, Refusal } from "../api/ask";
import { language } from "../i18n/language";
import { byId, element, fill } from "../ui/dom";
import { openSearch, searchAddress } from "../ui/page";
import { auditSection } from "./admin/audit";
import { divisionsSection } from "./admin/divisions";
import { jobsSection } from "./admin/jobs";
import { overviewSection } from "./admin/overview";
import { peopleSection } from "./admin/people";
import { recordsSection } from "./admin/records";
import { reviewsSection } from "./admin/reviews";
import { storageSection } from "./admin/storage";
import { placeName } from "./admin/pickers";
import { a, named, type Desk, type Session } from "./admin/texts";

type Filters = Record<string, string>;

interface Section {
  right: string; // that opens it
  draw(desk: Desk, filters: Filters): HTMLElement;
}

const SECTIONS: Record<string, Section> = {
  overview: { right: "edit", draw: overviewSection },
  reviews: { right: "publish", draw: reviewsSection },
  jobs: { right: "edit", draw: jobsSection },
  people: { right: "people", draw: peopleSection },
  institutions: { right: "manage", draw: (desk, filters) => recordsSection(desk, "institutions", filters) },
  rooms: { right: "manage", draw: (desk, filters) => recordsSection(desk, "rooms", filters) },
  lecturers: { right: "manage", draw: (desk, filters) => recordsSection(desk, "lecturers", filters) },
  collections: { right: "manage", draw: (desk, filters) => recordsSection(desk, "collections", filters) },
  divisions: { right: "manage", draw: divisionsSection },
  storage: { right: "manage", draw: storageSection },
  audit: { right: "operate", draw: auditSection },
};
/** One of these is a managing role; who only edits has the studio. */
const STAFF = ["publish", "manage", "people", "operate"];

class AdminPage implements Desk {
  session: Session = { person: null, rights: [] };

  start(): void {
    openSearch((text) => location.assign(searchAddress(text)));
    window.addEventListener("popstate", () => this.draw());
    void this.load();
  }

  private async load(): Promise<void> {
    try {
      this.session = await ask<Session>("GET", "/api/v1/session");
    } catch (error) {
      return fill(byId("admin"), element("p", { class: "notice", role: "alert" }, this.textOf(error)));
    }
    if (!this.session.person) return location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    this.draw();
  }

  private textOf(error: unknown): string {
    return error instanceof Refusal && error.status > 0 ? error.message : a("offline");
  }

  async tell(step: () => Promise<string | null>): Promise<boolean> {
    const place = byId("message");
    try {
      const text = await step();
      if (text !== null) {
        place.textContent = text;
        place.classList.remove("is-problem");
      }
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) location.reload();
      place.textContent = this.textOf(error);
      place.classList.add("is-problem");
      return false;
    }
  }

  go(section: string, filters: Filters = {}): void {
    const given = Object.entries({ section, ...filters }).filter(([, value]) => value !== "");
    const address = `/admin?${new URLSearchParams(Object.fromEntries(given)).toString()}`;
    if (address === location.pathname + location.search) return;
    const isSame = this.section() === section;
    history.pushState(null, "", address);
    if (!isSame) this.draw(true);
  }

  /** The section that the address names, or the first that there is for this person. */
  private section(): string {
    const asked = new URLSearchParams(location.search).get("section") ?? "";
    return this.sections().includes(asked) ? asked : (this.sections()[0] ?? "");
  }

  private sections(): string[] {
    const { rights } = this.session;
    if (!STAFF.some((right) => rights.includes(right))) return [];
    return Object.entries(SECTIONS).flatMap(([name, { right }]) => (rights.includes(right) ? [name] : []));
  }

  private draw(isMoved = false): void {
    const section = this.section();
    const box = byId("admin");
    if (!section) return fill(box, element("p", { class: "notice", role: "alert" }, a("noRight")));
    const { section: _section, lang: _lang, elder: _elder, text: _text, ...filters } = Object.fromEntries(new URLSearchParams(location.search));
    const head = element("h2", { tabindex: -1, id: "section-head" }, named("section", section));
    document.title = `${named("section", section)} · ${a("title")} · ${language === "en" ? "Kapok" : "木棉"}`;
    const body = element("section", { class: "admin-body", "aria-labelledby": "section-head" }, head, element("p", { id: "message", role: "status", class: "admin-message" }));
    fill(box, element("div", { class: "admin-head" }, element("h1", {}, a("title")), this.scope()), element("div", { class: "admin-parts" }, this.menu(section), body));
    body.append(SECTIONS[section]!.draw(this, filters));
    if (isMoved) head.focus();
  }

  private menu(current: string): HTMLElement {
    const link = (name: string) => {
      const open = (event: MouseEvent) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        if (name === current) return this.draw(true);
        this.go(name);
      };
      const attributes = { href: `/admin?section=${name}`, "aria-current": name === current && "page" };
      return element("li", {}, element("a", { ...attributes, onclick: (event) => open(event as MouseEvent) }, named("section", name)));
    };
    const channels = this.session.rights.includes("manage") && element("li", {}, element("a", { href: "/admin/channels" }, a("section_channels")));
    return element("nav", { class: "admin-menu", "aria-label": a("sections") }, element("ul", {}, ...this.sections().map(link), channels));
  }

  /** Over what this person has a say. */
  private scope(): HTMLElement {
    const place = element("p", { class: "quiet" });
    const roles = this.session.person?.roles.filter((role) => ["reviewer", "manager", "administrator"].includes(role.role)) ?? [];
    const names = roles.map((role) =>
      role.institution_id
        ? placeName("institutions", role.institution_id)
        : role.division
          ? placeName("divisions", role.division)
          : Promise.resolve(a("everywhere")),
    );
    void Promise.all(names).then((found) => {
      place.textContent = a("scopeNote", { places: [...new Set(found)].join(language === "en" ? ", " : "、") });
    });
    return place;
  }
}

new AdminPage().start();
