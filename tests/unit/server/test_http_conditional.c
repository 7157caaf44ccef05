#include "server/http/http_conditional.h"
#include "server/http/http_date.h"

#include <glib.h>

#define DATE_S INT64_C(784111777)
#define DATE "Sun, 06 Nov 1994 08:49:37 GMT"
#define EARLIER "Sun, 06 Nov 1994 08:49:36 GMT"
#define LATER "Mon, 07 Nov 1994 00:00:00 GMT"
#define ETAG "\"abc\""

typedef struct {
  HttpPreconditions sent;
  const char *etag;
  int64_t last_modified_s;
  HttpConditional result;
} ConditionalCase;

static const ConditionalCase cases[] = {
    {{0}, ETAG, DATE_S, HTTP_CONDITIONAL_PASS},
    {{.if_none_match = ETAG}, ETAG, 0, HTTP_CONDITIONAL_NOT_MODIFIED},
    {{.if_none_match = "W/" ETAG}, ETAG, 0, HTTP_CONDITIONAL_NOT_MODIFIED},
    {{.if_none_match = "\"x\", " ETAG}, ETAG, 0, HTTP_CONDITIONAL_NOT_MODIFIED},
    {{.if_none_match = "\"x\",W/\"y\" , " ETAG ",\"z\""}, ETAG, 0, HTTP_CONDITIONAL_NOT_MODIFIED},
    {{.if_none_match = "\"a,b\""}, "\"a,b\"", 0, HTTP_CONDITIONAL_NOT_MODIFIED},
    {{.if_none_match = "*"}, ETAG, 0, HTTP_CONDITIONAL_NOT_MODIFIED},
    {{.if_none_match = "*"}, NULL, 0, HTTP_CONDITIONAL_PASS},
    {{.if_none_match = "\"ABC\""}, ETAG, 0, HTTP_CONDITIONAL_PASS},
    {{.if_none_match = "\"ab\""}, ETAG, 0, HTTP_CONDITIONAL_PASS},
    {{.if_none_match = "abc"}, ETAG, 0, HTTP_CONDITIONAL_PASS},
    {{.if_none_match = "\"abc"}, ETAG, 0, HTTP_CONDITIONAL_PASS},
    {{.if_none_match = ""}, ETAG, 0, HTTP_CONDITIONAL_PASS},
    {{.if_none_match = "\"x\"", .if_modified_since = DATE}, ETAG, DATE_S, HTTP_CONDITIONAL_PASS},
    {{.if_modified_since = DATE}, NULL, DATE_S, HTTP_CONDITIONAL_NOT_MODIFIED},
    {{.if_modified_since = LATER}, NULL, DATE_S, HTTP_CONDITIONAL_NOT_MODIFIED},
    {{.if_modified_since = EARLIER}, NULL, DATE_S, HTTP_CONDITIONAL_PASS},
    {{.if_modified_since = "yesterday"}, NULL, DATE_S, HTTP_CONDITIONAL_PASS},
    {{.if_modified_since = DATE}, NULL, 0, HTTP_CONDITIONAL_PASS},
    {{.if_match = ETAG}, ETAG, 0, HTTP_CONDITIONAL_PASS},
    {{.if_match = "*"}, ETAG, 0, HTTP_CONDITIONAL_PASS},
    {{.if_match = "\"x\""}, ETAG, 0, HTTP_CONDITIONAL_FAILED},
    {{.if_match = "W/" ETAG}, ETAG, 0, HTTP_CONDITIONAL_FAILED},
    {{.if_match = "*"}, NULL, 0, HTTP_CONDITIONAL_FAILED},
    {{.if_match = ETAG, .if_none_match = ETAG}, ETAG, 0, HTTP_CONDITIONAL_NOT_MODIFIED},
    {{.if_unmodified_since = DATE}, NULL, DATE_S, HTTP_CONDITIONAL_PASS},
    {{.if_unmodified_since = EARLIER}, NULL, DATE_S, HTTP_CONDITIONAL_FAILED},
    {{.if_match = ETAG, .if_unmodified_since = EARLIER}, ETAG, DATE_S, HTTP_CONDITIONAL_PASS},
};

static void test_http_conditional_evaluate(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_test_message("case %zu", i);
    g_assert_cmpint(http_conditional_evaluate(&cases[i].sent, cases[i].etag, cases[i].last_modified_s), ==,
                    cases[i].result);
  }
}

static void test_http_date(void) {
  static const struct {
    const char *text;
    bool is_valid;
    int64_t time_s;
  } dates[] = {
      {DATE, true, DATE_S},
      {"Sunday, 06-Nov-94 08:49:37 GMT", true, DATE_S},
      {"Sun Nov  6 08:49:37 1994", true, DATE_S},
      {"Tue, 29 Feb 2028 23:59:59 GMT", true, INT64_C(1835481599)},
      {"Thu, 01 Jan 1970 00:00:00 GMT", true, 0},
      {"Sun, 06 Nov 1994 08:49:37", false, 0},
      {"Sun, 06 Nov 1994 08:49:37 GMT+1", false, 0},
      {"Sun, 06 Foo 1994 08:49:37 GMT", false, 0},
      {"Sun, 32 Nov 1994 08:49:37 GMT", false, 0},
      {"Sun, 06 Nov 1994 25:49:37 GMT", false, 0},
      {"Sun, 06 Nov 1969 08:49:37 GMT", false, 0},
      {"", false, 0},
      {"0", false, 0},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(dates); i++) {
    int64_t time_s = -1;
    g_test_message("%s", dates[i].text);
    g_assert_cmpint(http_date_parse(dates[i].text, &time_s), ==, dates[i].is_valid);
    g_assert_cmpint(time_s, ==, dates[i].is_valid ? dates[i].time_s : -1);
  }
  char text[HTTP_DATE_SIZE];
  http_date_write(DATE_S, text);
  g_assert_cmpstr(text, ==, DATE);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/http_conditional/evaluate", test_http_conditional_evaluate);
  g_test_add_func("/http_date", test_http_date);
  return g_test_run();
}
