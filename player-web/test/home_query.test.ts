import assert from "node:assert/strict";
import { test } from "node:test";
import { parseQuery, queryAddress } from "../src/pages/home_query";

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

test("an unknown order falls back to the newest first", () => {
  assert.equal(parseQuery("?sort=random").sort, "newest");
  assert.equal(parseQuery("?q=%20a%20").q, "a");
});
