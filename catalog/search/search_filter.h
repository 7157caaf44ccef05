/** Which documents of a part a request may show. Internal to catalog/search; one thread. */
#pragma once

#include "catalog/search/search_find.h"

typedef struct {
  const SearchSegment *segment;
  const uint64_t *deleted;
  uint32_t deleted_count;
  uint8_t *is_visible;    /**< of each visibility key */
  uint8_t *takes_profile; /**< of each profile: its documents may be shown */
  uint8_t *takes_place;   /**< of each place; NULL: all */
  bool has_values;        /**< one of the following is asked for */
  bool is_nothing;        /**< a value that no document has is asked for */
  uint16_t audience;      /**< bit; 0: any */
  int category, kind, level, band;
  int64_t institution; /**< -1: any, as above */
} SearchFilter;

void search_filter_init(SearchFilter *filter, const SearchPart *part, const SearchRequest *request);
void search_filter_clear(SearchFilter *filter);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SearchFilter, search_filter_clear)

/** The caller holds the document's numbers of its profile and place, which may be out of range. */
static inline bool search_filter_accepts_numbers(const SearchFilter *filter, uint32_t ordinal, uint32_t profile,
                                                 uint32_t place) {
  return profile < filter->segment->profile_count && filter->takes_profile[profile] &&
         place < filter->segment->place_count && (!filter->takes_place || filter->takes_place[place]) &&
         !search_bit(filter->deleted, ordinal);
}

static inline bool search_filter_accepts(const SearchFilter *filter, uint32_t ordinal) {
  return search_filter_accepts_numbers(filter, ordinal,
                                       segment_column_at(&filter->segment->profile_numbers, ordinal),
                                       segment_column_at(&filter->segment->place_numbers, ordinal));
}

/** Are all documents that are public taken, and no others, but for those that are deleted? */
bool search_filter_is_public(const SearchFilter *filter);
