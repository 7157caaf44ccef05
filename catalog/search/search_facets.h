/** Counts documents by their values. Internal to catalog/search; one thread. */
#pragma once

#include "catalog/search/search_find.h"

typedef struct {
  uint32_t categories[256], kinds[256], levels[256], bands[256];
  uint32_t *audiences; /**< of each combination */
  uint32_t combinations;
  uint32_t *institutions, *divisions;
  uint32_t institution_count, division_count;
} SearchFacets;

SearchFacets *search_facets_new(const SearchSegment *segment);
void search_facets_free(SearchFacets *facets);
/** Bytes that it takes. */
size_t search_facets_size(const SearchFacets *facets);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SearchFacets, search_facets_free)

static inline void search_facets_add(SearchFacets *facets, const SegmentRow *row) {
  facets->categories[row->category]++;
  facets->kinds[row->kind]++;
  facets->levels[row->level]++;
  facets->bands[row->band]++;
  facets->audiences[row->audiences & (facets->combinations - 1)]++;
  facets->institutions[row->institution < facets->institution_count ? row->institution : 0]++;
  facets->divisions[row->division < facets->division_count ? row->division : 0]++;
}

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
