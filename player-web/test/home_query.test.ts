import assert from "node:assert/strict";
import { test } from "node:test";
import { changeQuery, parseQuery, possibleSorts, queryAddress } from "../src/pages/home_query";

test("the address and the state of the home say the same", () => {
  for (const query of [
    { q: "", category: "", sort: "newest" as const },
    { q: "太极 拳&?", category: "health", sort: "duration" as const },
    { q: "", category: "sign-language", sort: "title" as const },
  ]) {
    assert.deepEqual(parseQuery(queryAddress(query).slice(1)), query);
  }
  assert.equal(queryAddress({ q: "", category: "", sort: "newest" }), "/");
});

test("the usual order follows what is looked for, a chosen one stays", () => {
  const home = parseQuery("");
  const found = changeQuery(home, { q: "太极" });
  assert.equal(found.sort, "relevance");
  assert.equal(queryAddress(found), "/?q=%E5%A4%AA%E6%9E%81");
  assert.equal(changeQuery(found, { q: "" }).sort, "newest");
  const chosen = changeQuery(found, { sort: "duration" });
  assert.equal(changeQuery(chosen, { q: "书法" }).sort, "duration");
  assert.equal(changeQuery(changeQuery(found, { sort: "newest" }), { category: "arts" }).sort, "newest");
  assert.equal(parseQuery("?sort=relevance").sort, "newest");
  assert.ok(!possibleSorts("").includes("relevance"));
});

test("an unknown order falls back to the newest first", () => {
  assert.equal(parseQuery("?sort=random").sort, "newest");
  assert.equal(parseQuery("?q=%20a%20").q, "a");
});
