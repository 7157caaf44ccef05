/** Which documents of a part a request may show. Internal to catalog/search; one thread. */
#pragma once

#include "catalog/search/search_find.h"

typedef struct {
  const SearchSegment *segment;
  const uint64_t *deleted;
  uint8_t *is_visible;  /**< of each visibility key */
  uint8_t *is_division; /**< of each division; NULL: any */
  bool has_values;      /**< one of the following is asked for */
  bool is_nothing;      /**< a value that no document has is asked for */
  uint16_t audience;    /**< bit; 0: any */
  int category, kind, level, band;
  int64_t institution; /**< -1: any, as above */
} SearchFilter;

void search_filter_init(SearchFilter *filter, const SearchPart *part, const SearchRequest *request);
void search_filter_clear(SearchFilter *filter);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SearchFilter, search_filter_clear)

static inline bool search_filter_has_values(const SearchFilter *filter, const SegmentRow *row) {
  return (filter->category < 0 || row->category == filter->category) &&
         (filter->kind < 0 || row->kind == filter->kind) && (filter->level < 0 || row->level == filter->level) &&
         (filter->band < 0 || row->band == filter->band) &&
         (filter->audience == 0 || (row->audiences & filter->audience) != 0) &&
         (filter->institution < 0 || row->institution == (uint64_t)filter->institution) &&
         (!filter->is_division ||
          (row->division < filter->segment->value_counts[VALUE_DIVISION] && filter->is_division[row->division]));
}

static inline bool search_filter_accepts(const SearchFilter *filter, uint32_t ordinal) {
  const SegmentRow *row = &filter->segment->rows[ordinal];
  return row->visibility < filter->segment->value_counts[VALUE_VISIBILITY] && filter->is_visible[row->visibility] &&
         !search_bit(filter->deleted, ordinal) && (!filter->has_values || search_filter_has_values(filter, row));
}
