// The controls over the picture: media-chrome's elements, laid out and named by us.

import "media-chrome/media-controller";
import "media-chrome/media-control-bar";
import "media-chrome/media-play-button";
import "media-chrome/media-seek-backward-button";
import "media-chrome/media-seek-forward-button";
import "media-chrome/media-mute-button";
import "media-chrome/media-volume-range";
import "media-chrome/media-time-range";
import "media-chrome/media-time-display";
import "media-chrome/media-captions-button";
import "media-chrome/media-pip-button";
import "media-chrome/media-fullscreen-button";
import "media-chrome/media-chrome-button";
import "media-chrome/menu/media-settings-menu";
import "media-chrome/menu/media-settings-menu-button";
import "media-chrome/menu/media-settings-menu-item";
import "media-chrome/menu/media-playback-rate-menu";
import "media-chrome/menu/media-rendition-menu";
import "media-chrome/menu/media-captions-menu";
import { mediaTexts } from "#media-texts";
import { addTranslation, setLanguage } from "media-chrome/utils/i18n";
import { language, t } from "../i18n/language";
import { element } from "../ui/dom";
import { drawing, type DrawingName } from "../ui/icons";
import type { CaptionStyler } from "./caption_style";
import { SPEEDS } from "./hotkeys";

if (language !== "en") {
  addTranslation(language, {
    ...mediaTexts,
    "closed captions": t("menuCaptions"),
    seek: t("nowPlaying"),
    "chapter: {chapterName}": t("chapterIs"),
    "{currentTime} of {totalTime}": t("timeOf"),
  });
}

/** Fresh controls in the current language, to be put into the media controller after the video element. */
export function buildControls(hasPicture: boolean, captions: CaptionStyler): HTMLElement[] {
  setLanguage(language);
  return [
    element("span", { slot: "centered-chrome", class: "spinner loading-wheel", noautohide: true, "aria-hidden": "true" }),
    element("media-play-button", { slot: "centered-chrome", class: "big-play", notooltip: true }),
    settingsMenu(hasPicture, captions),
    element(
      "media-control-bar",
      { class: "bar bar-time" },
      element("span", { class: "prepared", "aria-hidden": "true" }),
      element("media-time-range"),
    ),
    buttonBar(hasPicture),
  ];
}

function buttonBar(hasPicture: boolean): HTMLElement {
  const captions = element("media-captions-button", {}, slotted("captionsOn", "on"), slotted("captionsOff", "off"));
  return element(
    "media-control-bar",
    { class: "bar bar-buttons" },
    element("media-play-button"),
    element("media-seek-backward-button", { seekoffset: 10, class: "when-wide" }),
    element("media-seek-forward-button", { seekoffset: 10, class: "when-wide" }),
    element("media-mute-button"),
    element("media-volume-range", { class: "when-wide" }),
    element("media-time-display", { showduration: true, notoggle: true }),
    element("span", { class: "bar-space" }),
    captions,
    element("media-settings-menu-button", {}, slotted("settings", "icon")),
    hasPicture && element("media-pip-button", { class: "when-wide" }),
    element("media-fullscreen-button"),
  );
}

/** The key that hides and shows the sign-language window. */
export function signKey(press: () => void): HTMLElement {
  return element("media-chrome-button", { class: "sign-key", "aria-label": t("sign"), title: t("sign"), notooltip: true, onclick: press }, drawing("sign", "control-icon"));
}

function slotted(name: DrawingName, slot: string): Element {
  const node = drawing(name, "control-icon");
  node.setAttribute("slot", slot);
  return node;
}

function settingsMenu(hasPicture: boolean, captions: CaptionStyler): HTMLElement {
  return withSafeFocus(
    element(
      "media-settings-menu",
      { hidden: true, anchor: "auto" },
      menuItem(t("menuSpeed"), element("media-playback-rate-menu", { rates: SPEEDS.join(" ") })),
      hasPicture && menuItem(t("menuQuality"), element("media-rendition-menu")),
      menuItem(t("menuCaptions"), element("media-captions-menu")),
      menuItem(t("menuCaptionSize"), captions.sizeMenu()),
      menuItem(t("menuCaptionColour"), captions.colourMenu()),
    ),
  );
}

/** media-chrome's menus give the focus back to where it was; asked for twice, that is inside the menu itself, and
 * leaving it never ends. */
function withSafeFocus(menu: HTMLElement): HTMLElement {
  const focus = menu.focus.bind(menu);
  menu.focus = (options?: FocusOptions) => {
    if (!menu.contains(document.activeElement)) focus(options);
  };
  return menu;
}

function menuItem(title: string, submenu: HTMLElement): HTMLElement {
  submenu.setAttribute("slot", "submenu");
  submenu.hidden = true;
  submenu.append(element("div", { slot: "title" }, title));
  submenu.shadowRoot?.querySelector("[part~=back]")?.setAttribute("aria-label", t("menuBack"));
  return element("media-settings-menu-item", {}, title, withSafeFocus(submenu));
}
