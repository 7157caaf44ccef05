/** A course as lists show it, in a few bytes that the search index keeps beside its texts. Internal to catalog/. Pure. */
#pragma once

#include "catalog/course.h"
#include "catalog/search/search_segment.h"

/** All but title, summary and institution, which the index has. NULL for a course that still changes without a number of
 * change (course_cache.h), and for texts that the index does not have whole. */
GBytes *course_card_write(const CatalogCourse *course);

/** Does nothing of it change any more without a number of change? The progress of a lesson that is being made does. */
bool course_is_settled(const CatalogCourse *course);

/** The course of a document of the index as it was when the index took it; NULL when it has no card, or a damaged one. */
CatalogCourse *course_card_read(const SearchSegment *segment, uint32_t ordinal);
