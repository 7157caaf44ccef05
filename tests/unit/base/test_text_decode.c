#include "base/base64url.h"
#include "base/text_decode.h"

#include <string.h>

static void test_text_decode_encodings(void) {
  static const struct {
    const char *data;
    gsize size;
    const char *encoding, *expected;
  } cases[] = {
      {"", 0, "UTF-8", ""},
      {"abc", 3, "UTF-8", "abc"},
      {"\xe5\xa4\xaa", 3, "UTF-8", "太"},
      {"\xef\xbb\xbf\xe5\xa4\xaa", 6, "UTF-8", "太"},
      {"\xcc\xab\xbc\xab\xc8\xad", 6, "GB18030", "太极拳"},
      {"\xd6\xd0,", 3, "GB18030", "中,"},
      {"\x81\x30\x81\x30", 4, "GB18030", "\xc2\x80"},
      {"\xff\xfe\x2a\x59", 4, "UTF-16", "太"},
      {"\xfe\xff\x59\x2a", 4, "UTF-16", "太"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    const char *encoding = NULL;
    g_autoptr(GString) text = text_decode(cases[i].data, cases[i].size, &encoding, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(encoding, ==, cases[i].encoding);
    g_assert_cmpstr(text->str, ==, cases[i].expected);
  }
}

static void test_text_decode_refuses(void) {
  static const struct {
    const char *data;
    gsize size;
  } cases[] = {{"a\0b", 3}, {"\xff\xff\xff", 3}, {"\xef\xbb\xbf\xcc", 4}, {"\xff\xfe\x00", 3}, {"\xcc", 1}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(text_decode(cases[i].data, cases[i].size, NULL, &error));
    g_assert_error(error, TEXT_DECODE_ERROR, TEXT_DECODE_ERROR_UNKNOWN);
  }
}

static void test_base64url(void) {
  static const char *const texts[] = {"a", "ab", "abc", "太极拳?>", "\xc2\x80\n"};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autofree char *code = base64url_encode(texts[i]);
    g_assert_null(strpbrk(code, "+/="));
    g_autofree char *text = base64url_decode(code);
    g_assert_cmpstr(text, ==, texts[i]);
  }
  static const char *const odd[] = {"", "=", "a+b/", "AAAA", "_w", "太"};
  for (size_t i = 0; i < G_N_ELEMENTS(odd); i++)
    g_assert_null(base64url_decode(odd[i]));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/text_decode/encodings", test_text_decode_encodings);
  g_test_add_func("/text_decode/refuses", test_text_decode_refuses);
  g_test_add_func("/base64url/both_ways", test_base64url);
  return g_test_run();
}
