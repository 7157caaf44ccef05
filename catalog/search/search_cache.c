#include "catalog/search/search_cache.h"

#include "catalog/search/search_rank.h"

#include <string.h>

#define KEY_SIZE_MAX 1024

struct SearchCache {
  LruCache *results; /* SearchPartResult * */
  uint32_t documents_min;
};

SearchPartResult *search_part_result_new(int64_t total, SearchFacets *facets, GArray *best, GArray *page) {
  SearchPartResult *result = g_new(SearchPartResult, 1);
  *result = (SearchPartResult){1, total, facets, best, page};
  return result;
}

SearchPartResult *search_part_result_ref(SearchPartResult *result) {
  g_atomic_int_inc(&result->references);
  return result;
}

void search_part_result_unref(SearchPartResult *result) {
  if (!result || !g_atomic_int_dec_and_test(&result->references))
    return;
  search_facets_free(result->facets);
  g_clear_pointer(&result->best, g_array_unref);
  g_clear_pointer(&result->page, g_array_unref);
  g_free(result);
}

SearchCache *search_cache_new(size_t budget_bytes, uint32_t documents_min) {
  SearchCache *cache = g_new0(SearchCache, 1);
  cache->results = lru_cache_new(budget_bytes, (LruCacheRefFunc)search_part_result_ref,
                                 (GDestroyNotify)search_part_result_unref);
  cache->documents_min = documents_min;
  return cache;
}

void search_cache_free(SearchCache *cache) {
  if (!cache)
    return;
  lru_cache_free(cache->results);
  g_free(cache);
}

static void append_number(GByteArray *key, int64_t number) {
  g_byte_array_append(key, (const guint8 *)&number, sizeof number);
}

/* With the length before it, so that two texts in a row cannot be taken for two others. NULL differs from "". */
static void append_bytes(GByteArray *key, const void *bytes, size_t size) {
  append_number(key, bytes ? (int64_t)size : -1);
  if (bytes)
    g_byte_array_append(key, bytes, (guint)size);
}

static void append_text(GByteArray *key, const char *text) {
  append_bytes(key, text, text ? strlen(text) : 0);
}

/* Which keys the viewer holds, of those that the segment knows. */
static void append_viewer(GByteArray *key, const SearchFilter *filter) {
  guint8 digest[32];
  gsize size = sizeof digest;
  g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
  g_checksum_update(checksum, filter->is_visible, (gssize)filter->segment->value_counts[VALUE_VISIBILITY]);
  g_checksum_get_digest(checksum, digest, &size);
  append_bytes(key, digest, size);
}

static void append_filter(GByteArray *key, const SearchRequest *request, const SearchFilter *filter) {
  const int64_t numbers[] = {filter->category, filter->kind,        filter->level,
                             filter->band,     filter->institution, filter->audience};
  for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
    append_number(key, numbers[i]);
  append_text(key, request->division && *request->division ? request->division : NULL);
}

/* By an order the page itself is kept. */
static void append_page(GByteArray *key, const SearchRequest *request, guint limit) {
  append_number(key, limit);
  append_number(key, request->after ? request->after->number : 0);
  append_text(key, request->after ? request->after->id : NULL);
  append_text(key, request->after ? request->after->title : NULL);
}

GBytes *search_cache_key(const SearchCache *cache, const SearchRequest *request, const SearchFilter *filter,
                         uint32_t deleted_count, unsigned stage, guint limit) {
  if (request->is_exact || filter->segment->count < cache->documents_min || filter->is_nothing)
    return NULL;
  GByteArray *key = g_byte_array_new();
  append_number(key, (int64_t)filter->segment->serial);
  append_number(key, deleted_count);
  append_number(key, stage);
  append_number(key, request->sort);
  append_number(key, request->has_facets);
  append_filter(key, request, filter);
  append_viewer(key, filter);
  append_text(key, request->text);
  append_page(key, request, limit);
  if (key->len > KEY_SIZE_MAX)
    g_clear_pointer(&key, g_byte_array_unref);
  return key ? g_byte_array_free_to_bytes(key) : NULL;
}

SearchPartResult *search_cache_find(SearchCache *cache, GBytes *key) {
  return lru_cache_find(cache->results, key);
}

static size_t size_of(const SearchPartResult *result) {
  size_t size = sizeof *result;
  if (result->facets)
    size += search_facets_size(result->facets);
  if (result->best)
    size += result->best->len * sizeof(uint64_t);
  if (result->page)
    size += result->page->len * sizeof(RankCandidate);
  return size;
}

void search_cache_keep(SearchCache *cache, GBytes *key, SearchPartResult *result) {
  lru_cache_keep(cache->results, key, result, size_of(result));
}

void search_cache_get_figures(SearchCache *cache, LruCacheFigures *ret_figures) {
  lru_cache_get_figures(cache->results, ret_figures);
}
