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

static bool has_values(const SearchFilter *filter, const SegmentProfile *profile) {
  return (filter->category < 0 || profile->category == filter->category) &&
         (filter->kind < 0 || profile->kind == filter->kind) &&
         (filter->level < 0 || profile->level == filter->level) &&
         (filter->band < 0 || profile->band == filter->band) &&
         (filter->audience == 0 || (profile->audiences & filter->audience) != 0);
}

static void find_profiles(SearchFilter *filter) {
  const SearchSegment *segment = filter->segment;
  filter->takes_profile = g_new0(uint8_t, segment->profile_count + 1);
  for (uint32_t i = 0; i < segment->profile_count; i++) {
    const SegmentProfile *profile = &segment->profiles[i];
    filter->takes_profile[i] = profile->visibility < segment->value_counts[VALUE_VISIBILITY] &&
                               filter->is_visible[profile->visibility] && has_values(filter, profile);
  }
}

static bool is_in_division(const SearchSegment *segment, const SegmentPlace *place, const char *prefix) {
  return place->division < segment->value_counts[VALUE_DIVISION] &&
         g_str_has_prefix(segment->values[VALUE_DIVISION][place->division], prefix);
}

static void find_places(SearchFilter *filter, const char *prefix) {
  const SearchSegment *segment = filter->segment;
  bool has_prefix = prefix && *prefix;
  if (!has_prefix && filter->institution < 0)
    return;
  filter->has_values = true;
  filter->takes_place = g_new0(uint8_t, segment->place_count + 1);
  for (uint32_t i = 0; i < segment->place_count; i++) {
    const SegmentPlace *place = &segment->places[i];
    filter->takes_place[i] = (filter->institution < 0 || place->institution == (uint64_t)filter->institution) &&
                             (!has_prefix || is_in_division(segment, place, prefix));
  }
}

static bool may_see(const SearchRequest *request, const char *key) {
  return g_str_equal(key, SEARCH_VISIBILITY_PUBLIC) || (request->may_see && request->may_see(request->viewer, key));
}

void search_filter_init(SearchFilter *filter, const SearchPart *part, const SearchRequest *request) {
  const SearchSegment *segment = part->segment;
  uint32_t key_count = segment->value_counts[VALUE_VISIBILITY];
  *filter = (SearchFilter){
      .segment = segment, .deleted = search_part_deleted(part), .deleted_count = part->deleted_count};
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
  find_profiles(filter);
  find_places(filter, request->division);
}

void search_filter_clear(SearchFilter *filter) {
  g_free(filter->is_visible);
  g_free(filter->takes_profile);
  g_free(filter->takes_place);
  *filter = (SearchFilter){0};
}

bool search_filter_is_public(const SearchFilter *filter) {
  const SearchSegment *segment = filter->segment;
  bool is_public = !filter->has_values && !filter->is_nothing;
  for (uint32_t i = 1; is_public && i < segment->value_counts[VALUE_VISIBILITY]; i++)
    is_public =
        (filter->is_visible[i] != 0) == g_str_equal(segment->values[VALUE_VISIBILITY][i], SEARCH_VISIBILITY_PUBLIC);
  return is_public;
}
