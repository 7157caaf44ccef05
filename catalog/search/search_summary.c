#include "catalog/search/search_summary.h"

#include "catalog/search/search_rank.h"
#include "catalog/search/search_varint.h"

#include <string.h>

/* Finding one deleted document in a list costs as much as counting so many. */
#define DELETED_COST 64

void search_summary_clear(SearchSummary *summary) {
  g_clear_pointer(&summary->facets, search_facets_free);
  g_clear_pointer(&summary->best, g_array_unref);
}

/* Bytes of a term's summary; empty when it has none. */
static SegmentText find_record(const SearchSegment *segment, uint64_t number) {
  size_t terms_size = 0, size = 0;
  const SegmentSummaryTerm *terms = (const void *)segment_section(segment, SECTION_SUMMARY_TERMS, &terms_size);
  const uint8_t *summaries = segment_section(segment, SECTION_SUMMARIES, &size);
  size_t count = terms_size / sizeof *terms, low = 0, high = count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (terms[middle].term < number)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == count || terms[low].term != number)
    return (SegmentText){"", 0};
  uint64_t start = terms[low].offset, end = low + 1 < count ? terms[low + 1].offset : size;
  if (start > end || end > size)
    return (SegmentText){"", 0};
  return (SegmentText){(const char *)summaries + start, (size_t)(end - start)};
}

static bool read_counts(const uint8_t **at, const uint8_t *end, uint32_t *counts, uint32_t limit) {
  uint64_t different = 0, number = 0;
  if (!varint_read(at, end, &different))
    return false;
  for (uint64_t i = 0; i < different; i++) {
    uint64_t step = 0, count = 0;
    if (!varint_read(at, end, &step) || !varint_read(at, end, &count) || step >= limit - number ||
        count > UINT32_MAX)
      return false;
    number += step;
    counts[number] = (uint32_t)count;
  }
  return true;
}

static bool read_facets(const uint8_t **at, const uint8_t *end, SearchFacets *facets) {
  return read_counts(at, end, facets->categories, G_N_ELEMENTS(facets->categories)) &&
         read_counts(at, end, facets->kinds, G_N_ELEMENTS(facets->kinds)) &&
         read_counts(at, end, facets->levels, G_N_ELEMENTS(facets->levels)) &&
         read_counts(at, end, facets->bands, G_N_ELEMENTS(facets->bands)) &&
         read_counts(at, end, facets->audiences, G_N_ELEMENTS(facets->audiences)) &&
         read_counts(at, end, facets->institutions, facets->institution_count) &&
         read_counts(at, end, facets->divisions, facets->division_count);
}

/* One group of the best, those that were deleted left out. */
static bool read_group(const uint8_t **at, const uint8_t *end, const SearchFilter *filter, QueryCertainty certainty,
                       GArray *best) {
  uint64_t quality = 0, count = 0, ordinal = 0;
  if (!varint_read(at, end, &quality) || !varint_read(at, end, &count) || quality > MATCH_QUALITY_MAX)
    return false;
  uint64_t doubted = match_quality_doubted((unsigned)quality, certainty);
  for (uint64_t i = 0; i < count; i++) {
    uint64_t step = 0;
    if (!varint_read(at, end, &step) || step >= filter->segment->count - ordinal)
      return false;
    ordinal += step;
    uint64_t entry = doubted << 32 | ordinal;
    if (!search_bit(filter->deleted, (uint32_t)ordinal) && best->len < SEARCH_RANKED_MAX)
      g_array_append_val(best, entry);
  }
  return true;
}

static bool read_best(const uint8_t **at, const uint8_t *end, const SearchFilter *filter, QueryCertainty certainty,
                      GArray *best) {
  uint64_t groups = 0;
  if (!varint_read(at, end, &groups))
    return false;
  for (uint64_t i = 0; i < groups; i++)
    if (!read_group(at, end, filter, certainty, best))
      return false;
  return true;
}

static void take_away(SearchSummary *summary, const SearchSegment *segment, uint32_t profile, uint32_t place) {
  summary->total--;
  search_facets_add_profile(summary->facets, &segment->profiles[profile], -1);
  search_facets_add_place(summary->facets, &segment->places[place], -1);
}

/* Documents that were deleted since it was made are counted no more. */
static void take_deleted_away(SearchSummary *summary, const SearchFilter *filter, const SegmentTerm *term) {
  const SearchSegment *segment = filter->segment;
  g_autofree PostingsReader *reader = g_new(PostingsReader, 1);
  postings_reader_init(reader, term->postings, term->size, term->count, segment->count);
  for (uint32_t word = 0; filter->deleted && word < (segment->count + 63) / 64; word++)
    for (uint64_t bits = filter->deleted[word]; bits != 0; bits &= bits - 1) {
      uint32_t ordinal = word * 64 + (uint32_t)__builtin_ctzll(bits);
      postings_reader_seek(reader, ordinal);
      if (postings_reader_ordinal(reader) != ordinal)
        continue;
      uint32_t profile = segment_column_at(&segment->profile_numbers, ordinal);
      uint32_t place = segment_column_at(&segment->place_numbers, ordinal);
      if (profile < segment->profile_count && filter->takes_profile[profile] && place < segment->place_count)
        take_away(summary, segment, profile, place);
    }
}

static bool read_record(SegmentText record, const SearchFilter *filter, QueryCertainty certainty,
                        SearchSummary *summary) {
  const uint8_t *at = (const uint8_t *)record.text, *end = at + record.size;
  uint64_t total = 0;
  if (!varint_read(&at, end, &total) || total > filter->segment->count)
    return false;
  summary->total = (int64_t)total;
  return read_facets(&at, end, summary->facets) && read_best(&at, end, filter, certainty, summary->best);
}

bool search_summary_load(const SearchFilter *filter, const SegmentTerm *term, QueryCertainty certainty,
                         SearchSummary *ret_summary) {
  const SearchSegment *segment = filter->segment;
  SegmentText record = find_record(segment, term->number);
  if (record.size == 0 || !search_filter_is_public(filter) ||
      (uint64_t)filter->deleted_count * DELETED_COST > term->count)
    return false;
  g_auto(SearchSummary) summary = {
      0, search_facets_new(segment->value_counts[VALUE_INSTITUTION], segment->value_counts[VALUE_DIVISION]),
      g_array_sized_new(FALSE, FALSE, sizeof(uint64_t), SUMMARY_BEST_MAX)};
  if (!read_record(record, filter, certainty, &summary))
    return false;
  take_deleted_away(&summary, filter, term);
  if (summary.best->len < MIN(summary.total, SEARCH_RANKED_MAX))
    return false;
  *ret_summary = summary;
  summary = (SearchSummary){0};
  return true;
}
