#include "catalog/search/search_rank.h"
#include "catalog/search/search_summary.h"
#include "catalog/search/search_varint.h"

#include <string.h>

struct SummaryWriter {
  const SearchColumns *columns;
  SummaryValues values;
  uint32_t documents_min;
  uint32_t *profiles, *places; /* documents of the term, by number */
  GArray *terms;               /* SegmentSummaryTerm */
  GByteArray *summaries;
};

SummaryWriter *summary_writer_new(const SearchColumns *columns, SummaryValues values) {
  SummaryWriter *writer = g_new0(SummaryWriter, 1);
  writer->columns = columns;
  writer->values = values;
  writer->documents_min = MAX(search_columns_count(columns) / SUMMARY_SHARE, SUMMARY_DOCUMENTS_MIN);
  writer->profiles = g_new0(uint32_t, search_columns_profile_count(columns) + 1);
  writer->places = g_new0(uint32_t, search_columns_place_count(columns) + 1);
  writer->terms = g_array_new(FALSE, FALSE, sizeof(SegmentSummaryTerm));
  writer->summaries = g_byte_array_new();
  return writer;
}

void summary_writer_free(SummaryWriter *writer) {
  if (!writer)
    return;
  g_free(writer->profiles);
  g_free(writer->places);
  g_array_unref(writer->terms);
  g_byte_array_unref(writer->summaries);
  g_free(writer);
}

/* Count the public documents of the list and choose the best. Returns how many they are. */
static uint32_t count_documents(SummaryWriter *writer, const uint32_t *ordinals, const uint8_t *fields,
                                uint32_t count, RankBest *best) {
  const uint32_t *profiles = search_columns_profile_numbers(writer->columns);
  const uint32_t *places = search_columns_place_numbers(writer->columns);
  const uint8_t *qualities = match_quality_table(CERTAINTY_WHOLE);
  uint32_t total = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t profile = profiles[ordinals[i]];
    if (search_columns_profile(writer->columns, profile)->visibility != writer->values.public_visibility)
      continue;
    writer->profiles[profile]++;
    writer->places[places[ordinals[i]]]++;
    rank_best_add(best, ordinals[i], qualities[fields[i]]);
    total++;
  }
  return total;
}

/* Facets of what was counted; the counters are empty afterwards. */
static SearchFacets *take_facets(SummaryWriter *writer) {
  SearchFacets *facets = search_facets_new(writer->values.institution_count, writer->values.division_count);
  uint32_t profile_count = search_columns_profile_count(writer->columns);
  uint32_t place_count = search_columns_place_count(writer->columns);
  for (uint32_t i = 0; i < profile_count; i++)
    if (writer->profiles[i] > 0)
      search_facets_add_profile(facets, search_columns_profile(writer->columns, i), writer->profiles[i]);
  for (uint32_t i = 0; i < place_count; i++)
    if (writer->places[i] > 0)
      search_facets_add_place(facets, search_columns_place(writer->columns, i), writer->places[i]);
  memset(writer->profiles, 0, profile_count * sizeof *writer->profiles);
  memset(writer->places, 0, place_count * sizeof *writer->places);
  return facets;
}

static void append_counts(GByteArray *out, const uint32_t *counts, uint32_t limit) {
  uint32_t different = 0, before = 0;
  for (uint32_t i = 0; i < limit; i++)
    different += counts[i] > 0;
  varint_append(out, different);
  for (uint32_t i = 0; i < limit; i++)
    if (counts[i] > 0) {
      varint_append(out, i - before);
      varint_append(out, counts[i]);
      before = i;
    }
}

static void append_facets(GByteArray *out, const SearchFacets *facets) {
  append_counts(out, facets->categories, G_N_ELEMENTS(facets->categories));
  append_counts(out, facets->kinds, G_N_ELEMENTS(facets->kinds));
  append_counts(out, facets->levels, G_N_ELEMENTS(facets->levels));
  append_counts(out, facets->bands, G_N_ELEMENTS(facets->bands));
  append_counts(out, facets->audiences, G_N_ELEMENTS(facets->audiences));
  append_counts(out, facets->institutions, facets->institution_count);
  append_counts(out, facets->divisions, facets->division_count);
}

/* Where the group of one quality that begins at `i` ends. */
static guint group_end(const GArray *best, guint i) {
  uint64_t quality = g_array_index(best, uint64_t, i) >> 32;
  guint end = i + 1;
  while (end < best->len && g_array_index(best, uint64_t, end) >> 32 == quality)
    end++;
  return end;
}

static void append_best(GByteArray *out, const GArray *best) {
  guint groups = 0;
  for (guint i = 0; i < best->len; i = group_end(best, i))
    groups++;
  varint_append(out, groups);
  for (guint i = 0, end; i < best->len; i = end) {
    uint32_t before = 0;
    end = group_end(best, i);
    varint_append(out, g_array_index(best, uint64_t, i) >> 32);
    varint_append(out, end - i);
    for (guint n = i; n < end; n++) {
      uint32_t ordinal = (uint32_t)g_array_index(best, uint64_t, n);
      varint_append(out, ordinal - before);
      before = ordinal;
    }
  }
}

void summary_writer_add(SummaryWriter *writer, uint64_t number, const uint32_t *ordinals, const uint8_t *fields,
                        uint32_t count) {
  if (count < writer->documents_min || writer->values.public_visibility == 0)
    return;
  RankBest best;
  SegmentSummaryTerm term = {number, writer->summaries->len};
  g_array_append_val(writer->terms, term);
  rank_best_init(&best, false);
  best.limit = SUMMARY_BEST_MAX;
  varint_append(writer->summaries, count_documents(writer, ordinals, fields, count, &best));
  g_autoptr(SearchFacets) facets = take_facets(writer);
  g_autoptr(GArray) sorted = rank_best_steal(&best);
  append_facets(writer->summaries, facets);
  append_best(writer->summaries, sorted);
  rank_best_clear(&best);
}

void summary_writer_write(const SummaryWriter *writer, SegmentWriter *into) {
  segment_writer_put(into, SECTION_SUMMARY_TERMS, writer->terms->data,
                     writer->terms->len * sizeof(SegmentSummaryTerm));
  segment_writer_put(into, SECTION_SUMMARIES, writer->summaries->data, writer->summaries->len);
}
