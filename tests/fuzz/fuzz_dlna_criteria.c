/* Fuzz target: search and sort criteria of ContentDirectory, and looking with what was read. */
#include "dlna/search_criteria.h"
#include "dlna/sort_criteria.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static SearchProperty property_of(gconstpointer object, const char *name) {
  (void)object;
  switch (name[0]) {
  case 'd':
    return (SearchProperty){"社区课堂", "社区课堂"};
  case 'u':
    return (SearchProperty){"object.item.videoItem", NULL};
  case 'n':
    return (SearchProperty){"42", NULL};
  default:
    return (SearchProperty){NULL, NULL};
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  g_autofree char *text = g_strndup((const char *)data, size_bytes);
  g_autoptr(GError) error = NULL;
  SortCriteria sort = {.count = 99};
  g_autoptr(SearchCriteria) criteria = g_utf8_validate(text, -1, NULL) ? search_criteria_parse(text, &error) : NULL;
  if (criteria != NULL)
    search_criteria_fits(criteria, property_of, NULL);
  if (sort_criteria_parse(text, &sort) ? sort.count > SORT_KEYS_MAX : sort.count != 99)
    g_error("“%s” gave %zu keys", text, sort.count);
  return 0;
}
