// The picture qualities of the running lesson, in the form that media-chrome's quality menu reads from a media
// element (`videoRenditions` of the media-ui-extensions proposal). Selected index -1 means automatic.

export interface Rendition {
  id: string;
  width: number;
  height: number;
  bitrate: number;
}

export class RenditionList extends EventTarget {
  [index: number]: Rendition;
  private items: Rendition[] = [];
  private selected = -1;

  constructor(private readonly choose: (index: number) => void) {
    super();
  }

  get length(): number {
    return this.items.length;
  }

  get selectedIndex(): number {
    return this.selected;
  }

  /** Set by the menu: switches the player and tells the menu. */
  set selectedIndex(index: number) {
    const chosen = index >= 0 && index < this.items.length ? index : -1;
    if (chosen === this.selected) return;
    this.selected = chosen;
    this.choose(chosen);
    this.dispatchEvent(new Event("change"));
  }

  /** Puts other renditions in place; the choice falls back to automatic when its rendition is gone. */
  replace(items: Rendition[]): void {
    for (let index = 0; index < this.items.length; index += 1) delete this[index];
    this.items = [...items];
    items.forEach((item, index) => (this[index] = item));
    if (this.selected >= items.length) this.selected = -1;
    this.dispatchEvent(new Event("addrendition"));
    this.dispatchEvent(new Event("change"));
  }

  [Symbol.iterator](): Iterator<Rendition> {
    return this.items[Symbol.iterator]();
  }
}
