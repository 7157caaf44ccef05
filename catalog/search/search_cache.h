/** What requests found in single segments, kept for the next that ask the same: total, facets and the best candidates.
 *
 * Segments never change and deletions in them only grow, so what was found in one stays right while the number of its
 * deletions is the same: new courses, which come in segments of their own, spoil nothing. The key holds all that the
 * result hangs on: segment, deletions, the text, the filters as the segment resolves them, and which visibility keys the
 * viewer holds; viewers with other keys never share a result.
 *
 * What was used least recently goes when the budget is spent. Internal to the catalog. Threads: any.
 */
#pragma once

#include "base/lru_cache.h"
#include "catalog/search/search_facets.h"
#include "catalog/search/search_filter.h"

/** Shared by whoever holds a reference, never changed. */
typedef struct {
  gint references; /**< atomic */
  int64_t total;
  SearchFacets *facets; /**< NULL: not wanted */
  GArray *best;         /**< by relevance: uint64_t as in RankBest, in order; else NULL */
  GArray *page;         /**< by an order: RankCandidate without id and title, in order; else NULL */
} SearchPartResult;
/** Takes facets and arrays. */
SearchPartResult *search_part_result_new(int64_t total, SearchFacets *facets, GArray *best, GArray *page);
SearchPartResult *search_part_result_ref(SearchPartResult *result);
void search_part_result_unref(SearchPartResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SearchPartResult, search_part_result_unref)

typedef struct SearchCache SearchCache;
/** Segments of fewer than `documents_min` documents are searched as fast as looked up: nothing of them is kept. */
SearchCache *search_cache_new(size_t budget_bytes, uint32_t documents_min);
void search_cache_free(SearchCache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SearchCache, search_cache_free)

/** The key of a request at a part; `stage`: how far its text has been extended. NULL when it is not to be kept: what is
 * exact, very long, or of a small segment. */
GBytes *search_cache_key(const SearchCache *cache, const SearchRequest *request, const SearchFilter *filter,
                         uint32_t deleted_count, unsigned stage, guint limit);

/** As those of LruCache. */
SearchPartResult *search_cache_find(SearchCache *cache, GBytes *key);
void search_cache_keep(SearchCache *cache, GBytes *key, SearchPartResult *result);
void search_cache_get_figures(SearchCache *cache, LruCacheFigures *ret_figures);
