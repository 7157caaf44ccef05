#include "server/http/http_range.h"

#include <glib.h>

typedef struct {
  const char *text;
  int64_t size_bytes;
  HttpRangeKind kind;
  int64_t first, last;
} RangeCase;

static const RangeCase cases[] = {
    {NULL, 100, HTTP_RANGE_WHOLE, 0, 0},
    {"", 100, HTTP_RANGE_WHOLE, 0, 0},
    {"bytes=0-0", 100, HTTP_RANGE_PART, 0, 0},
    {"bytes=0-99", 100, HTTP_RANGE_PART, 0, 99},
    {"bytes=0-100", 100, HTTP_RANGE_PART, 0, 99},
    {"bytes=10-19", 100, HTTP_RANGE_PART, 10, 19},
    {"bytes=99-", 100, HTTP_RANGE_PART, 99, 99},
    {"bytes=0-", 100, HTTP_RANGE_PART, 0, 99},
    {"bytes=-1", 100, HTTP_RANGE_PART, 99, 99},
    {"bytes=-100", 100, HTTP_RANGE_PART, 0, 99},
    {"bytes=-1000", 100, HTTP_RANGE_PART, 0, 99},
    {"Bytes=1-2", 100, HTTP_RANGE_PART, 1, 2},
    {"bytes= 1-2 ", 100, HTTP_RANGE_PART, 1, 2},
    {"bytes=,1-2,", 100, HTTP_RANGE_PART, 1, 2},
    {"bytes=0-99999999999999999999999999", 100, HTTP_RANGE_PART, 0, 99},
    {"bytes=-99999999999999999999999999", 100, HTTP_RANGE_PART, 0, 99},
    {"bytes=100-", 100, HTTP_RANGE_UNSATISFIABLE, 0, 0},
    {"bytes=100-200", 100, HTTP_RANGE_UNSATISFIABLE, 0, 0},
    {"bytes=99999999999999999999999999-", 100, HTTP_RANGE_UNSATISFIABLE, 0, 0},
    {"bytes=-0", 100, HTTP_RANGE_UNSATISFIABLE, 0, 0},
    {"bytes=0-", 0, HTTP_RANGE_UNSATISFIABLE, 0, 0},
    {"bytes=-5", 0, HTTP_RANGE_UNSATISFIABLE, 0, 0},
    {"bytes=2-1", 100, HTTP_RANGE_WHOLE, 0, 0},
    {"bytes=", 100, HTTP_RANGE_WHOLE, 0, 0},
    {"bytes=-", 100, HTTP_RANGE_WHOLE, 0, 0},
    {"bytes=,", 100, HTTP_RANGE_WHOLE, 0, 0},
    {"bytes=a-b", 100, HTTP_RANGE_WHOLE, 0, 0},
    {"bytes=1", 100, HTTP_RANGE_WHOLE, 0, 0},
    {"bytes=1-2x", 100, HTTP_RANGE_WHOLE, 0, 0},
    {"bytes=+1-2", 100, HTTP_RANGE_WHOLE, 0, 0},
    {"bytes=--2", 100, HTTP_RANGE_WHOLE, 0, 0},
    {"bytes=1 -2", 100, HTTP_RANGE_WHOLE, 0, 0},
    {"bytes=0-1,5-6", 100, HTTP_RANGE_WHOLE, 0, 0},
    {"bytes=0-1,900-", 100, HTTP_RANGE_WHOLE, 0, 0},
    {"bytes 0-1", 100, HTTP_RANGE_WHOLE, 0, 0},
    {"items=0-1", 100, HTTP_RANGE_WHOLE, 0, 0},
};

static void test_http_range_parse(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    int64_t first = 0;
    int64_t last = 0;
    g_test_message("%s", cases[i].text != NULL ? cases[i].text : "none");
    g_assert_cmpint(http_range_parse(cases[i].text, cases[i].size_bytes, &first, &last), ==, cases[i].kind);
    g_assert_cmpint(first, ==, cases[i].first);
    g_assert_cmpint(last, ==, cases[i].last);
  }
}

static void test_http_range_if_range(void) {
  const int64_t date_s = 784111777; /* Sun, 06 Nov 1994 08:49:37 GMT */
  g_assert_true(http_range_if_range_holds(NULL, NULL, 0));
  g_assert_true(http_range_if_range_holds("\"a\"", "\"a\"", 0));
  g_assert_false(http_range_if_range_holds("\"a\"", "\"b\"", 0));
  g_assert_false(http_range_if_range_holds("W/\"a\"", "\"a\"", 0));
  g_assert_false(http_range_if_range_holds("\"a\"", NULL, 0));
  g_assert_true(http_range_if_range_holds("Sun, 06 Nov 1994 08:49:37 GMT", "\"a\"", date_s));
  g_assert_false(http_range_if_range_holds("Sun, 06 Nov 1994 08:49:38 GMT", "\"a\"", date_s));
  g_assert_false(http_range_if_range_holds("Sun, 06 Nov 1994 08:49:37 GMT", "\"a\"", 0));
  g_assert_false(http_range_if_range_holds("nonsense", "\"a\"", date_s));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/http_range/parse", test_http_range_parse);
  g_test_add_func("/http_range/if_range", test_http_range_if_range);
  return g_test_run();
}
