// The picture of a course or lesson: its poster, or a seal of its category where there is none (yet).

import { categoryOf } from "../text/labels";
import { element } from "./dom";
import { icon } from "./icons";

/** A 16:9 picture; a poster that fails to load gives way to the seal. */
export function posterFrame(poster: string | null, category: string | null, isLazy: boolean): HTMLElement {
  const frame = element("div", { class: "poster" }, seal(category));
  if (poster) {
    const image = element("img", {
      src: poster,
      alt: "",
      decoding: "async",
      loading: isLazy ? "lazy" : "eager",
      onerror: () => image.remove(),
    });
    frame.append(image);
  }
  return frame;
}

function seal(category: string | null): HTMLElement {
  const known = categoryOf(category);
  return element(
    "div",
    { class: "seal", "aria-hidden": "true" },
    icon("kapok", "seal-flower"),
    known && element("span", { class: "seal-character", lang: "zh-CN" }, known.seal),
  );
}
