#include "server/http/http_conditional.h"

#include "server/http/http_date.h"

#include <string.h>

static bool is_weak(const char *etag) {
  return etag[0] == 'W' && etag[1] == '/';
}

bool http_conditional_list_has(const char *list, const char *etag, bool is_strong) {
  list += strspn(list, " \t,");
  if (list[0] == '*' && list[1 + strspn(list + 1, " \t")] == '\0')
    return etag != NULL;
  if (etag == NULL || (is_strong && is_weak(etag)))
    return false;
  const char *wanted = is_weak(etag) ? etag + 2 : etag;
  size_t wanted_length = strlen(wanted);
  while (*list != '\0') {
    bool weak = is_weak(list);
    const char *tag = weak ? list + 2 : list;
    const char *close = tag[0] == '"' ? strchr(tag + 1, '"') : NULL;
    if (close == NULL)
      return false; /* not a list of entity tags */
    size_t length = (size_t)(close + 1 - tag);
    if (length == wanted_length && memcmp(tag, wanted, length) == 0 && !(is_strong && weak))
      return true;
    list = close + 1;
    list += strspn(list, " \t,");
  }
  return false;
}

HttpConditional http_conditional_evaluate(const HttpPreconditions *sent, const char *etag,
                                          int64_t last_modified_s) {
  int64_t time_s = 0;
  if (sent->if_match != NULL) {
    if (!http_conditional_list_has(sent->if_match, etag, true))
      return HTTP_CONDITIONAL_FAILED;
  } else if (sent->if_unmodified_since != NULL && last_modified_s > 0 &&
             http_date_parse(sent->if_unmodified_since, &time_s) && last_modified_s > time_s) {
    return HTTP_CONDITIONAL_FAILED;
  }
  if (sent->if_none_match != NULL)
    return http_conditional_list_has(sent->if_none_match, etag, false) ? HTTP_CONDITIONAL_NOT_MODIFIED
                                                                       : HTTP_CONDITIONAL_PASS;
  if (sent->if_modified_since != NULL && last_modified_s > 0 && http_date_parse(sent->if_modified_since, &time_s) &&
      last_modified_s <= time_s)
    return HTTP_CONDITIONAL_NOT_MODIFIED;
  return HTTP_CONDITIONAL_PASS;
}
