// The drawings of the pages. The strings are constants of this file; nothing from outside becomes markup.

/** The five petals of a kapok flower: one drawing, turned. */
function petals(): string {
  const petal = "M24 20.500C17.500 16.500 15.500 9 19.500 3.800c2.800-2 6.200-2 9 0 4 5.200 2 12.700-4.500 16.700Z";
  return [0, 72, 144, 216, 288].map((angle) => `<path transform="rotate(${angle} 24 24.5)" d="${petal}"/>`).join("");
}

/** The eight teeth of a gear. */
function teeth(): string {
  const tooth = '<path d="M21 4h6l1 8h-8Z"';
  return [0, 45, 90, 135, 180, 225, 270, 315].map((angle) => `${tooth} transform="rotate(${angle} 24 24)"/>`).join("");
}

const ICONS = {
  kapok: `<g fill="currentColor">${petals()}</g><circle cx="24" cy="24.500" r="3.800" fill="#f4b63f"/>`,
  search: '<path fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round" d="m31 31 10 10M34 20a14 14 0 1 1-28 0 14 14 0 0 1 28 0Z"/>',
  captionsOn:
    '<path fill="currentColor" fill-rule="evenodd" d="M8 8h32a5 5 0 0 1 5 5v22a5 5 0 0 1-5 5H8a5 5 0 0 1-5-5V13a5 5 0 0 1 5-5Zm2 18v4h12v-4Zm15 0v4h13v-4ZM10 18v4h8v-4Zm11 0v4h17v-4Z"/>',
  captionsOff:
    '<path fill="currentColor" fill-rule="evenodd" d="M8 8h32a5 5 0 0 1 5 5v22a5 5 0 0 1-5 5H8a5 5 0 0 1-5-5V13a5 5 0 0 1 5-5Zm0 3.500A1.500 1.500 0 0 0 6.500 13v22A1.500 1.500 0 0 0 8 36.500h32a1.500 1.500 0 0 0 1.500-1.500V13a1.500 1.500 0 0 0-1.500-1.500ZM10 26v4h12v-4Zm15 0v4h13v-4ZM10 18v4h8v-4Zm11 0v4h17v-4Z"/>',
  settings: `<g fill="currentColor">${teeth()}</g><path fill="none" stroke="currentColor" stroke-width="5" d="M24 13a11 11 0 1 1 0 22 11 11 0 0 1 0-22Z"/>`,
} as const;

export type IconName = keyof typeof ICONS;

/** A decorative drawing, hidden from screen readers, as large as its font. */
export function icon(name: IconName, className = "icon"): Element {
  const template = document.createElement("template");
  template.innerHTML = `<svg class="${className}" viewBox="0 0 48 48" aria-hidden="true" focusable="false">${ICONS[name]}</svg>`;
  return template.content.firstElementChild!;
}
