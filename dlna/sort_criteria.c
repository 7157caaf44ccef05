#include "dlna/sort_criteria.h"

#include <string.h>

static const char *const names[] = {
    [SORT_BY_TITLE] = "dc:title",
    [SORT_BY_DATE] = "dc:date",
    [SORT_BY_CLASS] = "upnp:class",
    [SORT_BY_DURATION] = "res@duration",
    [SORT_BY_NUMBER] = "upnp:originalTrackNumber",
};

static bool add_key(SortCriteria *criteria, const char *text) {
  if (criteria->count == SORT_KEYS_MAX || (text[0] != '+' && text[0] != '-'))
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
    if (strcmp(text + 1, names[i]) == 0) {
      criteria->keys[criteria->count].by = (SortBy)i;
      criteria->keys[criteria->count++].is_descending = text[0] == '-';
      return true;
    }
  return false;
}

bool sort_criteria_parse(const char *text, SortCriteria *ret_criteria) {
  SortCriteria criteria = {.count = 0};
  if (strlen(text) > SORT_CRITERIA_BYTES_MAX)
    return false;
  g_auto(GStrv) parts = g_strsplit(text, ",", -1);
  for (char **part = parts; *part; part++) {
    g_strstrip(*part);
    if (**part != '\0' && !add_key(&criteria, *part))
      return false;
  }
  *ret_criteria = criteria;
  return true;
}
