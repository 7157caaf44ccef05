// Elements for engines that know neither append() nor closest().

export type Child = Node | string | null;

export interface Attributes {
  [name: string]: string | number | boolean | null;
}

/** An element; attributes that are null or false are left out, true is an empty one. */
export function el(tag: string, attributes?: Attributes | null, children?: Child[] | string): HTMLElement {
  const made = document.createElement(tag);
  for (const name in attributes || {}) {
    const value = attributes![name];
    if (value === null || value === false || value === undefined) continue;
    made.setAttribute(name, value === true ? "" : String(value));
  }
  if (typeof children === "string") made.appendChild(document.createTextNode(children));
  else if (children) add(made, children);
  return made;
}

export function add(parent: Node, children: Child[]): void {
  for (let i = 0; i < children.length; i++) {
    const child = children[i]!;
    if (child !== null) parent.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
  }
}

/** Puts `children` in the place of all that is in `parent`. */
export function fill(parent: Node, children: Child[]): void {
  while (parent.firstChild) parent.removeChild(parent.firstChild);
  add(parent, children);
}

export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

export function setShown(node: HTMLElement, isShown: boolean): void {
  if (isShown) node.removeAttribute("hidden");
  else node.setAttribute("hidden", "");
}

/** A button that the arrow keys find; `name` tells it from the others of its screen. */
export function key(name: string, label: Child[] | string, press: () => void, look?: string): HTMLElement {
  const button = el("button", { type: "button", class: "key f" + (look ? " " + look : ""), "data-k": name }, label);
  button.addEventListener("click", press);
  return button;
}

const SVG = "http://www.w3.org/2000/svg";

/** One of the symbols of the page (templates/_icons.html). */
export function icon(name: string, look?: string): Node {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttributeNS("http://www.w3.org/1999/xlink", "xlink:href", "#" + name);
  svg.setAttribute("class", look || "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  svg.appendChild(use);
  return svg;
}

/** The node or the nearest one around it that has the attribute; null when none has. */
export function around(node: Node | null, attribute: string): HTMLElement | null {
  for (let at = node; at && at.nodeType === 1; at = at.parentNode) {
    if ((at as Element).hasAttribute(attribute)) return at as HTMLElement;
  }
  return null;
}

/** Calls `visit` with what lies under the pointer when somebody moves it; not when the page moves under it, which engines tell
 * in the same way. */
export function onPointer(root: Element, visit: (target: Node) => void): void {
  let x = -1;
  let y = -1;
  root.addEventListener("mousemove", (event) => {
    const mouse = event as MouseEvent;
    const hasMoved = x >= 0 && (mouse.screenX !== x || mouse.screenY !== y);
    x = mouse.screenX;
    y = mouse.screenY;
    if (hasMoved) visit(mouse.target as Node);
  });
}

export function each(root: Element, selector: string, visit: (node: HTMLElement) => void): void {
  const list = root.querySelectorAll(selector);
  for (let i = 0; i < list.length; i++) visit(list[i] as HTMLElement);
}
