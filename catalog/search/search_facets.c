#include "catalog/search/search_facets.h"

#include <string.h>

struct SearchFacetSum {
  GHashTable *counts[SEARCH_FACET_COUNT]; /* text to int64_t * */
};

SearchFacets *search_facets_new(uint32_t institution_count, uint32_t division_count) {
  SearchFacets *facets = g_new0(SearchFacets, 1);
  facets->institution_count = institution_count;
  facets->division_count = division_count;
  facets->institutions = g_new0(uint32_t, facets->institution_count + 1);
  facets->divisions = g_new0(uint32_t, facets->division_count + 1);
  return facets;
}

void search_facets_free(SearchFacets *facets) {
  if (!facets)
    return;
  g_free(facets->institutions);
  g_free(facets->divisions);
  g_free(facets);
}

size_t search_facets_size(const SearchFacets *facets) {
  return sizeof *facets + sizeof(uint32_t) * ((size_t)facets->institution_count + facets->division_count + 2);
}

static void add_to(uint32_t *counter, int64_t count) {
  *counter = (uint32_t)(*counter + count);
}

void search_facets_add_profile(SearchFacets *facets, const SegmentProfile *profile, int64_t count) {
  add_to(&facets->categories[profile->category], count);
  add_to(&facets->kinds[profile->kind], count);
  add_to(&facets->levels[profile->level], count);
  add_to(&facets->bands[profile->band], count);
  for (uint32_t bits = profile->audiences & ((1u << SEARCH_AUDIENCES_MAX) - 1); bits != 0; bits &= bits - 1)
    add_to(&facets->audiences[__builtin_ctz(bits) + 1], count);
}

void search_facets_add_place(SearchFacets *facets, const SegmentPlace *place, int64_t count) {
  if (place->institution < facets->institution_count)
    add_to(&facets->institutions[place->institution], count);
  if (place->division < facets->division_count)
    add_to(&facets->divisions[place->division], count);
}

void search_tally_init(SearchTally *tally, const SearchSegment *segment) {
  *tally = (SearchTally){segment, g_new0(uint32_t, segment->profile_count + 1),
                         g_new0(uint32_t, segment->place_count + 1)};
}

void search_tally_clear(SearchTally *tally) {
  g_clear_pointer(&tally->profiles, g_free);
  g_clear_pointer(&tally->places, g_free);
}

void search_tally_add_to(const SearchTally *tally, SearchFacets *facets) {
  const SearchSegment *segment = tally->segment;
  for (uint32_t i = 0; i < segment->profile_count; i++)
    if (tally->profiles[i] > 0)
      search_facets_add_profile(facets, &segment->profiles[i], tally->profiles[i]);
  for (uint32_t i = 0; i < segment->place_count; i++)
    if (tally->places[i] > 0)
      search_facets_add_place(facets, &segment->places[i], tally->places[i]);
}

SearchFacetSum *search_facet_sum_new(void) {
  SearchFacetSum *sum = g_new0(SearchFacetSum, 1);
  for (int i = 0; i < SEARCH_FACET_COUNT; i++)
    sum->counts[i] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return sum;
}

void search_facet_sum_free(SearchFacetSum *sum) {
  if (!sum)
    return;
  for (int i = 0; i < SEARCH_FACET_COUNT; i++)
    g_hash_table_unref(sum->counts[i]);
  g_free(sum);
}

static void add_count(SearchFacetSum *sum, SearchFacet facet, const char *value, size_t size, int64_t count) {
  if (size == 0 || count == 0)
    return;
  char *key = g_strndup(value, size);
  int64_t *total = g_hash_table_lookup(sum->counts[facet], key);
  if (total) {
    *total += count;
    g_free(key);
  } else {
    total = g_new(int64_t, 1);
    *total = count;
    g_hash_table_insert(sum->counts[facet], key, total);
  }
}

static void add_list(SearchFacetSum *sum, SearchFacet facet, const SearchSegment *segment, ValueId list,
                     const uint32_t *counts, uint32_t limit) {
  for (uint32_t i = 0; i < MIN(limit, segment->value_counts[list]); i++)
    if (counts[i] > 0)
      add_count(sum, facet, segment->values[list][i], strlen(segment->values[list][i]), counts[i]);
}

/* Digits of the level below a prefix: province 2, city 4, county 6, township 9, village 12. */
static size_t level_below(const char *prefix) {
  static const size_t levels[] = {2, 4, 6, 9, 12};
  size_t size = prefix ? strlen(prefix) : 0;
  if (size == 0)
    return 6;
  for (size_t i = 0; i < G_N_ELEMENTS(levels); i++)
    if (levels[i] > size)
      return levels[i];
  return 12;
}

static void add_divisions(SearchFacetSum *sum, const SearchSegment *segment, const SearchFacets *facets,
                          const char *prefix) {
  size_t level = level_below(prefix);
  for (uint32_t i = 0; i < facets->division_count; i++) {
    const char *code = segment->values[VALUE_DIVISION][i];
    add_count(sum, SEARCH_FACET_DIVISION, code, MIN(strlen(code), level), facets->divisions[i]);
  }
}

void search_facet_sum_add(SearchFacetSum *sum, const SearchSegment *segment, const SearchFacets *facets,
                          const char *division) {
  add_list(sum, SEARCH_FACET_CATEGORY, segment, VALUE_CATEGORY, facets->categories, 256);
  add_list(sum, SEARCH_FACET_KIND, segment, VALUE_KIND, facets->kinds, 256);
  add_list(sum, SEARCH_FACET_LEVEL, segment, VALUE_LEVEL, facets->levels, 256);
  add_list(sum, SEARCH_FACET_INSTITUTION, segment, VALUE_INSTITUTION, facets->institutions, UINT32_MAX);
  for (unsigned band = 1; band < SEARCH_BAND_COUNT; band++)
    add_count(sum, SEARCH_FACET_DURATION, search_band_name(band), strlen(search_band_name(band)),
              facets->bands[band]);
  add_list(sum, SEARCH_FACET_AUDIENCE, segment, VALUE_AUDIENCE, facets->audiences, SEARCH_AUDIENCES_MAX + 1);
  add_divisions(sum, segment, facets, division);
}

static gint compare_counts(gconstpointer a, gconstpointer b) {
  const SearchCount *left = a, *right = b;
  if (left->count != right->count)
    return left->count > right->count ? -1 : 1;
  return strcmp(left->value, right->value);
}

static void clear_count(gpointer data) {
  g_free(((SearchCount *)data)->value);
}

void search_facet_sum_finish(SearchFacetSum *sum, GArray *ret_facets[SEARCH_FACET_COUNT]) {
  for (int i = 0; i < SEARCH_FACET_COUNT; i++) {
    GArray *facet = g_array_new(FALSE, FALSE, sizeof(SearchCount));
    GHashTableIter iter;
    gpointer key, value;
    g_array_set_clear_func(facet, clear_count);
    g_hash_table_iter_init(&iter, sum->counts[i]);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
      SearchCount count = {g_strdup(key), *(int64_t *)value};
      g_array_append_val(facet, count);
    }
    g_array_sort(facet, compare_counts);
    if (facet->len > SEARCH_FACET_VALUES_MAX)
      g_array_set_size(facet, SEARCH_FACET_VALUES_MAX);
    ret_facets[i] = facet;
  }
}
