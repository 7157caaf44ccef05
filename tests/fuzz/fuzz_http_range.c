/* Fuzz target: what clients send in Range, If-Range, If-None-Match, dates and Accept-Language. The input is up to four
 * texts ended by NUL; the first two bytes say how long the representation is. */
#include "server/http/http_conditional.h"
#include "server/http/http_date.h"
#include "server/http/http_language.h"
#include "server/http/http_range.h"

#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static void check_range(const char *text, int64_t length) {
  int64_t first = -1;
  int64_t last = -1;
  HttpRangeKind kind = http_range_parse(text, length, &first, &last);
  if (kind == HTTP_RANGE_PART ? first < 0 || first > last || last >= length : first != -1 || last != -1)
    g_error("“%s” of %" G_GINT64_FORMAT " bytes gave %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, text, length,
            first, last);
}

/* What is read is written, and what is written must be read as the same second. */
static void check_date(const char *text) {
  char written[HTTP_DATE_SIZE];
  int64_t time_s = 0;
  int64_t again_s = 0;
  if (!http_date_parse(text, &time_s))
    return;
  http_date_write(time_s, written);
  if (!http_date_parse(written, &again_s) || again_s != time_s)
    g_error("“%s” became “%s”", text, written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  if (size_bytes < 2)
    return 0;
  int64_t length = data[0] | data[1] << 8;
  const char *text[4] = {"", "", "", ""};
  g_autofree char *texts = g_malloc(size_bytes - 1);
  memcpy(texts, data + 2, size_bytes - 2);
  texts[size_bytes - 2] = '\0';
  const char *end = texts + size_bytes - 2;
  const char *at = texts;
  for (size_t i = 0; i < G_N_ELEMENTS(text) && at <= end; i++) {
    text[i] = at;
    at += strlen(at) + 1;
  }
  HttpPreconditions sent = {.if_none_match = text[1], .if_modified_since = text[2]};
  HttpPreconditions strict = {.if_match = text[1], .if_unmodified_since = text[2]};
  check_range(text[0], length);
  check_date(text[2]);
  http_range_if_range_holds(text[1], "\"abc\"", 784111777);
  http_conditional_evaluate(&sent, "\"abc\"", 784111777);
  http_conditional_evaluate(&strict, "\"abc\"", 784111777);
  http_language_choose(text[3]);
  return 0;
}
