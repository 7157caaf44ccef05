// The focus of the page: arrow keys move it, and it is always on something that can be seen. What can have it carries the
// class "f" and stands in a group (data-g); what scrolls carries data-scroll.

import { around, onPointer } from "./dom";
import { nextPlace, type Box, type Direction, type Group } from "./geometry";

const MARGIN = 24; // CSS pixels of surroundings that are kept in sight

function boxOf(node: Element, down: number): Box {
  const rect = node.getBoundingClientRect();
  return { left: rect.left, top: rect.top + down, right: rect.right, bottom: rect.bottom + down };
}

export function isSeen(node: Element): boolean {
  return node.getClientRects().length > 0 && !(node as HTMLButtonElement).disabled;
}

function listOf(root: Element, selector: string): HTMLElement[] {
  const list = root.querySelectorAll(selector);
  const found: HTMLElement[] = [];
  for (let i = 0; i < list.length; i++) if (isSeen(list[i]!)) found.push(list[i] as HTMLElement);
  return found;
}

export class Focus {
  private current: HTMLElement | null = null;
  private wanted: string | null = null; // the name of what shall have it once it is there

  /** `root`: all that can have it. `fallback`: what has it when nothing else can, such as the first key of the screen. */
  constructor(
    private readonly root: HTMLElement,
    private readonly fallback: () => HTMLElement | null,
  ) {
    const keep = () => this.keep();
    root.addEventListener("focusin", (event) => this.take(event.target as HTMLElement));
    onPointer(root, (target) => {
      const node = around(target, "data-k");
      if (node && node !== this.current && isSeen(node)) this.set(node);
    });
    document.addEventListener("focusout", () => setTimeout(keep, 0));
    new MutationObserver(keep).observe(root, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ["hidden", "disabled", "class"],
    });
  }

  /** The name (data-k) of what has it. */
  get name(): string | null {
    return this.current ? this.current.getAttribute("data-k") : null;
  }

  set(node: HTMLElement): void {
    this.wanted = null;
    node.focus();
    if (document.activeElement !== node) return;
    this.take(node);
    this.reveal(node);
  }

  /** Moves it to what is called `name`, now or as soon as it is there; a key that is pressed before ends the waiting. */
  want(name: string | null): void {
    this.wanted = name;
    this.keep();
  }

  move(direction: Direction): boolean {
    this.wanted = null;
    this.keep();
    const groups: Group[] = [];
    const nodes: HTMLElement[][] = [];
    let at = { group: -1, item: -1 };
    const sections = listOf(this.root, "[data-g]");
    for (let i = 0; i < sections.length; i++) {
      const items = listOf(sections[i]!, ".f");
      const scroller = around(sections[i]!.parentNode, "data-scroll");
      const down = scroller ? scroller.scrollTop : 0; // as if nothing were scrolled away under the head of the page
      const item = this.current ? items.indexOf(this.current) : -1;
      if (item >= 0) at = { group: i, item };
      groups.push({ box: boxOf(sections[i]!, down), items: items.map((node) => boxOf(node, down)) });
      nodes.push(items);
    }
    const next = at.group >= 0 ? nextPlace(groups, at, direction) : null;
    if (!next) return false;
    this.set(nodes[next.group]![next.item]!);
    return true;
  }

  /** Sees to it that something visible has the focus. */
  keep(): void {
    if (this.wanted !== null) {
      const node = listOf(this.root, '.f[data-k="' + this.wanted + '"]')[0]; // screens that are hidden may have one, too
      if (node) this.set(node);
    }
    const active = document.activeElement;
    if (active && this.current === active && this.root.contains(active) && isSeen(active)) {
      this.reveal(this.current); // what came above may have pushed it away
      return;
    }
    if (active && this.root.contains(active) && isSeen(active) && (active as HTMLElement).hasAttribute("data-k")) {
      this.take(active as HTMLElement);
      return;
    }
    const wanted = this.wanted;
    const next = this.sameAsBefore() || this.fallback();
    if (next && isSeen(next)) this.set(next);
    this.wanted = wanted;
  }

  /** What had the focus, or what has come in its place by the same name; null when it is gone. */
  private sameAsBefore(): HTMLElement | null {
    const name = this.name;
    if (name === null) return null;
    const list = listOf(this.root, '.f[data-k="' + name + '"]');
    return list.indexOf(this.current!) >= 0 ? this.current : list[0] || null;
  }

  private take(node: HTMLElement): void {
    if (node === this.current || !node.hasAttribute("data-k")) return;
    if (this.current) this.current.className = this.current.className.replace(/ ?\bon\b/, "");
    this.current = node;
    if (!/\bon\b/.test(node.className)) node.className += " on";
  }

  private reveal(node: HTMLElement): void {
    for (let at = around(node.parentNode, "data-scroll"); at; at = around(at.parentNode, "data-scroll")) {
      const frame = at.getBoundingClientRect();
      const group = around(node, "data-g");
      let rect = node.getBoundingClientRect();
      const whole = group && group !== at && !at.parentNode!.contains(group) ? null : group;
      if (whole && at.contains(whole)) {
        const section = whole.getBoundingClientRect(); // with its heading, where there is room
        if (section.bottom - section.top < frame.bottom - frame.top - 2 * MARGIN) rect = section;
      }
      if (rect.top < frame.top + MARGIN) at.scrollTop -= frame.top + MARGIN - rect.top;
      else if (rect.bottom > frame.bottom - MARGIN) at.scrollTop += rect.bottom - frame.bottom + MARGIN;
      const own = node.getBoundingClientRect();
      if (own.left < frame.left + MARGIN) at.scrollLeft -= frame.left + MARGIN - own.left;
      else if (own.right > frame.right - MARGIN) at.scrollLeft += own.right - frame.right + MARGIN;
    }
    document.documentElement!.scrollTop = document.body.scrollTop = 0;
  }
}
