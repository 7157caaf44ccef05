// Applies the keys of the player to a video element and its media controller.

import { MediaUIEvents } from "media-chrome/constants";
import { hotkeyAction, keyBelongsToControl, steppedSpeed, type FocusedControl, type HotkeyAction } from "./hotkeys";

export function listenForHotkeys(video: HTMLVideoElement, controller: HTMLElement, toggleSign: () => void): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = hotkeyAction(event.key);
    if (!action || keyBelongsToControl(event.key, focusedControl(event, controller))) return;
    event.preventDefault();
    if (action.do === "toggle-sign") toggleSign();
    else apply(action, video, controller);
  });
}

function focusedControl(event: KeyboardEvent, controller: HTMLElement): FocusedControl {
  const path = event.composedPath().filter((node): node is Element => node instanceof Element);
  const inner = path[0];
  const withRole = path.find((node) => node.hasAttribute("role") && node !== controller && !node.contains(controller));
  return {
    tag: inner?.tagName ?? "",
    role: withRole?.getAttribute("role") ?? "",
    inputType: inner instanceof HTMLInputElement ? inner.type : "",
    insidePlayer: path.includes(controller),
  };
}

function apply(action: Exclude<HotkeyAction, { do: "toggle-sign" }>, video: HTMLVideoElement, controller: HTMLElement): void {
  const request = (type: string) => controller.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true }));
  switch (action.do) {
    case "toggle-play":
      if (video.paused) void video.play().catch(() => undefined);
      else video.pause();
      break;
    case "seek-by":
      seek(video, video.currentTime + action.seconds);
      break;
    case "seek-to-share":
      seek(video, video.duration * action.share);
      break;
    case "volume-by":
      video.volume = Math.min(1, Math.max(0, video.volume + action.share));
      if (action.share > 0) video.muted = false;
      break;
    case "toggle-mute":
      video.muted = !video.muted;
      break;
    case "toggle-captions":
      request(MediaUIEvents.MEDIA_TOGGLE_SUBTITLES_REQUEST);
      break;
    case "toggle-pip":
      request(
        document.pictureInPictureElement
          ? MediaUIEvents.MEDIA_EXIT_PIP_REQUEST
          : MediaUIEvents.MEDIA_ENTER_PIP_REQUEST,
      );
      break;
    case "toggle-fullscreen":
      request(
        document.fullscreenElement
          ? MediaUIEvents.MEDIA_EXIT_FULLSCREEN_REQUEST
          : MediaUIEvents.MEDIA_ENTER_FULLSCREEN_REQUEST,
      );
      break;
    case "speed-step":
      video.playbackRate = steppedSpeed(video.playbackRate, action.step);
      break;
  }
}

function seek(video: HTMLVideoElement, seconds: number): void {
  if (!Number.isFinite(video.duration)) return;
  video.currentTime = Math.min(Math.max(0, seconds), Math.max(0, video.duration - 0.1));
}
