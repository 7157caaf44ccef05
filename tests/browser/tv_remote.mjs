// A television before the TV page: its window, its remote control, and a look at every frame for a lost focus.

import assert from "node:assert/strict";
import { openPage } from "./browser.mjs";

export const TELEVISION = { viewport: { width: 1280, height: 720 }, reducedMotion: "reduce" };

/** In the page: notes each frame in which nothing visible had the focus, once something has had it. */
function watchFocus() {
  window.lost = [];
  let hasBegun = false;
  const look = () => {
    const at = document.activeElement;
    const box = at?.getBoundingClientRect();
    const isSeen = at?.classList.contains("on") && box.width > 0 && box.left + box.width / 2 > 0 && box.left + box.width / 2 < innerWidth && box.top + box.height / 2 > 0 && box.top + box.height / 2 < innerHeight;
    hasBegun ||= isSeen;
    if (hasBegun && !isSeen && window.lost.length < 20) window.lost.push(`${location.hash}: ${at?.outerHTML.slice(0, 120)}`);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** Opens a screen of the TV page; `body` gets a remote control for it. Afterwards the focus has never been lost and the browser has nothing
 * to complain about but what is `allowed`. */
export async function openScreen(browser, address, body, { options = TELEVISION, script, allowed = /^$/ } = {}) {
  const { page, context, complaints } = await openPage(browser, new URL("/robots.txt", address).href, options);
  try {
    await context.addInitScript(watchFocus);
    if (script) await context.addInitScript(script);
    await page.goto(address);
    await body(remoteOf(page), page, context);
    assert.deepEqual(await page.evaluate(() => window.lost), []);
    assert.deepEqual(complaints.filter((line) => !allowed.test(line)), []);
  } finally {
    await context.close();
  }
}

function remoteOf(page) {
  const at = () => page.evaluate(() => document.activeElement.getAttribute("data-k"));
  return {
    at,
    press: async (...keys) => {
      for (const key of keys) await page.keyboard.press(key);
    },
    /** A key that only remote controls have. */
    code: (keyCode) => page.evaluate((code) => document.dispatchEvent(new KeyboardEvent("keydown", { keyCode: code, bubbles: true })), keyCode),
    is: (name) => page.waitForFunction((wanted) => document.activeElement.getAttribute("data-k")?.startsWith(wanted), name),
    /** Presses a key until the focus is on what is called so. */
    until: async (key, name) => {
      for (let round = 0; round < 40 && !(await at())?.startsWith(name); round += 1) await page.keyboard.press(key);
      assert.ok((await at()).startsWith(name), `${key} does not lead to ${name}`);
    },
  };
}
