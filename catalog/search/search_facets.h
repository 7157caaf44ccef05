/** Counts documents by their values. Internal to catalog/search; one thread. */
#pragma once

#include "catalog/search/search_find.h"

typedef struct {
  uint32_t categories[256], kinds[256], levels[256], bands[256];
  uint32_t audiences[SEARCH_AUDIENCES_MAX + 1]; /**< by number; 0 is not used */
  uint32_t *institutions, *divisions;
  uint32_t institution_count, division_count;
} SearchFacets;

SearchFacets *search_facets_new(uint32_t institution_count, uint32_t division_count);
void search_facets_free(SearchFacets *facets);
/** Bytes that it takes. */
size_t search_facets_size(const SearchFacets *facets);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SearchFacets, search_facets_free)

/** Count `count` documents of a profile or of a place; negative: take them away again. */
void search_facets_add_profile(SearchFacets *facets, const SegmentProfile *profile, int64_t count);
void search_facets_add_place(SearchFacets *facets, const SegmentPlace *place, int64_t count);

/** Documents counted by profile and by place, which is quick; facets are made of it at the end. */
typedef struct {
  const SearchSegment *segment;
  uint32_t *profiles, *places;
} SearchTally;
void search_tally_init(SearchTally *tally, const SearchSegment *segment);
void search_tally_clear(SearchTally *tally);
/** Add what was counted to the facets. */
void search_tally_add_to(const SearchTally *tally, SearchFacets *facets);

/** Add the counts to a sum over segments. */
typedef struct SearchFacetSum SearchFacetSum;
SearchFacetSum *search_facet_sum_new(void);
void search_facet_sum_free(SearchFacetSum *sum);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SearchFacetSum, search_facet_sum_free)
/** `segment`: the one that was counted in; `division`: the prefix that was filtered by, or NULL. */
void search_facet_sum_add(SearchFacetSum *sum, const SearchSegment *segment, const SearchFacets *facets,
                          const char *division);
/** Arrays of SearchCount, sorted. */
void search_facet_sum_finish(SearchFacetSum *sum, GArray *ret_facets[SEARCH_FACET_COUNT]);
