// Templates of pages: {{> part}} takes in src/templates/_part.html, {{style:NAME}} and {{file:NAME}} are addresses of
// built files, {{inline:NAME}} is a style sheet itself. What else stands in braces is the server's (server/pages/page_template.h).

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

export function templateNames(root) {
  return readdirSync(join(root, "src/templates")).filter((name) => !name.startsWith("_"));
}

/** The template as the server reads it: parts taken in, addresses filled in, indentation taken out. */
export function fillTemplate(root, name, addresses) {
  const text = readFileSync(join(root, "src/templates", name), "utf8");
  return include(root, text, 0)
    .replace(/\{\{(style|file|inline):([\w-]+)\}\}/g, (_whole, kind, key) => {
      const address = addresses[kind][key];
      if (!address) throw new Error(`${name} names ${kind}:${key}, which is not built`);
      return address;
    })
    .replace(/\n\s+/g, "\n")
    .replace(/\n+/g, "\n");
}

function include(root, text, depth) {
  if (depth > 4) throw new Error("parts of templates that take in each other");
  return text.replace(/\{\{> (\w+)\}\}/g, (_whole, part) =>
    include(root, readFileSync(join(root, "src/templates", `_${part}.html`), "utf8"), depth + 1),
  );
}
