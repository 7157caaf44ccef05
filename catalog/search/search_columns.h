/** Gathers the profiles and places of documents, numbers the different ones, and writes both as columns of a segment.
 * Internal to catalog/search; one thread. */
#pragma once

#include "catalog/search/search_segment_writer.h"

typedef struct SearchColumns SearchColumns;
SearchColumns *search_columns_new(void);
void search_columns_free(SearchColumns *columns);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SearchColumns, search_columns_free)

/** The next document, in the order of ordinals. */
void search_columns_add(SearchColumns *columns, const SegmentProfile *profile, const SegmentPlace *place);
/** Write SECTION_PROFILES, SECTION_PROFILE, SECTION_PLACES and SECTION_PLACE. */
void search_columns_write(const SearchColumns *columns, SegmentWriter *writer);

/** How many documents and different profiles and places there are. */
uint32_t search_columns_count(const SearchColumns *columns);
uint32_t search_columns_profile_count(const SearchColumns *columns);
uint32_t search_columns_place_count(const SearchColumns *columns);
/** By number. */
const SegmentProfile *search_columns_profile(const SearchColumns *columns, uint32_t number);
const SegmentPlace *search_columns_place(const SearchColumns *columns, uint32_t number);
/** The numbers of all documents. */
const uint32_t *search_columns_profile_numbers(const SearchColumns *columns);
const uint32_t *search_columns_place_numbers(const SearchColumns *columns);
