/** Reads a segment's file (search_format.h), mapped into memory. Internal to catalog/search.
 *
 * Whatever the bytes are, nothing outside the file is read and nothing crashes: sizes are checked when it is opened,
 * numbers where they are used. CRCs are checked by segment_verify().
 * Threads: a segment never changes; any number of threads may read it.
 */
#pragma once

#include "catalog/search/search_analysis.h"
#include "catalog/search/search_format.h"
#include "catalog/search/search_postings.h"

#include <glib.h>
#include <stdbool.h>

/** Numbers of documents' records, of 16 or of 32 bits. */
typedef struct {
  const uint16_t *narrow; /**< NULL: wide */
  const uint32_t *wide;
} SegmentColumn;

typedef struct SearchSegment {
  gint references; /**< atomic */
  uint64_t serial; /**< that no other segment of this process has or had */
  char *path;
  const uint8_t *map;
  size_t map_size;
  bool is_mapped; /**< else `map` is borrowed */
  const SegmentHeader *header;
  uint32_t count;
  const SegmentProfile *profiles;
  const SegmentPlace *places;
  uint32_t profile_count, place_count;
  SegmentColumn profile_numbers, place_numbers; /**< may be out of range in a damaged file */
  const uint32_t *standings;
  const char *ids;
  const uint32_t *id_order, *durations, *popularities, *title_order, *title_ranks;
  const int64_t *created;
  const char **values[SEGMENT_VALUE_COUNT]; /**< pointers into the map */
  uint32_t value_counts[SEGMENT_VALUE_COUNT];
} SearchSegment;

/** Map a file. CATALOG_ERROR_DAMAGED when it is no whole segment of this version. */
SearchSegment *segment_open(const char *path, GError **error);
/** Read one from memory, aligned to 8 bytes, that outlives it: for tests. */
SearchSegment *segment_open_bytes(const uint8_t *bytes, size_t size, GError **error);
SearchSegment *segment_ref(SearchSegment *segment);
void segment_unref(SearchSegment *segment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SearchSegment, segment_unref)

/** Read all of it and compare the CRCs; DAMAGED when one differs. */
bool segment_verify(const SearchSegment *segment, GError **error);
/** Tell the kernel that its pages need not stay in memory. */
void segment_release_memory(const SearchSegment *segment);

static inline const uint8_t *segment_section(const SearchSegment *segment, SectionId section, size_t *ret_size) {
  *ret_size = (size_t)segment->header->sections[section].size;
  return segment->map + segment->header->sections[section].offset;
}

/** The number of a document's record. */
static inline uint32_t segment_column_at(const SegmentColumn *column, uint32_t ordinal) {
  return column->narrow ? column->narrow[ordinal] : column->wide[ordinal];
}

static inline void segment_column_prefetch(const SegmentColumn *column, uint32_t ordinal) {
  __builtin_prefetch(column->narrow ? (const void *)&column->narrow[ordinal] : &column->wide[ordinal]);
}

/** "" for a number out of range. */
const char *segment_value(const SearchSegment *segment, ValueId list, uint32_t number);
/** The number of a text; 0 when it has none. */
uint32_t segment_find_value(const SearchSegment *segment, ValueId list, const char *text);

/** Copy an id, ended by NUL. */
void segment_copy_id(const SearchSegment *segment, uint32_t ordinal, char ret_id[SEARCH_ID_SIZE_MAX + 1]);
bool segment_find_id(const SearchSegment *segment, const char *id, uint32_t *ret_ordinal);

/** A term's postings. */
typedef struct {
  const uint8_t *postings;
  size_t size;
  uint32_t count;
  uint64_t number; /**< of the term, from 0 */
} SegmentTerm;
bool segment_find_term(const SearchSegment *segment, const char *key, size_t key_size, SegmentTerm *ret_term);

/** Walks over the terms in byte order. */
typedef struct {
  const SearchSegment *segment;
  const uint8_t *at, *end;
  uint64_t number, offset;
  char key[256];
  size_t key_size;
  SegmentTerm term;
} SegmentTermWalk;
/** Begin at the first term that is not before `key`. */
void segment_term_walk_init(SegmentTermWalk *walk, const SearchSegment *segment, const char *key, size_t key_size);
/** False at the end. */
bool segment_term_walk_next(SegmentTermWalk *walk);

typedef struct {
  const char *text;
  size_t size;
} SegmentText;

#define SEGMENT_LIST_MAX 32 /**< tags or lecturers that are looked at */
typedef struct {
  SegmentText title, summary, institution;
  SegmentText tags[SEGMENT_LIST_MAX], lecturers[SEGMENT_LIST_MAX];
  size_t tag_count, lecturer_count;
} SegmentTexts;
/** What a document is shown with; false when it is damaged (all empty then). */
bool segment_load_texts(const SearchSegment *segment, uint32_t ordinal, SegmentTexts *ret_texts);
/** Only its title; empty when damaged. */
SegmentText segment_title(const SearchSegment *segment, uint32_t ordinal);

/** Bytes of one document's record in TEXTS or CUES, with the section of its offsets; empty when damaged. */
SegmentText segment_record(const SearchSegment *segment, SectionId data, SectionId offsets, uint32_t ordinal);

typedef struct {
  SegmentText lesson_id, text;
  int64_t start_us;
  bool is_chapter;
} SegmentCue;
typedef struct {
  const uint8_t *at, *end;
  SegmentText lesson_id;
} SegmentCueWalk;
void segment_cue_walk_init(SegmentCueWalk *walk, const SearchSegment *segment, uint32_t ordinal);
bool segment_cue_walk_next(SegmentCueWalk *walk, SegmentCue *ret_cue);
