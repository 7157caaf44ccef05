#include "server/http/http_language.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

const char *http_language_tag(HttpLanguage language) {
  return language == HTTP_LANGUAGE_EN ? "en" : "zh-CN";
}

/** ";q=0.8" anywhere in the parameters as thousandths; 1000 when absent, 0 when it cannot be read. */
static int parse_weight(const char *text, const char *end) {
  const char *q = g_strstr_len(text, end - text, "q=");
  if (q == NULL)
    return 1000;
  q += 2;
  if (q == end || (*q != '0' && *q != '1'))
    return 0;
  int weight = (*q++ - '0') * 1000;
  if (q < end && *q == '.')
    for (int unit = 100, digits = 0; digits < 3 && ++q < end && g_ascii_isdigit(*q); digits++, unit /= 10)
      weight += (*q - '0') * unit;
  return MIN(weight, 1000);
}

static bool range_is(const char *text, size_t length, const char *primary) {
  size_t primary_length = strlen(primary);
  return length >= primary_length && g_ascii_strncasecmp(text, primary, primary_length) == 0 &&
         (length == primary_length || text[primary_length] == '-');
}

HttpLanguage http_language_choose(const char *accept_language) {
  int zh = 0;
  int en = 0;
  bool zh_is_first = true;
  for (const char *item = accept_language; item != NULL && *item != '\0';) {
    item += strspn(item, " \t,");
    const char *end = item + strcspn(item, ",");
    size_t length = strcspn(item, ",; \t");
    int weight = parse_weight(item, end);
    if (range_is(item, length, "zh") || (length == 1 && *item == '*'))
      zh = MAX(zh, weight);
    if (range_is(item, length, "en") && weight > en) {
      en = weight;
      zh_is_first = zh > 0;
    }
    item = end;
  }
  return en > zh || (en > 0 && en == zh && !zh_is_first) ? HTTP_LANGUAGE_EN : HTTP_LANGUAGE_ZH;
}
