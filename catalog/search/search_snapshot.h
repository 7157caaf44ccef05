/** The segments of the index as they stand at a moment. Never changes; shared by its readers. Internal to the catalog.
 * Threads: any. */
#pragma once

#include "catalog/search/search_segment.h"

typedef struct {
  SearchSegment *segment;
  GBytes *deleted; /**< a bit for each document; NULL: none */
  uint32_t deleted_count;
  char *deleted_name; /**< the bitmap's file; NULL: it has none yet */
} SearchPart;

/** Another reference to all that a part holds. */
SearchPart search_part_copy(const SearchPart *part);
void search_part_clear(SearchPart *part);

typedef struct {
  gint references; /**< atomic */
  uint32_t part_count;
  SearchPart *parts;
  int64_t change_seq; /**< the last change of the catalog that is in it */
} SearchSnapshot;

/** A new one without parts. */
SearchSnapshot *search_snapshot_new(uint32_t part_count);
SearchSnapshot *search_snapshot_ref(SearchSnapshot *snapshot);
void search_snapshot_unref(SearchSnapshot *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SearchSnapshot, search_snapshot_unref)

static inline const uint64_t *search_part_deleted(const SearchPart *part) {
  return part->deleted ? g_bytes_get_data(part->deleted, NULL) : NULL;
}
static inline bool search_bit(const uint64_t *bits, uint32_t number) {
  return bits && (bits[number / 64] >> number % 64 & 1);
}
static inline size_t search_bits_size(uint32_t count) {
  return ((size_t)count + 63) / 64 * sizeof(uint64_t);
}
