#include "server/http/http_shared.h"

#include <microhttpd.h>
#include <string.h>

/** Each with a lock of its own, so that threads seldom meet. */
#define SHARDS 16
/** What an answer costs beside its body: heads, the library's two responses, the table's entry. */
#define ANSWER_BYTES 4096

typedef struct {
  size_t size;
  guint hash;
  char bytes[HTTP_SHARED_KEY_BYTES_MAX + 1];
} Key;

typedef struct {
  HttpSharedAnswer answer; /**< first: callers hold a pointer to it */
  gatomicrefcount references;
  uint64_t content_version;
  int64_t good_until_us; /**< monotonic */
  int64_t cost_bytes;
  bool tracks_version;
  int64_t used_us; /**< under the shard's lock */
  GList link;      /**< in the shard's list */
  Key key;         /**< last: only as many bytes as are used */
} Entry;

typedef struct {
  GMutex lock;
  GHashTable *entries; /**< Key * -> Entry * */
  GQueue by_use;       /**< of entries; used last first */
  int64_t bytes;
  uint64_t hits, misses, evictions;
} Shard;

struct HttpSharedCache {
  int64_t shard_budget_bytes;
  Shard shards[SHARDS];
};

static guint hash_bytes(const char *bytes, size_t size) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (size_t i = 0; i < size; i++)
    hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
  return (guint)(hash ^ hash >> 32);
}

static guint key_hash(gconstpointer data) {
  return ((const Key *)data)->hash;
}

static gboolean key_equal(gconstpointer a, gconstpointer b) {
  const Key *one = a, *other = b;
  return one->hash == other->hash && one->size == other->size && memcmp(one->bytes, other->bytes, one->size) == 0;
}

static void fill_key(Key *key, const void *bytes, size_t size) {
  g_assert(size <= HTTP_SHARED_KEY_BYTES_MAX);
  memcpy(key->bytes, bytes, size);
  key->size = size;
  key->hash = hash_bytes(bytes, size);
}

static void entry_unref(Entry *entry) {
  if (!g_atomic_ref_count_dec(&entry->references))
    return;
  MHD_destroy_response(entry->answer.whole);
  if (entry->answer.not_modified != NULL)
    MHD_destroy_response(entry->answer.not_modified);
  g_clear_pointer(&entry->answer.head, g_bytes_unref);
  g_clear_pointer(&entry->answer.not_modified_head, g_bytes_unref);
  g_clear_pointer(&entry->answer.body, g_bytes_unref);
  g_free(entry);
}

void http_shared_release(const HttpSharedAnswer *answer) {
  if (answer != NULL)
    entry_unref((Entry *)answer);
}

HttpSharedCache *http_shared_cache_new(int64_t budget_bytes) {
  HttpSharedCache *cache = g_new0(HttpSharedCache, 1);
  cache->shard_budget_bytes = budget_bytes / SHARDS;
  for (size_t i = 0; i < SHARDS; i++) {
    g_mutex_init(&cache->shards[i].lock);
    cache->shards[i].entries = g_hash_table_new(key_hash, key_equal);
    g_queue_init(&cache->shards[i].by_use);
  }
  return cache;
}

static void drop_locked(Shard *shard, Entry *entry) {
  g_hash_table_remove(shard->entries, &entry->key);
  g_queue_unlink(&shard->by_use, &entry->link);
  shard->bytes -= entry->cost_bytes;
  entry_unref(entry);
}

void http_shared_forget(HttpSharedCache *cache) {
  for (size_t i = 0; i < SHARDS; i++) {
    Shard *shard = &cache->shards[i];
    g_mutex_lock(&shard->lock);
    while (shard->by_use.head != NULL)
      drop_locked(shard, shard->by_use.head->data);
    g_mutex_unlock(&shard->lock);
  }
}

void http_shared_cache_free(HttpSharedCache *cache) {
  if (cache == NULL)
    return;
  for (size_t i = 0; i < SHARDS; i++) {
    Shard *shard = &cache->shards[i];
    while (shard->by_use.head != NULL)
      drop_locked(shard, shard->by_use.head->data);
    g_hash_table_unref(shard->entries);
    g_mutex_clear(&shard->lock);
  }
  g_free(cache);
}

static Shard *find_shard(HttpSharedCache *cache, const Key *key) {
  return &cache->shards[key->hash % SHARDS];
}

static bool is_good(const Entry *entry, uint64_t content_version, int64_t now_us) {
  return now_us < entry->good_until_us || (entry->tracks_version && entry->content_version == content_version);
}

const HttpSharedAnswer *http_shared_find(HttpSharedCache *cache, const void *bytes, size_t size,
                                         uint64_t content_version, int64_t now_us) {
  Key key;
  fill_key(&key, bytes, size);
  Shard *shard = find_shard(cache, &key);
  g_mutex_lock(&shard->lock);
  Entry *entry = g_hash_table_lookup(shard->entries, &key);
  if (entry != NULL && !is_good(entry, content_version, now_us)) {
    drop_locked(shard, entry);
    entry = NULL;
  }
  if (entry != NULL) {
    shard->hits++;
    entry->used_us = now_us;
    g_atomic_ref_count_inc(&entry->references);
    if (shard->by_use.head != &entry->link) {
      g_queue_unlink(&shard->by_use, &entry->link);
      g_queue_push_head_link(&shard->by_use, &entry->link);
    }
  } else {
    shard->misses++;
  }
  g_mutex_unlock(&shard->lock);
  return entry != NULL ? &entry->answer : NULL;
}

const HttpSharedAnswer *http_shared_keep(HttpSharedCache *cache, const void *bytes, size_t size,
                                         const HttpSharedAnswer *answer, int64_t body_bytes,
                                         uint64_t content_version, bool tracks_version, int64_t good_us) {
  Entry *entry = g_malloc0(G_STRUCT_OFFSET(Entry, key.bytes) + size);
  g_atomic_ref_count_init(&entry->references); /* the caller's */
  entry->answer = *answer;
  entry->content_version = content_version;
  entry->tracks_version = tracks_version;
  entry->used_us = g_get_monotonic_time();
  entry->good_until_us = entry->used_us + good_us;
  entry->cost_bytes = body_bytes + ANSWER_BYTES;
  entry->link.data = entry;
  fill_key(&entry->key, bytes, size);
  Shard *shard = find_shard(cache, &entry->key);
  if (entry->cost_bytes > cache->shard_budget_bytes)
    return &entry->answer;
  g_mutex_lock(&shard->lock);
  Entry *old = g_hash_table_lookup(shard->entries, &entry->key);
  if (old != NULL)
    drop_locked(shard, old);
  for (; shard->by_use.tail != NULL && shard->bytes + entry->cost_bytes > cache->shard_budget_bytes;
       shard->evictions++)
    drop_locked(shard, shard->by_use.tail->data);
  g_hash_table_replace(shard->entries, &entry->key, entry);
  g_queue_push_head_link(&shard->by_use, &entry->link);
  shard->bytes += entry->cost_bytes;
  g_atomic_ref_count_inc(&entry->references); /* the table's */
  g_mutex_unlock(&shard->lock);
  return &entry->answer;
}

void http_shared_expire(HttpSharedCache *cache, int64_t now_us) {
  for (size_t i = 0; i < SHARDS; i++) {
    Shard *shard = &cache->shards[i];
    g_mutex_lock(&shard->lock);
    for (GList *last = shard->by_use.tail; last != NULL; last = shard->by_use.tail) {
      Entry *entry = last->data;
      if (entry->used_us + HTTP_SHARED_IDLE_US > now_us)
        break;
      drop_locked(shard, entry);
    }
    g_mutex_unlock(&shard->lock);
  }
}

void http_shared_get_figures(HttpSharedCache *cache, HttpSharedFigures *ret_figures) {
  HttpSharedFigures figures = {0};
  for (size_t i = 0; i < SHARDS; i++) {
    Shard *shard = &cache->shards[i];
    g_mutex_lock(&shard->lock);
    figures.hits += shard->hits;
    figures.misses += shard->misses;
    figures.evictions += shard->evictions;
    figures.bytes += shard->bytes;
    figures.answers += g_hash_table_size(shard->entries);
    g_mutex_unlock(&shard->lock);
  }
  *ret_figures = figures;
}
