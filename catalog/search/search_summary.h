/** What a frequent term finds among the public documents of a segment, counted when the segment is written.
 * Internal to catalog/search.
 *
 * A summary, all numbers varints: the documents; then of categories, kinds, levels, bands, audiences, institutions and
 * divisions the number of values that occur, and of each its number (less that of the one before) and its documents; then
 * the best documents as search_rank.h has them, in groups from the best quality down: the number of groups, and of each
 * the quality, the number of documents and their ordinals (less the one before), rising.
 *
 * Documents that were deleted since are taken away when it is read. What is not public is never in it: it serves only
 * viewers who see nothing else.
 */
#pragma once

#include "catalog/search/search_columns.h"
#include "catalog/search/search_facets.h"
#include "catalog/search/search_filter.h"
#include "catalog/search/search_match.h"
#include "catalog/search/search_values.h"

/** Terms of one in SUMMARY_SHARE documents have a summary, but none of fewer than SUMMARY_DOCUMENTS_MIN. */
#define SUMMARY_SHARE 256
#define SUMMARY_DOCUMENTS_MIN 32
/** The best that are listed: so many may be deleted before the rest would not fill SEARCH_RANKED_MAX. */
#define SUMMARY_SPARE 256
#define SUMMARY_BEST_MAX (SEARCH_RANKED_MAX + SUMMARY_SPARE)

typedef struct SummaryWriter SummaryWriter;
/** Columns must outlive it and be complete. */
SummaryWriter *summary_writer_new(const SearchColumns *columns, SummaryValues values);
void summary_writer_free(SummaryWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SummaryWriter, summary_writer_free)
/** Terms in byte order; `number` from 0. Makes a summary of it when it is frequent. */
void summary_writer_add(SummaryWriter *writer, uint64_t number, const uint32_t *ordinals, const uint8_t *fields,
                        uint32_t count);
/** Write SECTION_SUMMARY_TERMS and SECTION_SUMMARIES. */
void summary_writer_write(const SummaryWriter *writer, SegmentWriter *into);

typedef struct {
  int64_t total;
  SearchFacets *facets; /**< owned */
  GArray *best;         /**< owned; uint64_t as rank_best_steal() gives them */
} SearchSummary;
/** What the term finds, as the filter lets through. False when there is no summary that tells: it is to be counted then. */
bool search_summary_load(const SearchFilter *filter, const SegmentTerm *term, QueryCertainty certainty,
                         SearchSummary *ret_summary);
void search_summary_clear(SearchSummary *summary);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SearchSummary, search_summary_clear)
