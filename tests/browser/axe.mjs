// axe-core on a page, and our own rules about size and spacing that axe does not know.

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const modules = process.env.KAPOK_NODE_MODULES ?? join(dirname(fileURLToPath(import.meta.url)), "node_modules");
const { AxeBuilder } = createRequire(join(modules, "x.js"))("@axe-core/playwright");

/** What axe finds on the page, as lines. `strict`: with a contrast of 7:1 (WCAG 1.4.6). `rules`: these alone. */
export async function axeFindings(page, { strict = false, rules = [] } = {}) {
  const builder = new AxeBuilder({ page });
  if (rules.length > 0) builder.withRules(rules);
  if (strict) builder.options({ rules: { "color-contrast-enhanced": { enabled: true } } });
  const { violations } = await builder.analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(" ")}: ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ""}`),
  );
}

/** What is wider than the window or cut off, as lines. Lines that are cut on purpose (line-clamp) and rows that are pushed
 * with a finger do not count. */
export function lossFindings(page) {
  return page.evaluate(() => {
    const found = [];
    const excess = document.documentElement.scrollWidth - innerWidth;
    if (excess > 0) found.push(`the page is ${excess} px wider than the window`);
    for (const node of document.querySelectorAll("main *, header *, footer *")) {
      const style = getComputedStyle(node);
      const isCut = style.overflowX === "hidden" && style.webkitLineClamp === "none" && style.clipPath === "none";
      if (!isCut || node.closest(".player, .poster, .hero, svg") || node.clientWidth === 0) continue;
      if (node.scrollWidth > node.clientWidth + 1) found.push(`cut off: ${node.outerHTML.slice(0, 100)}`);
    }
    return found;
  });
}

/** What of elder mode is too small or too close, as lines: keys of 60x60 px with 8 px between, text of 18 px, lines of
 * 1.3. */
export function elderFindings(page) {
  return page.evaluate(() => {
    const found = [];
    const isSeen = (node) => node.getClientRects().length > 0 && getComputedStyle(node).visibility === "visible";
    const label = (node) => `${node.tagName} ${(node.textContent || node.getAttribute("aria-label") || "").trim().slice(0, 30)}`;
    const keys = [...document.querySelectorAll("a, button, input, select, media-control-bar > [role=button]")].filter(
      (node) => isSeen(node) && !node.classList.contains("skip") && !node.closest("media-settings-menu"),
    );
    for (const key of keys) {
      const { width, height } = key.getBoundingClientRect();
      if (width < 59.5 || height < 59.5) found.push(`${label(key)}: ${width.toFixed(0)}x${height.toFixed(0)}`);
    }
    keys.forEach((one, index) => {
      const a = one.getBoundingClientRect();
      for (const other of keys.slice(index + 1)) {
        if (one.contains(other) || other.contains(one)) continue;
        const b = other.getBoundingClientRect();
        const apart = Math.max(b.left - a.right, a.left - b.right, b.top - a.bottom, a.top - b.bottom);
        if (apart < 7.5) found.push(`${apart.toFixed(1)} px between ${label(one)} and ${label(other)}`);
      }
    });
    for (const node of document.querySelectorAll("header *, main *, footer *")) {
      const hasText = [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim() !== "");
      if (!hasText || !isSeen(node) || node.closest(".unseen, svg, script, .player, noscript")) continue;
      const style = getComputedStyle(node);
      const size = parseFloat(style.fontSize);
      if (size < 18) found.push(`text of ${size} px: ${label(node)}`);
      const line = parseFloat(style.lineHeight) / size;
      if (line < 1.29 && node.getClientRects().length > 1) found.push(`lines of ${line.toFixed(2)}: ${label(node)}`);
    }
    return found;
  });
}
