#include "server/byte_cache.h"

/** What an entry costs beside its bytes and its key. */
#define ENTRY_BYTES 256
/** No one entry may push out most of the others. */
#define ENTRY_SHARE 4

typedef struct {
  char *key;
  GBytes *bytes;
  int64_t cost_bytes;
  GList link; /**< in ByteCache.by_use */
} Entry;

struct ByteCache {
  int64_t budget_bytes;
  GMutex lock;
  GHashTable *by_key; /**< char * -> Entry *; guarded by lock, as what follows */
  GQueue by_use;      /**< used last first */
  ByteCacheFigures figures;
};

ByteCache *byte_cache_new(int64_t budget_bytes) {
  ByteCache *cache = g_new0(ByteCache, 1);
  cache->budget_bytes = budget_bytes;
  g_mutex_init(&cache->lock);
  g_queue_init(&cache->by_use);
  cache->by_key = g_hash_table_new(g_str_hash, g_str_equal);
  return cache;
}

static void drop_locked(ByteCache *cache, Entry *entry) {
  g_hash_table_remove(cache->by_key, entry->key);
  g_queue_unlink(&cache->by_use, &entry->link);
  cache->figures.bytes -= entry->cost_bytes;
  cache->figures.entries--;
  g_bytes_unref(entry->bytes);
  g_free(entry->key);
  g_free(entry);
}

void byte_cache_free(ByteCache *cache) {
  if (cache == NULL)
    return;
  while (cache->by_use.head != NULL)
    drop_locked(cache, cache->by_use.head->data);
  g_hash_table_unref(cache->by_key);
  g_mutex_clear(&cache->lock);
  g_free(cache);
}

GBytes *byte_cache_find(ByteCache *cache, const char *key) {
  g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&cache->lock);
  Entry *entry = g_hash_table_lookup(cache->by_key, key);
  if (entry == NULL) {
    cache->figures.misses++;
    return NULL;
  }
  cache->figures.hits++;
  g_queue_unlink(&cache->by_use, &entry->link);
  g_queue_push_head_link(&cache->by_use, &entry->link);
  return g_bytes_ref(entry->bytes);
}

void byte_cache_keep(ByteCache *cache, const char *key, GBytes *bytes) {
  int64_t cost = (int64_t)g_bytes_get_size(bytes) + ENTRY_BYTES;
  if (cost > cache->budget_bytes / ENTRY_SHARE)
    return;
  g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&cache->lock);
  if (g_hash_table_contains(cache->by_key, key))
    return; /* another thread was faster */
  for (; cache->by_use.tail != NULL && cache->figures.bytes + cost > cache->budget_bytes;
       cache->figures.evictions++)
    drop_locked(cache, cache->by_use.tail->data);
  Entry *entry = g_new0(Entry, 1);
  entry->key = g_strdup(key);
  entry->bytes = g_bytes_ref(bytes);
  entry->cost_bytes = cost;
  entry->link.data = entry;
  g_hash_table_insert(cache->by_key, entry->key, entry);
  g_queue_push_head_link(&cache->by_use, &entry->link);
  cache->figures.bytes += cost;
  cache->figures.entries++;
}

void byte_cache_get_figures(ByteCache *cache, ByteCacheFigures *ret_figures) {
  g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&cache->lock);
  *ret_figures = cache->figures;
}
