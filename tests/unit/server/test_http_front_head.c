#include "server/http/front/http_front_head.h"

#include <string.h>

#define GET "GET /media/a/0.m4s HTTP/1.1\r\n"
#define HOST "Host: kapok.example:8080\r\n"

typedef struct {
  const char *name, *text;
} HeadCase;

/** What somebody else has to judge. */
static const HeadCase refused[] = {
    {"nothing", ""},
    {"half a line", "GET /media/a/0.m4"},
    {"no empty line", GET HOST},
    {"half an empty line", GET HOST "\r"},
    {"empty line first", "\r\n" GET HOST "\r\n"},
    {"another method", "POST /media/a/0.m4s HTTP/1.1\r\n" HOST "\r\n"},
    {"method in small letters", "get / HTTP/1.1\r\n" HOST "\r\n"},
    {"HTTP/1.0", "GET / HTTP/1.0\r\n" HOST "\r\n"},
    {"HTTP/1.10", "GET / HTTP/1.10\r\n" HOST "\r\n"},
    {"two spaces", "GET  / HTTP/1.1\r\n" HOST "\r\n"},
    {"two spaces before the version", "GET /  HTTP/1.1\r\n" HOST "\r\n"},
    {"absolute form", "GET http://a/ HTTP/1.1\r\n" HOST "\r\n"},
    {"asterisk", "GET * HTTP/1.1\r\n" HOST "\r\n"},
    {"byte past ASCII", "GET /\xe4 HTTP/1.1\r\n" HOST "\r\n"},
    {"bare LF", "GET / HTTP/1.1\nHost: a\n\n"},
    {"bare LF after a header", GET "Host: a\nA: b\r\n\r\n"},
    {"bare CR in a header", GET "Host: a\rA: b\r\n\r\n"},
    {"folded header", GET HOST "A: b\r\n c\r\n\r\n"},
    {"space before the colon", GET "Host : a\r\n\r\n"},
    {"no name", GET HOST ": a\r\n\r\n"},
    {"no colon", GET HOST "abc\r\n\r\n"},
    {"control character", GET HOST "A: \x01\r\n\r\n"},
    {"DEL", GET HOST "A: \x7f\r\n\r\n"},
    {"no host", GET "\r\n"},
    {"two hosts", GET HOST HOST "\r\n"},
    {"doubtful host", GET "Host: a/b\r\n\r\n"},
    {"length", GET HOST "Content-Length: 0\r\n\r\n"},
    {"coding", GET HOST "transfer-encoding: chunked\r\n\r\n"},
    {"range", GET HOST "Range: bytes=0-1\r\n\r\n"},
    {"condition", GET HOST "If-Modified-Since: x\r\n\r\n"},
    {"condition on a range", GET HOST "If-Range: x\r\n\r\n"},
    {"two lists of tags", GET HOST "If-None-Match: \"a\"\r\nIf-None-Match: \"b\"\r\n\r\n"},
    {"expectation", GET HOST "Expect: 100-continue\r\n\r\n"},
    {"upgrade", GET HOST "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"},
};

static bool parse(const char *text, size_t size, char **ret_bytes, HttpFrontHead *ret_head) {
  *ret_bytes = g_memdup2(text, size);
  return http_front_head_parse(*ret_bytes, size, ret_head);
}

static void test_http_front_head_refused(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
    g_autofree char *bytes = NULL;
    HttpFrontHead head;
    g_test_message("%s", refused[i].name);
    g_assert_false(parse(refused[i].text, strlen(refused[i].text), &bytes, &head));
  }
  static const char with_nul[] = "GET /a\0b HTTP/1.1\r\n" HOST "\r\n";
  g_autofree char *bytes = NULL;
  HttpFrontHead head;
  g_assert_false(parse(with_nul, sizeof with_nul - 1, &bytes, &head));
}

static void test_http_front_head_many_headers(void) {
  for (unsigned extra = HTTP_FRONT_HEADERS_MAX - 1; extra <= HTTP_FRONT_HEADERS_MAX; extra++) {
    g_autoptr(GString) text = g_string_new(GET HOST);
    for (unsigned i = 0; i < extra; i++)
      g_string_append(text, "A: b\r\n");
    g_string_append(text, "\r\n");
    g_autofree char *bytes = NULL;
    HttpFrontHead head;
    g_assert_true(parse(text->str, text->len, &bytes, &head) == (extra < HTTP_FRONT_HEADERS_MAX));
  }
}

static void test_http_front_head_taken(void) {
  static const char text[] =
      GET HOST "User-Agent:  a television \t\r\naccept-encoding:gzip\r\nIf-None-Match: \"x\"\r\n"
               "X-Empty:\r\nCONNECTION: Close\r\n\r\nGET / HTTP/1.1\r\n";
  g_autofree char *bytes = NULL;
  HttpFrontHead head;
  g_assert_true(parse(text, sizeof text - 1, &bytes, &head));
  g_assert_false(head.is_head);
  g_assert_true(head.wants_close);
  g_assert_cmpstr(head.target, ==, "/media/a/0.m4s");
  g_assert_cmpuint(head.size, ==, strstr(text, "\r\n\r\n") + 4 - text);
  g_assert_cmpstr(head.verdict.accept_encoding, ==, "gzip");
  g_assert_cmpstr(head.verdict.if_none_match, ==, "\"x\"");
  g_assert_null(head.verdict.refusal);
  g_assert_cmpstr(http_front_head_find(&head, "user-agent"), ==, "a television");
  g_assert_cmpstr(http_front_head_find(&head, "X-Empty"), ==, "");
  g_assert_null(http_front_head_find(&head, "Referer"));
}

static void test_http_front_head_short(void) {
  static const char text[] = "HEAD /a?b=c HTTP/1.1\r\nHost: \r\nConnection: keep-alive\r\n\r\n";
  g_autofree char *bytes = NULL;
  HttpFrontHead head;
  g_assert_true(parse(text, sizeof text - 1, &bytes, &head));
  g_assert_true(head.is_head);
  g_assert_false(head.wants_close);
  for (size_t size = 0; size + 1 < sizeof text; size++) {
    g_autofree char *part = NULL;
    g_assert_true(parse(text, size, &part, &head) == (size == sizeof text - 1));
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/http_front_head/refused", test_http_front_head_refused);
  g_test_add_func("/http_front_head/many_headers", test_http_front_head_many_headers);
  g_test_add_func("/http_front_head/taken", test_http_front_head_taken);
  g_test_add_func("/http_front_head/short", test_http_front_head_short);
  return g_test_run();
}
