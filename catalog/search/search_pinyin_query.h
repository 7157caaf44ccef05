/** Readings of Latin letters as pinyin, and what may have been meant by them. Internal to catalog/search; any thread. */
#pragma once

#include "catalog/search/search_query.h"

/** Add the ways to read `unit->letters` as pinyin: whole syllables first; when there is no such way, with parts of
 * syllables, as few elements as can be. */
void pinyin_query_add(QueryUnit *unit);

/** Add to readings of whole syllables the same with the last one unfinished: "qu" may become "quan". */
bool pinyin_query_extend(QueryUnit *unit);

/** Add readings with one or two letters wrong whose pairs of syllables the index has. */
void pinyin_query_correct(QueryUnit *unit, QueryHasTermFunc has_term, gpointer data);
/** Add words with one or two letters wrong. */
void pinyin_query_correct_word(QueryUnit *unit, QueryEachWordFunc each_word, gpointer data);

/** Letters that are wrong, missing or too many, or pairs changed over: how many lie between two words (optimal string
 * alignment); more than `limit` may be returned as limit + 1. */
unsigned pinyin_query_distance(const char *a, size_t a_size, const char *b, size_t b_size, unsigned limit);
