#include "base/lru_cache.h"

#define ENTRY_SHARE_MAX 16
#define ENTRY_OVERHEAD 256 /* of the entry, its place in the table and the key */

typedef struct {
  GBytes *key;
  gpointer value;
  size_t size_bytes;
  GDestroyNotify unref;
  GList link; /* in `used` */
} Entry;

struct LruCache {
  GMutex mutex;
  GHashTable *entries; /* GBytes * to Entry * */
  GQueue used;         /* Entry *, most recent first */
  LruCacheRefFunc ref;
  GDestroyNotify unref;
  size_t budget_bytes, size_bytes;
  uint64_t hits, misses;
};

static void entry_free(gpointer data) {
  Entry *entry = data;
  entry->unref(entry->value);
  g_bytes_unref(entry->key);
  g_free(entry);
}

LruCache *lru_cache_new(size_t budget_bytes, LruCacheRefFunc ref, GDestroyNotify unref) {
  LruCache *cache = g_new0(LruCache, 1);
  g_mutex_init(&cache->mutex);
  g_queue_init(&cache->used);
  cache->entries = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, NULL, entry_free);
  cache->ref = ref;
  cache->unref = unref;
  cache->budget_bytes = budget_bytes;
  return cache;
}

void lru_cache_free(LruCache *cache) {
  if (!cache)
    return;
  g_hash_table_unref(cache->entries); /* the links stand in the entries */
  g_mutex_clear(&cache->mutex);
  g_free(cache);
}

gpointer lru_cache_find(LruCache *cache, GBytes *key) {
  gpointer value = NULL;
  g_mutex_lock(&cache->mutex);
  Entry *entry = g_hash_table_lookup(cache->entries, key);
  if (entry) {
    g_queue_unlink(&cache->used, &entry->link);
    g_queue_push_head_link(&cache->used, &entry->link);
    value = cache->ref(entry->value);
    cache->hits++;
  } else {
    cache->misses++;
  }
  g_mutex_unlock(&cache->mutex);
  return value;
}

static void drop_locked(LruCache *cache, Entry *entry) {
  cache->size_bytes -= entry->size_bytes;
  g_queue_unlink(&cache->used, &entry->link);
  g_hash_table_remove(cache->entries, entry->key);
}

void lru_cache_keep(LruCache *cache, GBytes *key, gpointer value, size_t size_bytes) {
  size_t size = size_bytes + ENTRY_OVERHEAD + g_bytes_get_size(key);
  if (size > cache->budget_bytes / ENTRY_SHARE_MAX)
    return;
  Entry *entry = g_new0(Entry, 1);
  *entry = (Entry){g_bytes_ref(key), cache->ref(value), size, cache->unref, {.data = entry}};
  g_mutex_lock(&cache->mutex);
  Entry *before = g_hash_table_lookup(cache->entries, key);
  if (before)
    drop_locked(cache, before);
  cache->size_bytes += size;
  g_queue_push_head_link(&cache->used, &entry->link);
  g_hash_table_insert(cache->entries, entry->key, entry);
  while (cache->size_bytes > cache->budget_bytes)
    drop_locked(cache, g_queue_peek_tail(&cache->used));
  g_mutex_unlock(&cache->mutex);
}

void lru_cache_get_figures(LruCache *cache, LruCacheFigures *ret_figures) {
  g_mutex_lock(&cache->mutex);
  *ret_figures =
      (LruCacheFigures){cache->hits, cache->misses, cache->size_bytes, g_hash_table_size(cache->entries)};
  g_mutex_unlock(&cache->mutex);
}
