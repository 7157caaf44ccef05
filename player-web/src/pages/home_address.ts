// Addresses of the home page as its script handles them.

/** The address after somebody has typed: other words, the same filters; an order and a place in the list belong to the
 * words before. */
export function typedAddress(search: string, text: string): string {
  const parameters = new URLSearchParams(search);
  parameters.delete("cursor");
  parameters.delete("sort");
  if (text.trim()) parameters.set("q", text.trim());
  else parameters.delete("q");
  const rest = parameters.toString();
  return rest ? `/?${rest}` : "/";
}

/** Whether a link leads to the home page itself, in the same language and mode. */
export function isHomeAddress(address: URL, origin: string): boolean {
  const changesView = ["lang", "elder", "text"].some((name) => address.searchParams.has(name));
  return address.origin === origin && address.pathname === "/" && !changesView;
}
