#include "server/http/http_multipart.h"

#include <string.h>

static bool on_begin(gpointer user_data, const HttpMultipartPart *part) {
  g_string_append_printf(user_data, "[%s|%s|%s:", part->name, part->filename ? part->filename : "-",
                         part->type ? part->type : "-");
  return true;
}

static bool on_data(gpointer user_data, const void *data, size_t size) {
  g_string_append_len(user_data, data, (gssize)size);
  return true;
}

static bool on_end(gpointer user_data) {
  g_string_append_c(user_data, ']');
  return true;
}

static const HttpMultipartFuncs funcs = {on_begin, on_data, on_end};

typedef struct {
  const char *body, *expected; /* NULL: it breaks the rules */
  bool is_whole;
} FormCase;

#define PART "Content-Disposition: form-data; name="

static const FormCase cases[] = {
    {"--x\r\n" PART "\"title\"\r\n\r\n太极拳\r\n--x--\r\n", "[title|-|-:太极拳]", true},
    {"--x\r\n" PART "\"a;b\"; filename=\"第一 \\\"课\\\".mp4\"\r\ncontent-type: video/mp4; x=y\r\n\r\n"
     "\r\n--\r\n--y\r\r\n--x\r\n" PART "two\r\n\r\n\r\n--x--",
     "[a;b|第一 \"课\".mp4|video/mp4:\r\n--\r\n--y\r][two|-|-:]", true},
    {"preamble\r\n--x \t\r\n\r\n\r\n--x--\r\nepilogue", "[|-|-:]", true},
    {"--x\r\n\r\nno head\r\n--x--", "[|-|-:no head]", true},
    {"--x\r\n" PART "a\r\n\r\nnot ended", "[a|-|-:not ended", false},
    {"--x\r\nContent-Disposition: form-data; filename=one\r\nContent-Disposition: form-data; "
     "filename=two\r\n\r\n\r\n--x--",
     "[|one|-:]", true},
    {"--x--", "", true},
    {"--x\r\nbroken\r\n--x--", "", false},
    {"--xy\r\n\r\n--x--", NULL, false},
};

/* However the bytes are cut into pieces, the same comes out. */
static void test_http_multipart_pieces(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    for (size_t piece = 1; piece <= strlen(cases[i].body); piece++) {
      g_autoptr(GString) out = g_string_new(NULL);
      g_autoptr(HttpMultipart) multipart = http_multipart_new("multipart/form-data; boundary=x", &funcs, out);
      bool is_good = true;
      for (size_t at = 0; at < strlen(cases[i].body) && is_good; at += piece)
        is_good = http_multipart_put(multipart, cases[i].body + at, MIN(piece, strlen(cases[i].body) - at));
      g_assert_cmpint(is_good, ==, cases[i].expected != NULL);
      if (is_good) {
        g_assert_cmpstr(out->str, ==, cases[i].expected);
        g_assert_cmpint(http_multipart_is_whole(multipart), ==, cases[i].is_whole);
      }
    }
}

static void test_http_multipart_types(void) {
  static const char *const wrong[] = {"text/plain", "multipart/form-data",
                                      "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\""};
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
    g_assert_null(http_multipart_new(wrong[i], &funcs, NULL));
  g_autoptr(HttpMultipart) quoted =
      http_multipart_new("Multipart/Form-Data; charset=\"a;boundary=n\"; boundary=\"o k\"", &funcs, NULL);
  g_assert_nonnull(quoted);
  g_assert_true(http_multipart_put(quoted, "--o k--", 7));
  g_assert_true(http_multipart_is_whole(quoted));
}

static void test_http_multipart_limits(void) {
  g_autoptr(GString) out = g_string_new(NULL), many = g_string_new(NULL);
  for (int i = 0; i <= HTTP_MULTIPART_PARTS_MAX; i++)
    g_string_append(many, "--x\r\n\r\n\r\n");
  g_autoptr(HttpMultipart) multipart = http_multipart_new("multipart/form-data; boundary=x", &funcs, out);
  g_assert_false(http_multipart_put(multipart, many->str, many->len));
  g_autofree char *long_head = g_strnfill(HTTP_MULTIPART_HEAD_BYTES_MAX + 10, 'h');
  g_autoptr(HttpMultipart) other = http_multipart_new("multipart/form-data; boundary=x", &funcs, out);
  g_assert_true(http_multipart_put(other, "--x\r\n", 5));
  g_assert_false(http_multipart_put(other, long_head, strlen(long_head)));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/server/http_multipart/pieces", test_http_multipart_pieces);
  g_test_add_func("/server/http_multipart/types", test_http_multipart_types);
  g_test_add_func("/server/http_multipart/limits", test_http_multipart_limits);
  return g_test_run();
}
