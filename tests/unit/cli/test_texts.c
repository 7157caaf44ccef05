#include "cli/texts.h"

static void test_text_locale_is_english(void) {
  static const struct {
    const char *lc_all, *lc_messages, *lang;
    bool is_english;
  } cases[] = {
      {NULL, NULL, NULL, false},
      {NULL, NULL, "en_US.UTF-8", true},
      {NULL, NULL, "C", false},
      {NULL, NULL, "zh_CN.UTF-8", false},
      {NULL, "en_GB.UTF-8", "zh_CN.UTF-8", true},
      {"zh_CN.UTF-8", "en_GB.UTF-8", "en_US.UTF-8", false},
      {"", "", "EN", true},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    g_assert_cmpint(text_locale_is_english(cases[i].lc_all, cases[i].lc_messages, cases[i].lang), ==,
                    cases[i].is_english);
}

static void test_text_width(void) {
  g_assert_cmpint(text_width(""), ==, 0);
  g_assert_cmpint(text_width("abc"), ==, 3);
  g_assert_cmpint(text_width("太极拳"), ==, 6);
  g_assert_cmpint(text_width("e\xCC\x81"), ==, 1);
}

static void test_text_fit(void) {
  static const struct {
    const char *text;
    int cells;
    const char *expected;
  } cases[] = {
      {"abc", 5, "abc  "},    {"abc", 3, "abc"},     {"abcdef", 4, "abc…"},           {"太极拳", 6, "太极拳"},
      {"太极拳", 5, "太极…"}, {"太极拳", 4, "太… "}, {"a\nb\x1b[2Jc", 8, "a b [2Jc"}, {"abc", 0, ""},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *fitted = text_fit(cases[i].text, cases[i].cells);
    g_assert_cmpstr(fitted, ==, cases[i].expected);
  }
}

static void test_text_one_line(void) {
  g_autofree char *clean = text_one_line("一\t二\r\n三\xff");
  g_assert_cmpstr(clean, ==, "一 二  三\xEF\xBF\xBD");
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/texts/locale", test_text_locale_is_english);
  g_test_add_func("/texts/width", test_text_width);
  g_test_add_func("/texts/fit", test_text_fit);
  g_test_add_func("/texts/one-line", test_text_one_line);
  return g_test_run();
}
