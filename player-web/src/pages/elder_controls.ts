// The large buttons below the picture in elder mode: five, in words.

import { language, t } from "../i18n/language";
import type { Player } from "../player/player";
import { largerSize } from "../player/caption_choice";
import { byId, element, fill } from "../ui/dom";
import { icon } from "../ui/icons";
import { speakButton } from "../ui/speech";

const SLOW = 0.75;
const BACK_S = 10;


export function isElder(): boolean {
  return document.documentElement.classList.contains("elder");
}

export function drawElderControls(player: Player): void {
  const { video } = player;
  const play = key("", () => (video.paused ? void video.play().catch(() => undefined) : video.pause()));
  const back = key(t("elderBack10"), () => (video.currentTime = Math.max(0, video.currentTime - BACK_S)));
  const slow = key("", () => (video.playbackRate = video.playbackRate < 1 ? 1 : SLOW));
  const larger = key(t("elderCaptionsBigger"), () => {
    player.captions.change({ size: largerSize(player.captions.current.size) });
    player.showCaptions();
  });
  const read = speakButton(() => [byId("summary").textContent ?? ""], t("elderRead"));
  const showPlay = () => fill(play, icon("play"), video.paused ? t("elderPlay") : t("elderPause"));
  const showSpeed = () => fill(slow, video.playbackRate < 1 ? t("elderNormal") : t("elderSlower"));
  play.classList.add("elder-key-main");
  for (const event of ["play", "pause", "ended"]) video.addEventListener(event, showPlay);
  video.addEventListener("ratechange", showSpeed);
  showPlay();
  showSpeed();
  const place = byId("elder-controls");
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", t("elderControls"));
  place.lang = language;
  fill(place, play, back, slow, larger, read);
}

function key(label: string, press: () => void): HTMLElement {
  return element("button", { type: "button", class: "elder-key", onclick: press }, label);
}
