// Building elements without a framework. Text is always set as text, never as markup.

type Child = Node | string | null | undefined | false;
type AttributeValue = string | number | boolean | null | undefined | ((event: Event) => void);

/**
 * A new element. A function under a name that starts with "on" listens to that event ("onclick"); true sets an
 * empty attribute; false, null and undefined leave it out.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes?: Record<string, AttributeValue>,
  ...children: Child[]
): HTMLElementTagNameMap[K];
export function element(tag: string, attributes?: Record<string, AttributeValue>, ...children: Child[]): HTMLElement;
export function element(
  tag: string,
  attributes: Record<string, AttributeValue> = {},
  ...children: Child[]
): HTMLElement {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  node.append(...present(children));
  return node;
}

/** Puts `children` in place of everything in `parent`. */
export function fill(parent: Element, ...children: Child[]): void {
  parent.replaceChildren(...present(children));
}

/** The element of the page's shell with this id; the shell always has it. */
export function byId(id: string): HTMLElement {
  const node = document.getElementById(id);
  if (!node) throw new Error(`the page has no element #${id}`);
  return node;
}

function present(children: Child[]): (Node | string)[] {
  return children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false);
}
