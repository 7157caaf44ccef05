/** Which documents of a segment a query finds, and roughly how well. Internal to catalog/search; one thread per plan. */
#pragma once

#include "catalog/search/search_query.h"
#include "catalog/search/search_segment.h"

#define MATCH_BLOCK 256
#define MATCH_QUALITY_MAX 127
#define MATCH_QUALITY_TITLE 50 /**< from here on a query stands in the title, all or nearly all of it */
#define MATCH_QUALITY_WHOLE 72 /**< from here on the title may be just what was asked for */

typedef struct {
  uint32_t count;
  uint32_t ordinals[MATCH_BLOCK];
  uint8_t qualities[MATCH_BLOCK]; /**< 0 to MATCH_QUALITY_MAX */
} MatchBlock;

typedef struct MatchPlan MatchPlan;

/** Ordinals to look at. Documents are numbered by popularity: the first ones are those that are asked for most. */
typedef struct {
  uint32_t first, end; /**< `end` is behind the last one, and not above `segment->count` */
} MatchRange;
#define MATCH_RANGE_ALL(segment) ((MatchRange){0, (segment)->count})

/** A query without units finds every document. The segment must outlive the plan. */
MatchPlan *match_plan_new(const SearchSegment *segment, const SearchQuery *query, MatchRange range);
void match_plan_free(MatchPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MatchPlan, match_plan_free)

/** The next documents, ordinals rising; false when there are none left. */
bool match_plan_next(MatchPlan *plan, MatchBlock *ret_block);

/** For queries that no document satisfies: how many units each document of the segment has, and the sum of their
 * qualities, in arrays of `segment->count`. */
void match_count_units(const SearchSegment *segment, const SearchQuery *query, uint8_t *ret_counts,
                       uint16_t *ret_qualities);

/** The one term whose documents are all that is found, when it is so simple. */
bool match_plan_is_term(const MatchPlan *plan, SegmentTerm *ret_term, QueryCertainty *ret_certainty);

/** How well a unit fits that stands in these fields, for certain. A change needs another SEGMENT_VERSION. */
unsigned match_quality(uint8_t fields);
/** The quality, with less for doubt; never 0. */
unsigned match_quality_doubted(unsigned quality, QueryCertainty certainty);
/** match_quality() and the doubt, for each value of the fields. */
const uint8_t *match_quality_table(QueryCertainty certainty);
