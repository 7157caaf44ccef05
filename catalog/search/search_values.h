/** The values that courses are filtered and counted by, as small numbers. Internal to catalog/search; one thread. */
#pragma once

#include "catalog/search/search_segment_writer.h"

typedef struct SearchValues SearchValues;

SearchValues *search_values_new(void);
void search_values_free(SearchValues *values);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SearchValues, search_values_free)

/** The number of a value, a new one when needed; 0 (as for "") when there are too many of its list. */
uint32_t search_values_number(SearchValues *values, ValueId list, const char *text);
/** Write all lists as SECTION_VALUES. */
void search_values_write(const SearchValues *values, SegmentWriter *writer);

/** What summaries (search_summary.h) have to know of the values. */
typedef struct {
  uint32_t public_visibility; /**< 0: nothing is public */
  uint32_t institution_count, division_count;
} SummaryValues;
SummaryValues search_values_for_summaries(const SearchValues *values);
