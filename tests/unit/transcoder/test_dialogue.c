#include "transcoder/dialogue.h"

#include <string.h>

static const struct {
  const char *line, *text;
} cases[] = {
    {"0,0,Default,,0,0,0,,你好", "你好"},
    {"12,0,Default,Name,0,0,0,,一, 二, 三", "一, 二, 三"},
    {"0,0,Default,,0,0,0,,{\\an8\\i1}上面{\\i0}的字", "上面的字"},
    {"0,0,Default,,0,0,0,,first\\Nsecond\\nthird", "first\nsecond\nthird"},
    {"0,0,Default,,0,0,0,,  \\N  only  \\N ", "only"},
    {"0,0,Default,,0,0,0,,a\\hb", "a\u00a0b"},
    {"0,0,Default,,0,0,0,,<script>&amp;</script> 1 --> 2", "&lt;script&gt;&amp;amp;&lt;/script&gt; 1 --&gt; 2"},
    {"0,0,Default,,0,0,0,,{\\p1}m 0 0 l 100 0 100 100{\\p0}shown", "shown"},
    {"0,0,Default,,0,0,0,,{\\pos(10,20)}placed", "placed"},
    {"0,0,Default,,0,0,0,,{ not closed", "{ not closed"},
    {"0,0,Default,,0,0,0,,{\\b1}", NULL},
    {"0,0,Default,,0,0,0,,", NULL},
    {"too,few,fields", NULL},
    {"", NULL},
};

static void test_dialogue_to_webvtt(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = dialogue_to_webvtt(cases[i].line, true);
    g_assert_cmpstr(text, ==, cases[i].text);
  }
}

/** Braces that are words in other formats. */
static void test_dialogue_braces(void) {
  const char *line = "0,0,Default,,0,0,0,,{\\an8}f(x) = {1, 2} \\{3\\}";
  g_autofree char *of_ass = dialogue_to_webvtt(line, true), *of_other = dialogue_to_webvtt(line, false);
  g_assert_cmpstr(of_ass, ==, "f(x) =  {3}");
  g_assert_cmpstr(of_other, ==, "f(x) = {1, 2} {3}");
}

/** However long it is, what comes out is bounded and valid UTF-8. */
static void test_dialogue_is_bounded(void) {
  g_autoptr(GString) line = g_string_new("0,0,Default,,0,0,0,,x");
  for (int i = 0; i < 100000; i++)
    g_string_append(line, "木");
  g_autofree char *text = dialogue_to_webvtt(line->str, true);
  g_assert_cmpuint(strlen(text), >, 5000);
  g_assert_cmpuint(strlen(text), <, 20000);
  g_assert_true(g_utf8_validate(text, -1, NULL));
  g_autofree char *broken = dialogue_to_webvtt("0,0,Default,,0,0,0,,\xff\xfe ok", true);
  g_assert_true(g_utf8_validate(broken, -1, NULL));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/dialogue/to-webvtt", test_dialogue_to_webvtt);
  g_test_add_func("/dialogue/braces", test_dialogue_braces);
  g_test_add_func("/dialogue/is-bounded", test_dialogue_is_bounded);
  return g_test_run();
}
