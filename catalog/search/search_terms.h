/** Collects which document has which term where, in memory, for a segment that is being built. Internal to
 * catalog/search; one thread. */
#pragma once

#include "catalog/search/search_analysis.h"
#include "catalog/search/search_segment_writer.h"

typedef struct SearchTerms SearchTerms;

SearchTerms *search_terms_new(void);
void search_terms_free(SearchTerms *terms);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SearchTerms, search_terms_free)

/** Ordinals must not fall. */
void search_terms_add(SearchTerms *terms, const SearchKey *key, uint32_t ordinal, uint8_t fields);
/** Write all of them as SECTION_POSTINGS. */
void search_terms_write(SearchTerms *terms, SegmentWriter *writer);
