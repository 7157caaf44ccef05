/** Asking the index: what is found, how much of it, counted by facets, a page of it in some order.
 *
 * How courses are ranked is explained in docs/notes/search.md.
 */
#pragma once

#include "catalog/search/search_query.h"
#include "catalog/search/search_snapshot.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define SEARCH_LIMIT_MAX 100
#define SEARCH_RANKED_MAX 2000      /**< of each segment: by relevance no page goes further than the best so many */
#define SEARCH_FACET_VALUES_MAX 200 /**< of a facet that are given, the most frequent ones */

typedef enum {
  SEARCH_SORT_RELEVANCE, /**< without a text: by popularity */
  SEARCH_SORT_NEWEST,
  SEARCH_SORT_POPULARITY,
  SEARCH_SORT_DURATION, /**< shortest first */
  SEARCH_SORT_TITLE,    /**< by pinyin */
} SearchSort;

/** The place of a course in an order: what a cursor holds. */
typedef struct {
  int64_t number; /**< score, microseconds of creation, popularity, milliseconds of duration */
  char *title;    /**< for SEARCH_SORT_TITLE; else NULL */
  char id[SEARCH_ID_SIZE_MAX + 1];
} SearchPosition;

/** May the viewer see courses with that visibility key? Asked once for each key, not for the public one. */
typedef bool (*SearchMaySeeFunc)(gconstpointer viewer, const char *visibility);

typedef struct {
  const char *text;                                                    /**< NULL or without words: everything */
  const char *category, *audience, *kind, *level, *band, *institution; /**< exactly; NULL: any */
  const char *division;                                                /**< prefix of the code; NULL: any */
  SearchMaySeeFunc may_see;                                            /**< NULL: only what is public */
  gconstpointer viewer;                                                /**< for `may_see` */
  SearchSort sort;
  int limit;                   /**< 1 to SEARCH_LIMIT_MAX */
  const SearchPosition *after; /**< NULL: from the beginning */
  bool is_exact;               /**< rank all that is found, not the first SEARCH_RANKED_MAX only: slow */
  bool has_facets;
  struct SearchCache *cache; /**< of catalog/search/search_cache.h; NULL: nothing is kept */
} SearchRequest;

typedef struct {
  char id[SEARCH_ID_SIZE_MAX + 1];
  int64_t number; /**< as in SearchPosition */
  uint32_t part, ordinal;
} SearchHit;

typedef struct {
  char *value;
  int64_t count;
} SearchCount;

typedef enum {
  SEARCH_FACET_CATEGORY,
  SEARCH_FACET_AUDIENCE,
  SEARCH_FACET_KIND,
  SEARCH_FACET_LEVEL,
  SEARCH_FACET_DURATION, /**< bands: search_band_name() */
  SEARCH_FACET_INSTITUTION,
  SEARCH_FACET_DIVISION, /**< codes cut to the level below the one that was filtered by; counties when none was */
  SEARCH_FACET_COUNT,
} SearchFacet;

typedef struct {
  GArray *hits; /**< SearchHit */
  bool has_more;
  int64_t total;
  GArray *facets[SEARCH_FACET_COUNT]; /**< SearchCount, most first, then by value; only what occurs, "" left out */
  bool is_relaxed;                    /**< nothing has all the words: these have as many as any */
  bool is_corrected;                  /**< what was typed finds nothing: these are for what may have been meant */
  SearchQuery *query;                 /**< as it was understood, for highlights; NULL when there was no text */
} SearchResult;

/** Run a request. Returns a new result. */
SearchResult *search_find(SearchSnapshot *snapshot, const SearchRequest *request);
void search_result_free(SearchResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SearchResult, search_result_free)

/** The place of the last hit; its title is owned by the caller. */
SearchPosition search_result_position(SearchSnapshot *snapshot, const SearchRequest *request, const SearchHit *hit);

/** A caption or chapter that holds words of the query. */
typedef struct {
  char *lesson_id, *text;
  int64_t start_us;
  bool is_chapter;
} SearchCueHit;
/** Up to `max` of a hit: those that hold most of the words, by time. Array of SearchCueHit with a clear function. */
GArray *search_find_cues(SearchSnapshot *snapshot, const SearchQuery *query, const SearchHit *hit, size_t max);

typedef enum { SUGGESTION_TITLE, SUGGESTION_TAG, SUGGESTION_LECTURER, SUGGESTION_INSTITUTION } SuggestionKind;
typedef struct {
  char *text;
  SuggestionKind kind;
} SearchSuggestion;
/** What `text` may become: of courses that the viewer may see. Array of SearchSuggestion with a clear function. */
GArray *search_suggest(SearchSnapshot *snapshot, const char *text, SearchMaySeeFunc may_see, gconstpointer viewer,
                       size_t max);
