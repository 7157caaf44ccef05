// The home page. The server draws it; the script asks for the page of another search and puts its content in place.

import { t } from "../i18n/language";
import { takePositions } from "../player/positions";
import { byId, element } from "../ui/dom";
import { keepShell, openSearch, searchAddress } from "../ui/page";
import type { SuggestBox } from "../ui/suggest";
import { drawContinueShelf, markWatched } from "../ui/watched";
import { isHomeAddress, typedAddress } from "./home_address";

const TYPING_PAUSE_MS = 300;
const REFRESH_MS = 4000;
const TIMEOUT_MS = 15000;

class HomePage {
  private field: HTMLInputElement | null = null;
  private suggestions: SuggestBox | null = null;
  private request: AbortController | null = null;
  private typingTimer = 0;

  start(): void {
    const search = openSearch((text) => void this.go(searchAddress(text)));
    this.field = search?.field ?? null;
    this.suggestions = search?.box ?? null;
    this.field?.addEventListener("input", () => this.typed());
    this.field?.form?.addEventListener("submit", (event) => this.submitted(event));
    byId("content").addEventListener("click", (event) => this.clicked(event));
    window.addEventListener("popstate", () => void this.show(location.pathname + location.search));
    window.addEventListener("pageshow", () => this.dress());
    setInterval(() => void this.refresh(), REFRESH_MS);
    this.dress();
    void takePositions().then((isNew) => isNew && this.dress());
    keepShell();
  }

  private typed(): void {
    clearTimeout(this.typingTimer);
    this.typingTimer = window.setTimeout(() => {
      const address = typedAddress(location.search, this.field?.value ?? "");
      if (address === location.pathname + location.search) return;
      history.replaceState(null, "", address);
      void this.show(address);
    }, TYPING_PAUSE_MS);
  }

  private submitted(event: Event): void {
    event.preventDefault();
    clearTimeout(this.typingTimer);
    this.suggestions?.close();
    void this.go(typedAddress(location.search, this.field?.value ?? ""));
  }

  private clicked(event: MouseEvent): void {
    const link = (event.target as Element).closest("a");
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const address = new URL(link.href, location.href);
    if (!isHomeAddress(address, location.origin)) return;
    event.preventDefault();
    if (link.id === "more") void this.addMore(link, address);
    else void this.go(address.pathname + address.search, true);
  }

  /** Goes to another search as a link does; `isFromLink`: the reader starts at its head. */
  private async go(address: string, isFromLink = false): Promise<void> {
    clearTimeout(this.typingTimer);
    if (address !== location.pathname + location.search) history.pushState(null, "", address);
    if (this.field && isFromLink) this.field.value = new URLSearchParams(location.search).get("q") ?? "";
    await this.show(address);
    if (isFromLink) this.readFromHead();
  }

  private readFromHead(): void {
    const head = document.getElementById("results-title");
    head?.setAttribute("tabindex", "-1");
    head?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }

  /** Puts the content of the page at `address` in place; the place in the page stays. */
  private async show(address: string): Promise<void> {
    const content = byId("content");
    content.setAttribute("aria-busy", "true");
    const page = await this.load(address);
    if (page === null) return;
    content.removeAttribute("aria-busy");
    if (page === undefined) return this.sayOffline();
    const open = [...content.querySelectorAll("details[open] > summary")].map((each) => each.textContent);
    const fresh = page.getElementById("content");
    if (!fresh) return location.assign(address);
    content.replaceChildren(...fresh.childNodes);
    content.querySelectorAll("details").forEach((each) => {
      each.open = open.includes(each.querySelector("summary")?.textContent ?? "");
    });
    document.title = page.title;
    this.takeLinks(page);
    this.dress();
  }

  /** The switches of language and mode lead to what is shown now. */
  private takeLinks(page: Document): void {
    const fresh = page.querySelectorAll<HTMLAnchorElement>(".tools a");
    document.querySelectorAll<HTMLAnchorElement>(".tools a").forEach((link, index) => {
      link.setAttribute("href", fresh[index]?.getAttribute("href") ?? link.href);
    });
  }

  private async addMore(link: HTMLElement, address: URL): Promise<void> {
    if (link.getAttribute("aria-busy")) return;
    link.setAttribute("aria-busy", "true");
    const page = await this.load(address.pathname + address.search);
    link.removeAttribute("aria-busy");
    if (!page) return page === undefined ? this.sayOffline() : undefined;
    const list = byId("list");
    const first = list.children.length;
    list.append(...(page.getElementById("list")?.children ?? []));
    const more = page.getElementById("more")?.parentElement;
    if (more) link.parentElement?.replaceWith(more);
    else link.parentElement?.remove();
    list.children[first]?.querySelector("a")?.focus({ preventScroll: true });
    this.dress();
  }

  /** The page at `address`; null when another one was asked for meanwhile, undefined when it could not be had. */
  private async load(address: string): Promise<Document | null | undefined> {
    this.request?.abort();
    const request = (this.request = new AbortController());
    const timer = setTimeout(() => request.abort("timeout"), TIMEOUT_MS);
    try {
      const answer = await fetch(address, { signal: request.signal, headers: { Accept: "text/html" } });
      if (!answer.ok) return undefined;
      return new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      return this.request === request ? undefined : null;
    } finally {
      clearTimeout(timer);
    }
  }

  private sayOffline(): void {
    document.querySelector(".toast")?.remove();
    const again = () => {
      document.querySelector(".toast")?.remove();
      void this.show(location.pathname + location.search);
    };
    document.body.append(
      element(
        "div",
        { class: "toast", role: "alert" },
        element("span", {}, t("errorOffline")),
        element("button", { type: "button", onclick: again }, t("again")),
      ),
    );
  }

  /** Looks again at what is still being made, and at a home without courses. */
  private async refresh(): Promise<void> {
    const isEmpty = document.querySelector(".hero") !== null && document.querySelector(".card[data-course]") === null;
    if (document.hidden || (!isEmpty && !document.querySelector("[data-growing]"))) return;
    const address = location.pathname + location.search;
    const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok || address !== location.pathname + location.search) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (isEmpty && page.querySelector(".card[data-course]")) return void this.show(address);
    document.querySelectorAll<HTMLElement>("[data-growing]").forEach((card) => this.renew(card, page));
    this.dress();
  }

  private renew(card: HTMLElement, page: Document): void {
    const fresh = page.querySelector(`[data-course="${CSS.escape(card.dataset.course ?? "")}"]`);
    if (!fresh || fresh.outerHTML === card.outerHTML) return;
    const hadFocus = card.contains(document.activeElement);
    card.replaceWith(fresh);
    if (hadFocus) fresh.querySelector("a")?.focus();
  }

  private dress(): void {
    drawContinueShelf();
    markWatched(document);
  }
}

new HomePage().start();
