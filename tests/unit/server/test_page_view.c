#include "server/pages/page_view.h"

static void test_page_view_parse_cookie(void) {
  static const struct {
    const char *cookie;
    PageView wanted;
  } cases[] = {
      {NULL, {PAGE_LANGUAGE_ZH_CN, false, 0}},
      {"", {PAGE_LANGUAGE_ZH_CN, false, 0}},
      {"kapok_view=en.1.2", {PAGE_LANGUAGE_EN, true, 2}},
      {"a=b; kapok_view=zh-Hant.0.1; c", {PAGE_LANGUAGE_ZH_HANT, false, 1}},
      {"kapok_view=en", {PAGE_LANGUAGE_EN, false, 0}},
      {"kapok_view=", {PAGE_LANGUAGE_ZH_CN, false, 0}},
      {"kapok_view", {PAGE_LANGUAGE_ZH_CN, false, 0}},
      {"kapok_view=fr.2.3.4", {PAGE_LANGUAGE_ZH_CN, false, 0}},
      {"kapok_view=...", {PAGE_LANGUAGE_ZH_CN, false, 0}},
      {"kapok_view=en.11.1", {PAGE_LANGUAGE_EN, false, 1}},
      {"xkapok_view=en.1.1;;;", {PAGE_LANGUAGE_ZH_CN, false, 0}},
      {"=; kapok_view=en.1.1", {PAGE_LANGUAGE_EN, true, 1}},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    PageView view = page_view_parse_cookie(cases[i].cookie);
    g_assert_cmpint(view.language, ==, cases[i].wanted.language);
    g_assert_cmpint(view.is_elder, ==, cases[i].wanted.is_elder);
    g_assert_cmpint(view.text_size, ==, cases[i].wanted.text_size);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/page_view/parse_cookie", test_page_view_parse_cookie);
  return g_test_run();
}
