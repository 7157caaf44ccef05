// The home page: search, categories, the grid of courses. Its state is in the address.

import { ApiClient } from "../api/client";
import type { Course, CoursePage, CourseQuery, FacetValue, SortOrder } from "../api/types";
import { language, loadLanguage, onLanguageChange, t } from "../i18n/language";
import { CATEGORIES, categoryName, isSettled } from "../text/labels";
import { courseCard, skeletonCards } from "../ui/course_card";
import { byId, element, fill } from "../ui/dom";
import { drawFrame } from "../ui/frame";
import { failureText, notice } from "../ui/notice";
import { changeQuery, parseQuery, possibleSorts, queryAddress } from "./home_query";

const TYPING_PAUSE_MS = 300;
const REFRESH_MS = 4000;
const REFRESHED_AT_ONCE = 8;
const EAGER_POSTERS = 6;

class HomePage {
  private readonly api = new ApiClient(language);
  private query: CourseQuery = parseQuery(location.search);
  private courses: Course[] = [];
  private total = 0;
  private next: string | null = null;
  private categories: FacetValue[] = [];
  private phase: "loading" | "ready" | "error" = "loading";
  private failure: unknown = null;
  private moreFailure: unknown = null;
  private isLoadingMore = false;
  private request: AbortController | null = null;
  private typingTimer = 0;

  start(): void {
    loadLanguage();
    this.drawAll();
    onLanguageChange(() => this.drawAll());
    window.addEventListener("popstate", () => {
      this.query = parseQuery(location.search);
      this.drawAll();
      void this.load();
    });
    void this.load();
    setInterval(() => void this.refresh(), REFRESH_MS);
  }

  private go(change: Partial<CourseQuery>, isTyping = false): void {
    clearTimeout(this.typingTimer);
    this.query = changeQuery(this.query, change);
    const address = queryAddress(this.query);
    if (isTyping) history.replaceState(null, "", address);
    else if (address !== location.pathname + location.search) history.pushState(null, "", address);
    void this.load();
  }

  private async load(): Promise<void> {
    this.request?.abort();
    const request = (this.request = new AbortController());
    this.phase = "loading";
    this.moreFailure = null;
    this.draw();
    try {
      const page = await this.api.courses(this.query, null, request.signal);
      this.courses = [];
      this.take(page);
      this.phase = "ready";
    } catch (error) {
      if (request.signal.aborted) return;
      this.failure = error;
      this.phase = "error";
    }
    this.draw();
  }

  private async loadMore(): Promise<void> {
    if (!this.next || this.isLoadingMore) return;
    const query = this.query;
    const firstNew = this.courses.length;
    this.isLoadingMore = true;
    this.moreFailure = null;
    this.drawMore();
    try {
      const page = await this.api.courses(query, this.next);
      if (query === this.query) this.take(page);
    } catch (error) {
      this.moreFailure = error;
    }
    this.isLoadingMore = false;
    if (query !== this.query) return;
    this.draw();
    byId("grid").children[firstNew]?.querySelector("a")?.focus({ preventScroll: true });
  }

  private take(page: CoursePage): void {
    const known = new Set(this.courses.map((course) => course.id));
    this.courses.push(...page.items.filter((course) => !known.has(course.id)));
    this.total = page.total;
    this.next = page.next;
    this.categories = page.facets.category ?? [];
  }

  /** Looks again at the lessons still being made, and at an empty home. Failures wait for the next round. */
  private async refresh(): Promise<void> {
    if (document.hidden || this.phase !== "ready") return;
    const query = this.query;
    try {
      if (this.courses.length === 0) {
        const page = await this.api.courses(query, null);
        if (query !== this.query || page.items.length === 0) return;
        this.take(page);
        this.draw();
        return;
      }
      const unsettled = this.courses.filter((course) => !isSettled(course.state)).slice(0, REFRESHED_AT_ONCE);
      for (const course of unsettled) this.replace(await this.api.course(course.id));
    } catch {
      return;
    }
  }

  private replace(course: Course): void {
    const index = this.courses.findIndex((known) => known.id === course.id);
    if (index < 0 || JSON.stringify(this.courses[index]) === JSON.stringify(course)) return;
    this.courses[index] = course;
    const card = document.querySelector(`[data-course="${CSS.escape(course.id)}"]`);
    const hadFocus = card?.contains(document.activeElement);
    const fresh = courseCard(course, false);
    card?.replaceWith(fresh);
    if (hadFocus) fresh.querySelector("a")?.focus();
  }

  private drawAll(): void {
    document.title = t("homeTitle");
    drawFrame({
      value: this.query.q,
      onType: (text) => {
        clearTimeout(this.typingTimer);
        this.typingTimer = window.setTimeout(() => this.go({ q: text.trim() }, true), TYPING_PAUSE_MS);
      },
      onSubmit: (text) => this.go({ q: text.trim() }),
    });
    fill(
      byId("hero"),
      element("h1", {}, t("heroTitle")),
      element("p", {}, t("heroSubtitle")),
    );
    this.draw();
  }

  private draw(): void {
    this.drawCategories();
    this.drawHeading();
    this.drawResults();
    this.drawMore();
  }

  private drawCategories(): void {
    const nav = byId("categories");
    nav.setAttribute("aria-label", t("categoriesLabel"));
    const focused = (document.activeElement as HTMLElement | null)?.dataset.category;
    const counts = new Map(this.categories.map((facet) => [facet.value, facet.count]));
    fill(
      nav,
      this.chip("", t("allCategories"), "", undefined),
      ...CATEGORIES.map((category) =>
        this.chip(category.slug, t(category.key), category.seal, counts.get(category.slug) ?? 0),
      ),
    );
    if (focused !== undefined) nav.querySelector<HTMLElement>(`[data-category="${CSS.escape(focused)}"]`)?.focus();
  }

  private chip(slug: string, name: string, seal: string, count: number | undefined): HTMLElement {
    const isCurrent = this.query.category === slug;
    const follow = (event: Event) => {
      if (event instanceof MouseEvent && (event.ctrlKey || event.metaKey || event.shiftKey)) return;
      event.preventDefault();
      this.go({ category: slug });
    };
    return element(
      "a",
      {
        class: count === 0 && !isCurrent ? "chip chip-bare" : "chip",
        href: queryAddress({ ...this.query, category: slug }),
        "aria-current": isCurrent ? "true" : null,
        "data-category": slug,
        onclick: follow,
      },
      seal && element("span", { class: "chip-seal", "aria-hidden": "true", lang: "zh-CN" }, seal),
      element("span", {}, name),
      Boolean(count) && element("span", { class: "chip-count" }, String(count)),
    );
  }

  private drawHeading(): void {
    const { q, category, sort } = this.query;
    const name = categoryName(category, language());
    let title = category ? name : t("allCourses");
    if (q) title = category ? t("searchResultsIn", { q, category: name }) : t("searchResults", { q });
    const isCounted = this.phase === "ready" && this.total > 0;
    fill(
      byId("heading"),
      element("h2", {}, title),
      element("p", { class: "count", role: "status" }, isCounted && t("courseCount", { count: this.total })),
      this.courses.length > 1 && this.sortField(sort),
    );
  }

  private sortField(sort: SortOrder): HTMLElement {
    const names: Record<SortOrder, string> = {
      relevance: t("sortRelevance"),
      newest: t("sortNewest"),
      popularity: t("sortPopularity"),
      title: t("sortTitle"),
      duration: t("sortDuration"),
    };
    const select = element(
      "select",
      { id: "sort", onchange: () => this.go({ sort: select.value as SortOrder }) },
      ...possibleSorts(this.query.q).map((value) =>
        element("option", { value, selected: value === sort }, names[value]),
      ),
    );
    return element("label", { class: "sort" }, element("span", {}, t("sortLabel")), select);
  }

  private drawResults(): void {
    const grid = byId("grid");
    const place = byId("notice");
    grid.setAttribute("aria-busy", String(this.phase === "loading"));
    fill(place);
    if (this.phase === "loading") {
      if (this.courses.length === 0) fill(grid, ...skeletonCards(8));
      return;
    }
    if (this.phase === "error") {
      fill(grid);
      const action = { label: t("retry"), run: () => void this.load() };
      fill(place, notice({ title: t("errorTitle"), text: failureText(this.failure), action, tone: "problem" }));
      return;
    }
    fill(grid, ...this.courses.map((course, index) => courseCard(course, index >= EAGER_POSTERS)));
    if (this.courses.length === 0) fill(place, this.emptyNotice());
  }

  private emptyNotice(): HTMLElement {
    if (!this.query.q && !this.query.category) {
      return notice({ title: t("emptyTitle"), text: t("emptyText"), command: t("emptyCommand") });
    }
    const showAll = () => {
      this.query = { ...this.query, q: "" };
      (byId("search-field") as HTMLInputElement).value = "";
      this.go({ category: "" });
    };
    return notice({
      title: t("emptyResultTitle"),
      text: t("emptyResultText"),
      action: { label: t("showAll"), run: showAll },
    });
  }

  private drawMore(): void {
    const place = byId("more");
    if (this.phase !== "ready" || !this.next) return fill(place);
    const label = this.isLoadingMore ? t("loading") : this.moreFailure ? t("retry") : t("more");
    fill(
      place,
      Boolean(this.moreFailure) &&
        element("p", { role: "alert" }, `${t("errorMoreTitle")} — ${failureText(this.moreFailure)}`),
      element(
        "button",
        {
          type: "button",
          class: "button button-quiet",
          "aria-disabled": this.isLoadingMore ? "true" : null,
          onclick: () => void this.loadMore(),
        },
        label,
      ),
    );
  }
}

new HomePage().start();
