// How captions look: size and colours, remembered on the device, and their menus among the settings of the player.

import "media-chrome/menu/media-chrome-menu";
import "media-chrome/menu/media-chrome-menu-item";
import { t, type MessageKey } from "../i18n/language";
import { element } from "../ui/dom";
import { CAPTION_COLOURS, CAPTION_SIZES, USUAL_CAPTIONS, parseCaptionStyle, type CaptionStyle } from "./caption_choice";

const STORAGE_KEY = "kapok.captions";

/** Puts the style on the player's frame, where the style sheet finds it. */
export class CaptionStyler {
  private style: CaptionStyle;

  constructor(private readonly frame: HTMLElement) {
    const isElder = document.documentElement.classList.contains("elder");
    this.style = parseCaptionStyle(stored(), isElder ? { ...USUAL_CAPTIONS, size: "large" } : USUAL_CAPTIONS);
    this.apply();
  }

  get current(): CaptionStyle {
    return this.style;
  }

  change(change: Partial<CaptionStyle>): void {
    this.style = { ...this.style, ...change };
    this.apply();
    try {
      localStorage.setItem(STORAGE_KEY, JSON.stringify(this.style));
    } catch {
      // Forbidden storage: the style lasts for this page.
    }
  }

  sizeMenu(): HTMLElement {
    const choose = (value: string) => this.change({ size: value as CaptionStyle["size"] });
    return radioMenu(CAPTION_SIZES, "captionSize", this.style.size, choose);
  }

  colourMenu(): HTMLElement {
    const choose = (value: string) => this.change({ colour: value as CaptionStyle["colour"] });
    return radioMenu(CAPTION_COLOURS, "captionColour", this.style.colour, choose);
  }

  private apply(): void {
    this.frame.dataset.captionSize = this.style.size;
    this.frame.dataset.captionColour = this.style.colour;
  }
}

function radioMenu(values: readonly string[], prefix: string, current: string, choose: (value: string) => void): HTMLElement {
  const items = values.map((value) => {
    const item = element("media-chrome-menu-item", { type: "radio", value, role: "menuitemradio" });
    item.setAttribute("aria-checked", String(value === current));
    item.append(t(`${prefix}_${value}` as MessageKey));
    return item;
  });
  const menu = element("media-chrome-menu", {}, ...items);
  menu.addEventListener("change", () => {
    const { value } = menu as HTMLElement & { value?: string };
    if (value) choose(value);
  });
  return menu;
}

function stored(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}
