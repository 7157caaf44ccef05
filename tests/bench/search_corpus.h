/** A made-up city's worth of courses, the same every time, of real vocabulary: subjects of community education, and
 * the 58,000 words of the pinyin dictionary as often as they are used. */
#pragma once

#include "catalog/search/search_document.h"

typedef struct SearchCorpus SearchCorpus;

SearchCorpus *search_corpus_new(void);
void search_corpus_free(SearchCorpus *corpus);

/** The course of that number (from 0); every `count / transcripts`-th one has a transcript. Popularity falls with no
 * regard to the number, as Zipf has it. Returns a new document. */
SearchDocument *search_corpus_make(const SearchCorpus *corpus, uint32_t number, uint32_t count,
                                   uint32_t transcripts);

/** Queries of a class; NULL-terminated. */
typedef struct {
  const char *name;
  const char *const *queries;
} SearchQueryClass;
const SearchQueryClass *search_corpus_queries(size_t *ret_count);
