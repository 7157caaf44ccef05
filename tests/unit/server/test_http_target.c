#include "server/http/http_error.h"
#include "server/http/http_target.h"

#include <glib.h>
#include <string.h>

static void test_http_target_parse_path(void) {
  static const struct {
    const char *text, *path;
  } cases[] = {
      {"/", "/"},
      {"/a/b.m3u8", "/a/b.m3u8"},
      {"/a%20b", "/a b"},
      {"/%E5%A4%AA%E6%9E%81", "/太极"},
      {"/a/...", "/a/..."},
      {"/a/..b", "/a/..b"},
      {"/a?b=../c", "/a"},
      {"/%252e%252e/x", "/%2e%2e/x"}, /* decoded once: a segment of that name, not ".." */
      {"http://example.org/a/b?c", "/a/b"},
      {"HTTP://example.org", "/"},
      {"https://example.org:8443/a", "/a"},
      {"//a", "//a"},
      {"*", "*"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    HttpTarget target = {0};
    g_autoptr(GError) error = NULL;
    g_assert_true(http_target_parse(cases[i].text, &target, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(target.path, ==, cases[i].path);
    http_target_clear(&target);
  }
}

static void test_http_target_parse_refused(void) {
  static const char *const cases[] = {
      "",
      "a",
      "/a b",
      "/a#b",
      "/%",
      "/%4",
      "/%zz",
      "/%00",
      "/x.m3u8%00.jpg",
      "/a%0d%0aSet-Cookie:x",
      "/a%7f",
      "/a\x01",
      "/a\tb",
      "/..",
      "/.",
      "/a/../b",
      "/a/./b",
      "/a/..",
      "/%2e%2e/etc/passwd",
      "/.%2e/x",
      "/%2E/x",
      "/a/%2e%2e%2fb",
      "/a%2fb",
      "/a%5cb",
      "/a\\b",
      "/..\\x",
      "/%c0%ae%c0%ae/x",
      "/%c0%af",
      "/%ff",
      "/%e5%a4",
      "/\xe5\xa4\xaa",
      "/%ed%a0%80",
      "/a?b=%00",
      "/a?b=%0a",
      "/a?b=%f",
      "/a?%00=b",
      "/a?b=%ff",
      "http:///a",
      "http://user@host/a",
      "ftp://host/a",
      "host:80",
      "**",
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    HttpTarget target = {0};
    g_autoptr(GError) error = NULL;
    if (http_target_parse(cases[i], &target, &error))
      g_error("“%s” was not refused", cases[i]);
    g_assert_error(error, HTTP_ERROR, HTTP_ERROR_BAD_REQUEST);
    g_assert_null(target.path);
    g_assert_null(target.query);
  }
}

static void test_http_target_parse_query(void) {
  HttpTarget target = {0};
  g_autoptr(GError) error = NULL;
  g_assert_true(http_target_parse("/c?q=%E5%A4%AA+a%2bb&&empty=&bare&q=2&x=a=b&y=\xe5\xa4\xaa", &target, &error));
  g_assert_cmpstr(http_target_find_param(&target, "q"), ==, "太 a+b");
  g_assert_cmpstr(http_target_find_param(&target, "empty"), ==, "");
  g_assert_cmpstr(http_target_find_param(&target, "bare"), ==, "");
  g_assert_cmpstr(http_target_find_param(&target, "x"), ==, "a=b");
  g_assert_cmpstr(http_target_find_param(&target, "y"), ==, "太");
  g_assert_null(http_target_find_param(&target, "Q"));
  g_assert_cmpuint(target.query->len, ==, 6);
  http_target_clear(&target);
}

static void test_http_target_parse_limits(void) {
  g_autofree char *filled = g_strnfill(HTTP_TARGET_BYTES_MAX, 'a');
  filled[0] = '/';
  g_autofree char *too_long = g_strconcat(filled, "a", NULL);
  HttpTarget target = {0};
  g_autoptr(GError) error = NULL;
  g_assert_true(http_target_parse(filled, &target, &error));
  http_target_clear(&target);
  g_assert_false(http_target_parse(too_long, &target, &error));
  g_assert_error(error, HTTP_ERROR, HTTP_ERROR_TARGET_TOO_LONG);
  g_clear_error(&error);

  g_autoptr(GString) many = g_string_new("/?");
  for (int i = 0; i < HTTP_TARGET_PARAMS_MAX; i++)
    g_string_append(many, "a=1&");
  g_assert_true(http_target_parse(many->str, &target, &error));
  http_target_clear(&target);
  g_string_append(many, "a=1");
  g_assert_false(http_target_parse(many->str, &target, &error));
  g_assert_error(error, HTTP_ERROR, HTTP_ERROR_BAD_REQUEST);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/http_target/parse/path", test_http_target_parse_path);
  g_test_add_func("/http_target/parse/refused", test_http_target_parse_refused);
  g_test_add_func("/http_target/parse/query", test_http_target_parse_query);
  g_test_add_func("/http_target/parse/limits", test_http_target_parse_limits);
  return g_test_run();
}
