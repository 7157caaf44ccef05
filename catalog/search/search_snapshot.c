#include "catalog/search/search_snapshot.h"

SearchPart search_part_copy(const SearchPart *part) {
  return (SearchPart){segment_ref(part->segment), part->deleted ? g_bytes_ref(part->deleted) : NULL,
                      part->deleted_count, g_strdup(part->deleted_name)};
}

void search_part_clear(SearchPart *part) {
  segment_unref(part->segment);
  g_clear_pointer(&part->deleted, g_bytes_unref);
  g_free(part->deleted_name);
  *part = (SearchPart){0};
}

SearchSnapshot *search_snapshot_new(uint32_t part_count) {
  SearchSnapshot *snapshot = g_new0(SearchSnapshot, 1);
  snapshot->references = 1;
  snapshot->part_count = part_count;
  snapshot->parts = g_new0(SearchPart, part_count);
  return snapshot;
}

SearchSnapshot *search_snapshot_ref(SearchSnapshot *snapshot) {
  g_atomic_int_inc(&snapshot->references);
  return snapshot;
}

void search_snapshot_unref(SearchSnapshot *snapshot) {
  if (!snapshot || !g_atomic_int_dec_and_test(&snapshot->references))
    return;
  for (uint32_t i = 0; i < snapshot->part_count; i++)
    search_part_clear(&snapshot->parts[i]);
  g_free(snapshot->parts);
  g_free(snapshot);
}
