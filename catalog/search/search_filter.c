#include "catalog/search/search_filter.h"

#include <string.h>

/* -1: any; a value that is not there makes the filter let nothing through. */
static int64_t find_number(SearchFilter *filter, ValueId list, const char *text) {
  if (!text || !*text)
    return -1;
  uint32_t number = segment_find_value(filter->segment, list, text);
  filter->has_values = true;
  filter->is_nothing = filter->is_nothing || number == 0;
  return number;
}

static int find_band(SearchFilter *filter, const char *text) {
  if (!text || !*text)
    return -1;
  filter->has_values = true;
  for (unsigned band = 1; band < SEARCH_BAND_COUNT; band++)
    if (g_str_equal(search_band_name(band), text))
      return (int)band;
  filter->is_nothing = true;
  return 0;
}

static void find_divisions(SearchFilter *filter, const char *prefix) {
  if (!prefix || !*prefix)
    return;
  uint32_t count = filter->segment->value_counts[VALUE_DIVISION];
  filter->has_values = true;
  filter->is_division = g_new0(uint8_t, count + 1);
  for (uint32_t i = 0; i < count; i++)
    filter->is_division[i] = g_str_has_prefix(filter->segment->values[VALUE_DIVISION][i], prefix) ? 1 : 0;
}

static bool may_see(const SearchRequest *request, const char *key) {
  return g_str_equal(key, SEARCH_VISIBILITY_PUBLIC) || (request->may_see && request->may_see(request->viewer, key));
}

void search_filter_init(SearchFilter *filter, const SearchPart *part, const SearchRequest *request) {
  const SearchSegment *segment = part->segment;
  uint32_t key_count = segment->value_counts[VALUE_VISIBILITY];
  *filter = (SearchFilter){.segment = segment, .deleted = search_part_deleted(part)};
  filter->is_visible = g_new0(uint8_t, key_count + 1);
  for (uint32_t i = 1; i < key_count; i++)
    filter->is_visible[i] = may_see(request, segment->values[VALUE_VISIBILITY][i]);
  filter->category = (int)find_number(filter, VALUE_CATEGORY, request->category);
  filter->kind = (int)find_number(filter, VALUE_KIND, request->kind);
  filter->level = (int)find_number(filter, VALUE_LEVEL, request->level);
  filter->band = find_band(filter, request->band);
  filter->institution = find_number(filter, VALUE_INSTITUTION, request->institution);
  int64_t audience = find_number(filter, VALUE_AUDIENCE, request->audience);
  if (audience > 0)
    filter->audience = (uint16_t)(1u << (unsigned)(audience - 1) % SEARCH_AUDIENCES_MAX);
  find_divisions(filter, request->division);
}

void search_filter_clear(SearchFilter *filter) {
  g_free(filter->is_visible);
  g_free(filter->is_division);
  *filter = (SearchFilter){0};
}
