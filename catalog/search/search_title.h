/** Titles in the order of pinyin (ICU's collation for zh). But for search_title_key() internal to catalog/search. Any thread. */
#pragma once

#include "catalog/search/search_segment_writer.h"

/** Bytes that sort as titles do. New array. */
GByteArray *search_title_key(const char *title, size_t size_bytes);
/** Compares keys as memcmp() does, a shorter one first; then ids. */
int search_title_compare(const GByteArray *key, const char *id, const GByteArray *other_key, const char *other_id);

typedef const char *(*SearchTitleFunc)(gpointer data, uint32_t ordinal, size_t *ret_size_bytes);
/** Write SECTION_TITLE_ORDER and SECTION_TITLE_RANK. `ids`: SEARCH_ID_SIZE_MAX bytes each. */
void search_title_write(SegmentWriter *writer, uint32_t count, SearchTitleFunc func, gpointer data,
                        const char *ids);
