/* Fuzz target: a segment of the search index with bytes that nobody of us wrote. The header's checksum is put right, so
 * that what lies behind it is reached. */
#include "catalog/search/search_find.h"
#include "catalog/search/search_merge.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static void ask(SearchSnapshot *snapshot, const char *text, SearchSort sort) {
  SearchPosition after = {.number = 3, .title = (char *)"书", .id = "c"};
  SearchRequest request = {.text = text, .sort = sort, .limit = 5, .has_facets = true};
  g_autoptr(SearchResult) result = search_find(snapshot, &request);
  for (guint i = 0; result->query && i < result->hits->len; i++)
    g_array_unref(search_find_cues(snapshot, result->query, &g_array_index(result->hits, SearchHit, i), 3));
  request.after = &after;
  g_autoptr(SearchResult) next = search_find(snapshot, &request);
  g_array_unref(search_suggest(snapshot, text, NULL, NULL, 5));
}

static void merge(SearchSnapshot *snapshot) {
  g_autofree char *path = g_strdup_printf("/dev/shm/fuzz-search-%d", (int)getpid());
  uint32_t **maps = NULL;
  g_unlink(path);
  if (search_merge(snapshot->parts, snapshot->part_count, path, &maps, NULL))
    search_merge_free_maps(maps, snapshot->part_count);
  g_unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  if (size_bytes < SEGMENT_HEADER_SIZE || size_bytes > 1 << 16)
    return 0;
  g_autofree uint8_t *bytes = g_malloc(size_bytes);
  memcpy(bytes, data, size_bytes);
  SegmentHeader *header = (SegmentHeader *)(void *)bytes;
  header->crc = (uint32_t)crc32_z(crc32(0, NULL, 0), bytes, offsetof(SegmentHeader, crc));
  SearchSegment *segment = segment_open_bytes(bytes, size_bytes, NULL);
  if (!segment)
    return 0;
  g_autoptr(SearchSnapshot) snapshot = search_snapshot_new(1);
  snapshot->parts[0].segment = segment;
  static const char *const texts[] = {"太极拳", "tjq", "tai", "ex", "yin 书法", "t", "", "音乐"};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
    ask(snapshot, texts[i], (SearchSort)(i % (SEARCH_SORT_TITLE + 1)));
  merge(snapshot);
  return 0;
}
