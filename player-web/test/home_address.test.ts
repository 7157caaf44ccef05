import assert from "node:assert/strict";
import { test } from "node:test";
import { isHomeAddress, typedAddress } from "../src/pages/home_address";

test("typing changes the words, keeps the filters and begins at the first page", () => {
  assert.equal(typedAddress("", "太极"), "/?q=%E5%A4%AA%E6%9E%81");
  assert.equal(typedAddress("?category=arts&sort=title&cursor=x", " tjq "), "/?category=arts&q=tjq");
  assert.equal(typedAddress("?q=a", "  "), "/");
  assert.equal(typedAddress("?q=a&kind=hd", ""), "/?kind=hd");
});

test("only addresses of the home in the same view are handled in place", () => {
  const is = (address: string) => isHomeAddress(new URL(address, "http://kapok.test"), "http://kapok.test");
  assert.equal(is("/?q=a&sort=title"), true);
  assert.equal(is("/"), true);
  assert.equal(is("/?lang=en"), false);
  assert.equal(is("/?q=a&elder=1"), false);
  assert.equal(is("/course/x"), false);
  assert.equal(is("http://other.test/"), false);
});
