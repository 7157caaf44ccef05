#include "server/handlers/upload_headers.h"

#include <string.h>

static void test_upload_headers_number(void) {
  static const struct {
    const char *text;
    int64_t expected; /* -1: refused */
  } cases[] = {{"0", 0},
               {"17", 17},
               {"9223372036854775807", G_MAXINT64},
               {"9223372036854775808", -1},
               {"", -1},
               {"-1", -1},
               {"+1", -1},
               {" 1", -1},
               {"1x", -1},
               {"0x10", -1}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    int64_t number = -1;
    g_assert_cmpint(upload_headers_parse_number(cases[i].text, &number), ==, cases[i].expected >= 0);
    g_assert_cmpint(number, ==, cases[i].expected);
  }
}

static void test_upload_headers_checksum(void) {
  static const char *const wrong[] = {"",
                                      "sha1",
                                      "sha1 ",
                                      "sha1 AAAA",
                                      "crc32 AAAAAA==",
                                      "sha256 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
                                      "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=x"};
  UploadChecksum checksum = {0};
  g_assert_true(upload_headers_parse_checksum("sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", &checksum));
  g_assert_cmpstr(checksum.algorithm, ==, "sha1");
  g_assert_cmpuint(checksum.digest_size, ==, 20);
  g_assert_cmpint(checksum.digest[0], ==, 0xa9);
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
    g_assert_false(upload_headers_parse_checksum(wrong[i], &checksum));
}

static void test_upload_headers_concat(void) {
  static const char *const wrong[] = {"",
                                      "final",
                                      "final;",
                                      "final; ",
                                      "final;/uploads/none",
                                      "parts",
                                      "final;/uploads/0123456789abc /uploads/../x"};
  g_autofree char *ids = NULL, *two = NULL;
  g_assert_true(upload_headers_parse_concat("partial", &ids));
  g_assert_null(ids);
  g_assert_true(upload_headers_parse_concat("final;http://h/uploads/0123456789abc  /uploads/zzzzzzzzzzzzz", &two));
  g_assert_cmpstr(two, ==, "0123456789abc zzzzzzzzzzzzz");
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
    char *none = NULL;
    g_assert_false(upload_headers_parse_concat(wrong[i], &none));
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/server/upload_headers/number", test_upload_headers_number);
  g_test_add_func("/server/upload_headers/checksum", test_upload_headers_checksum);
  g_test_add_func("/server/upload_headers/concat", test_upload_headers_concat);
  return g_test_run();
}
