#include "server/http/http_range.h"

#include "server/http/http_date.h"

#include <glib.h>
#include <string.h>

/** Digits at `*text`, saturating; false when there are none. Moves `*text` past them. */
static bool parse_number(const char **text, const char *end, int64_t *ret_value) {
  const char *at = *text;
  int64_t value = 0;
  while (at < end && g_ascii_isdigit(*at)) {
    int digit = *at++ - '0';
    value = value > (INT64_MAX - digit) / 10 ? INT64_MAX : value * 10 + digit;
  }
  if (at == *text)
    return false;
  *text = at;
  *ret_value = value;
  return true;
}

/** One range-spec (§14.1.1): int-range or suffix-range. */
static HttpRangeKind parse_spec(const char *text, const char *end, int64_t size_bytes, int64_t *ret_first,
                                int64_t *ret_last) {
  int64_t first = 0;
  int64_t last = INT64_MAX;
  bool has_first = parse_number(&text, end, &first);
  if (text == end || *text++ != '-')
    return HTTP_RANGE_WHOLE;
  bool has_last = parse_number(&text, end, &last);
  if (text != end || (!has_first && !has_last) || (has_first && has_last && last < first))
    return HTTP_RANGE_WHOLE;
  if (!has_first) {
    if (last == 0 || size_bytes == 0)
      return HTTP_RANGE_UNSATISFIABLE;
    first = last < size_bytes ? size_bytes - last : 0;
    last = size_bytes - 1;
  }
  if (first >= size_bytes)
    return HTTP_RANGE_UNSATISFIABLE;
  *ret_first = first;
  *ret_last = MIN(last, size_bytes - 1);
  return HTTP_RANGE_PART;
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

HttpRangeKind http_range_parse(const char *text, int64_t size_bytes, int64_t *ret_first, int64_t *ret_last) {
  if (text == NULL || g_ascii_strncasecmp(text, "bytes=", 6) != 0)
    return HTTP_RANGE_WHOLE;
  const char *spec = NULL;
  const char *spec_end = NULL;
  for (const char *item = text + 6; item != NULL; item = *item == ',' ? item + 1 : NULL) {
    const char *end = item + strcspn(item, ",");
    const char *next = end;
    while (item < end && is_blank(*item))
      item++;
    while (end > item && is_blank(end[-1]))
      end--;
    if (item < end) { /* empty list elements are allowed (§5.6.1) */
      if (spec != NULL)
        return HTTP_RANGE_WHOLE;
      spec = item;
      spec_end = end;
    }
    item = next;
  }
  return spec == NULL ? HTTP_RANGE_WHOLE : parse_spec(spec, spec_end, size_bytes, ret_first, ret_last);
}

bool http_range_if_range_holds(const char *if_range, const char *etag, int64_t last_modified_s) {
  if (if_range == NULL)
    return true;
  if (if_range[0] == '"')
    return etag != NULL && strcmp(if_range, etag) == 0;
  int64_t time_s = 0;
  return last_modified_s > 0 && http_date_parse(if_range, &time_s) && time_s == last_modified_s;
}
