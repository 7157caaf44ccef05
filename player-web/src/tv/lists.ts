// Lists of courses: the rows of the home, a category, one order of all.

import { get, token } from "./ask";
import { loadingKey, showError, type Screen } from "./app";
import { courseCard, poster, progressLine, shelf } from "./cards";
import { add, el, fill, key, setShown } from "./dom";
import { loadTable, unfinished } from "./progress";
import { takePositions } from "./positions";
import { clock, t } from "./text";
import type { Course, CourseCard, CoursePage, Room, Session } from "./types";
import { loadRoom, loadSession } from "./session";

const ROW = 12;
const PAGE = 24;
const CONTINUE = 8;
const PICKS = 8;
const FEW = 6; // as server/handlers/page_tv.c
const COUNTY_DIGITS = 6;

function coursesAddress(query: string, limit: number): string {
  return "/api/v1/courses?limit=" + limit + (query ? "&" + query : "");
}

/* --- the home --- */

/** The home stands in the page as it comes from the server; the script adds what this television alone has. */
export class HomeScreen implements Screen {
  readonly node = document.getElementById("home")!;
  first = "home:search";

  /** `isStale`: what the server wrote was for somebody else. */
  constructor(isStale: boolean) {
    setShown(this.node, true);
    this.first = this.firstCard();
    this.onReturn();
    loadSession((session) => {
      if (session && (isStale || token() !== null)) this.reload(session);
      else if (session) this.drawPicks(session);
    });
  }

  /** What was watched may have changed, here or on another device. */
  onReturn(): void {
    this.drawWatched();
    takePositions(() => this.drawWatched());
  }

  private drawWatched(): void {
    const lessons = unfinished(loadTable(), CONTINUE);
    const cards = lessons.map((left) =>
      el("a", { class: "card f", "data-k": "continue:" + left.asset, href: "#/watch/" + left.of.course + "/" + left.of.lesson }, [
        poster(left.of.poster, "none", "", [progressLine(left.position / left.duration)]),
        el("span", { class: "name" }, left.of.title),
        el("span", { class: "facts" }, t("continueAt", { time: clock(left.position) })),
      ]),
    );
    this.put("continue", t("continueTitle"), cards);
    this.first = this.firstCard();
  }

  /** For whom this is has changed: all rows are asked for again. */
  reload(session: Session): void {
    this.onReturn();
    this.refresh("newest", t("newest"), 0);
    this.refresh("popularity", t("popular"), FEW);
    this.drawPicks(session);
  }

  /** `least`: with fewer courses there is no such row, it would be the other one again. */
  private refresh(order: string, title: string, least: number): void {
    get(coursesAddress("sort=" + order, ROW), (answer) => {
      if (answer.status !== 200) return;
      const page = answer.body as CoursePage;
      this.put(order, title, page.total > least ? page.items.map((course) => courseCard(course, order)) : []);
    });
  }

  private firstCard(): string {
    const card = this.node.querySelector(".f");
    return card ? card.getAttribute("data-k")! : "";
  }

  /** A row in its place: what was watched, then picks, then what the server wrote. */
  private put(name: string, title: string, cards: HTMLElement[]): void {
    const order = ["continue", "collection", "local", "newest", "popularity"];
    const old = document.getElementById("shelf-" + name);
    if (cards.length === 0) {
      if (old) old.parentNode!.removeChild(old);
      return;
    }
    const made = shelf(name, title, cards);
    if (old) {
      old.parentNode!.replaceChild(made, old);
      return;
    }
    let after: HTMLElement | null = null;
    for (let i = order.indexOf(name) + 1; i < order.length && !after; i++) after = document.getElementById("shelf-" + order[i]);
    this.node.insertBefore(made, after || this.node.firstChild);
  }

  private drawPicks(session: Session): void {
    loadRoom(session, (room) => {
      const division = room ? room.division : session.person ? session.person.division : "";
      const places = placesOf(division);
      this.drawCollection(places, room, 0);
      this.drawLocal(places, 0);
      if (places.length === 0) {
        this.put("collection", "", []);
        this.put("local", "", []);
      }
    });
  }

  /** The first collection of the nearest place that has one. */
  private drawCollection(places: string[], room: Room | null, at: number): void {
    if (at >= places.length) return;
    get("/api/v1/collections?limit=4&division=" + (places[at] + "00000000").slice(0, 12), (answer) => {
      const list = answer.status === 200 ? (answer.body as { items: { title: string; course_ids: string[] }[] }).items : [];
      const filled = list.filter((one) => one.course_ids.length > 0)[0];
      if (!filled) return this.drawCollection(places, room, at + 1);
      const title = room ? t("roomPicks", { name: filled.title }) : filled.title;
      loadCourses(filled.course_ids.slice(0, PICKS), (courses) => this.put("collection", title, courses.map((one) => courseCard(one, "collection"))));
    });
  }

  private drawLocal(places: string[], at: number): void {
    if (at >= places.length || places[at]!.length < COUNTY_DIGITS) return; // all of the city is no pick
    get(coursesAddress("division=" + places[at], ROW), (answer) => {
      const items = answer.status === 200 ? (answer.body as CoursePage).items : [];
      if (items.length === 0) return this.drawLocal(places, at + 1);
      this.put("local", t("localPicks"), items.map((one) => courseCard(one, "local")));
    });
  }
}

/** What the codes of a division and of those above it begin with, nearest first: village, township, county, city. */
export function placesOf(division: string): string[] {
  const places: string[] = [];
  const lengths = [0, 4, 6, 9, 12];
  if (!/^\d{12}$/.test(division)) return places;
  for (let i = lengths.length - 1; i > 0; i--) {
    const own = division.slice(lengths[i - 1], lengths[i]);
    if (/[1-9]/.test(own)) places.push(division.slice(0, lengths[i]));
  }
  return places;
}

/** Courses by their ids, in order; those that cannot be seen are left out. */
function loadCourses(ids: string[], done: (courses: CourseCard[]) => void): void {
  const found: (Course | null)[] = ids.map(() => null);
  let missing = ids.length;
  ids.forEach((id, index) =>
    get("/api/v1/courses/" + id, (answer) => {
      if (answer.status === 200) found[index] = answer.body as Course;
      missing--;
      if (missing === 0) done(found.filter((one) => one !== null) as Course[]);
    }),
  );
}

/* --- a grid of many --- */

/** Cards in lines, further ones by a key at the end. */
export class CourseGrid {
  readonly node = el("div", { class: "grid", "data-g": "grid" });
  private stop: () => void = () => {};

  constructor(
    private readonly name: string,
    private readonly onEmpty: () => string,
  ) {}

  /** In place of what is there; `done` is told what came. */
  load(query: string, done?: (page: CoursePage) => void): void {
    this.stop();
    fill(this.node, [loadingKey()]);
    this.ask(query, null, done);
  }

  private ask(query: string, cursor: string | null, done?: (page: CoursePage) => void): void {
    const address = coursesAddress(query + (cursor ? "&cursor=" + encodeURIComponent(cursor) : ""), PAGE);
    this.stop = get(address, (answer) => {
      if (answer.status !== 200) {
        showError(this.node, answer, () => this.load(query, done));
        return;
      }
      const page = answer.body as CoursePage;
      this.draw(page, query, cursor !== null);
      if (done) done(page);
    });
  }

  private draw(page: CoursePage, query: string, isFurther: boolean): void {
    const last = this.node.lastChild as HTMLElement;
    const hadFocus = document.activeElement === last;
    const cards = page.items.map((course) => courseCard(course, this.name));
    if (!isFurther && cards.length === 0) cards.push(el("p", { class: "quiet", role: "status" }, this.onEmpty()));
    add(this.node, cards);
    if (page.next) add(this.node, [this.moreKey(query, page.next)]);
    if (hadFocus && page.items.length > 0) cards[0]!.focus();
    this.node.removeChild(last);
  }

  private moreKey(query: string, cursor: string): HTMLElement {
    const more = key("more", t("more"), () => {
      if (more.getAttribute("aria-busy")) return;
      more.setAttribute("aria-busy", "true");
      fill(more, [t("loading")]);
      this.ask(query, cursor);
    }, "more");
    return more;
  }
}

/** All courses of a category. */
export function categoryScreen(slug: string): Screen {
  const tile = document.querySelector('[data-k="category:' + slug.replace(/[^\w-]/g, "") + '"] .tile-name');
  const grid = new CourseGrid("category", () => t("nothingHere"));
  const node = el("div", { class: "screen" }, [el("h2", { class: "title" }, tile ? tile.textContent! : slug), grid.node]);
  const screen: Screen = { node, first: "loading" };
  grid.load("sort=popularity&category=" + encodeURIComponent(slug), (page) => {
    if (page.items[0]) screen.first = "category:" + page.items[0].id;
  });
  return screen;
}
