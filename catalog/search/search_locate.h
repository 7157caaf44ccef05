/** Where a text holds what was asked for. Internal to catalog/search; a LocateText serves one thread. */
#pragma once

#include "catalog/search/search_query.h"

typedef struct {
  FoldedText *folded;
  uint16_t *syllables; /**< readings, made when first needed */
} LocateText;

void locate_text_init(LocateText *text, const char *utf8, size_t size_bytes);
void locate_text_clear(LocateText *text);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LocateText, locate_text_clear)

typedef struct {
  uint32_t start, end; /**< bytes of the source, `end` behind the last one */
} LocateRange;

/** How many characters from `at` on are the unit, by the alternative that takes most; 0: none is there. */
size_t locate_unit_at(LocateText *text, const QueryUnit *unit, size_t at);
/** Does the text hold the unit in one piece? */
bool locate_has_unit(LocateText *text, const QueryUnit *unit);

typedef struct {
  bool is_found; /**< all units stand side by side, in order, with nothing but separators between */
  bool is_start; /**< at the beginning of the text */
  bool is_whole; /**< and nothing else is there */
} LocatePhrase;
LocatePhrase locate_phrase(LocateText *text, const SearchQuery *query);

/** Up to `max` ranges of units of the query, in order, not overlapping. Returns their number. */
size_t locate_ranges(LocateText *text, const SearchQuery *query, LocateRange *ret_ranges, size_t max);
