/** Chooses the best of what a query finds in a part. Internal to catalog/search; one thread. */
#pragma once

#include "catalog/search/search_find.h"
#include "catalog/search/search_match.h"

/** A document that may get on the page. */
typedef struct {
  uint32_t part, ordinal;
  int64_t key;       /**< smaller is better */
  int64_t number;    /**< as in SearchPosition */
  const char *id;    /**< SEARCH_ID_SIZE_MAX bytes in the segment */
  GByteArray *title; /**< collation key; SEARCH_SORT_TITLE only; owned */
} RankCandidate;

/** By relevance: those of the best qualities, of equal ones those of lower ordinals. */
typedef struct {
  uint32_t limit, since;
  int threshold; /**< qualities up to here are not wanted any more */
  uint32_t counts[MATCH_QUALITY_MAX + 1];
  GArray *accepted; /**< uint64_t: quality << 32 | ordinal */
} RankBest;
void rank_best_init(RankBest *best, bool is_exact);
void rank_best_clear(RankBest *best);
void rank_best_add_slowly(RankBest *best, uint32_t ordinal, uint8_t quality);
static inline void rank_best_add(RankBest *best, uint32_t ordinal, uint8_t quality) {
  if (quality > best->threshold)
    rank_best_add_slowly(best, ordinal, quality);
}

/** The best ones in order; it is empty afterwards. The caller's array of uint64_t as in `accepted`. */
GArray *rank_best_steal(RankBest *best);

/** The exact score of the best of all parts; `bests`: of each part, from rank_best_steal(), may be NULL; `ret_page` gets
 * up to `limit` RankCandidate in order. */
void rank_by_relevance(SearchSnapshot *snapshot, const SearchRequest *request, const SearchQuery *query,
                       GArray *const *bests, GArray *ret_page, guint limit);

/** By a number: the `limit` first ones of a part behind the request's position. */
typedef struct {
  const SearchSegment *segment;
  const SearchRequest *request;
  uint32_t part;
  guint limit;
  uint32_t first_title_rank;
  GArray *page; /**< RankCandidate in order */
} RankOrder;
void rank_order_init(RankOrder *order, const SearchPart *part, uint32_t number, const SearchRequest *request,
                     guint limit);
void rank_order_clear(RankOrder *order);
void rank_order_add(RankOrder *order, uint32_t ordinal);
/** Put what an order found in a part in its place among those of other parts in `into`; the ids and titles of `page` are
 * looked up in the segment. */
void rank_order_merge(GArray *into, const SearchSegment *segment, uint32_t part, const SearchRequest *request,
                      const GArray *page, guint limit);

void rank_candidate_clear(gpointer candidate);
