// Drawings. Most stand in the page already (templates/_icons.html); those of the player are constants of this file.
// Nothing from outside becomes markup.

const CAPTIONS_FRAME = "M8 8h32a5 5 0 0 1 5 5v22a5 5 0 0 1-5 5H8a5 5 0 0 1-5-5V13a5 5 0 0 1 5-5Z";
const CAPTIONS_LINES = "M10 26v4h12v-4Zm15 0v4h13v-4ZM10 18v4h8v-4Zm11 0v4h17v-4Z";

/** The eight teeth of a gear. */
function teeth(): string {
  const tooth = '<path d="M21 4h6l1 8h-8Z"';
  return [0, 45, 90, 135, 180, 225, 270, 315].map((angle) => `${tooth} transform="rotate(${angle} 24 24)"/>`).join("");
}

const DRAWINGS = {
  captionsOn: `<path fill="currentColor" fill-rule="evenodd" d="${CAPTIONS_FRAME}${CAPTIONS_LINES}"/>`,
  captionsOff: `<path fill="none" stroke="currentColor" stroke-width="3.5" d="${CAPTIONS_FRAME}"/><path fill="currentColor" d="${CAPTIONS_LINES}"/>`,
  settings: `<g fill="currentColor">${teeth()}</g><path fill="none" stroke="currentColor" stroke-width="5" d="M24 13a11 11 0 1 1 0 22 11 11 0 0 1 0-22Z"/>`,
  sign: '<g fill="none" stroke="currentColor" stroke-width="3.4" stroke-linecap="round" stroke-linejoin="round"><path d="M16 26V11.500a3 3 0 0 1 6 0V22M22 21V7.500a3 3 0 0 1 6 0V21M28 22V10.500a3 3 0 0 1 6 0V25M34 25v-6a3 3 0 0 1 6 0v9c0 9-5 15-13 15-6 0-9-2-12-7L8.500 28a3 3 0 0 1 5-3.500L16 28"/></g>',
} as const;

export type DrawingName = keyof typeof DRAWINGS;

function svg(className: string, content: string): Element {
  const template = document.createElement("template");
  template.innerHTML = `<svg class="${className}" viewBox="0 0 48 48" aria-hidden="true" focusable="false">${content}</svg>`;
  return template.content.firstElementChild!;
}

/** A drawing of the player, hidden from screen readers. */
export function drawing(name: DrawingName, className: string): Element {
  return svg(className, DRAWINGS[name]);
}

/** One of the page's own drawings, hidden from screen readers, as large as its font. */
export function icon(name: "kapok" | "search" | "play" | "arrow" | "back" | "speak" | "share" | "file", className = "icon"): Element {
  return svg(className, `<use href="#i-${name}"/>`);
}
