import assert from "node:assert/strict";
import { test } from "node:test";
import { shareAddress } from "../src/pages/share";
import { largerSize, parseCaptionStyle } from "../src/player/caption_choice";
import { namesElderMode, suggestionsFor } from "../src/ui/suggest";

test("a shared address names the lesson and the time when they matter", () => {
  assert.equal(shareAddress("abc", null, 0, "http://k"), "http://k/course/abc");
  assert.equal(shareAddress("abc", "l1", 83.9, "http://k"), "http://k/course/abc?lesson=l1&t=83");
});

test("a stored caption style is taken as far as it is one", () => {
  assert.deepEqual(parseCaptionStyle(null), { size: "medium", colour: "white" });
  assert.deepEqual(parseCaptionStyle('{"size":"huge","colour":"pink"}'), { size: "huge", colour: "white" });
  assert.deepEqual(parseCaptionStyle("null"), { size: "medium", colour: "white" });
  assert.deepEqual(parseCaptionStyle("{"), { size: "medium", colour: "white" });
  assert.equal(largerSize("medium"), "large");
  assert.equal(largerSize("huge"), "small");
});

test("elder mode is found by the words that elders use", () => {
  for (const word of ["长辈版", "关怀版", "亲情版", "長輩版", "zhangbei"]) assert.equal(namesElderMode(word), true, word);
  assert.equal(namesElderMode("长笛"), false);
  assert.equal(suggestionsFor("关怀版", [])[0]?.kind, "elder");
  assert.deepEqual(
    suggestionsFor("太", [
      { text: "太极", kind: "tag" },
      { text: "太极", kind: "title" },
    ]),
    [{ text: "太极", kind: "tag" }],
  );
});
