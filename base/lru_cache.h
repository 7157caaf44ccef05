/** Values kept by key within a budget of bytes; what was used least recently goes first. Values are shared: whoever finds
 * one holds a reference of its own. Threads: any. */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

typedef struct LruCache LruCache;

/** Takes a reference to a value and returns it. */
typedef gpointer (*LruCacheRefFunc)(gpointer value);
/** `unref` gives a reference back. */
LruCache *lru_cache_new(size_t budget_bytes, LruCacheRefFunc ref, GDestroyNotify unref);
/** NULL is accepted. Values that somebody still holds stay. */
void lru_cache_free(LruCache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LruCache, lru_cache_free)

/** The caller's reference; NULL when it is not there. */
gpointer lru_cache_find(LruCache *cache, GBytes *key);
/** Keep a reference to `value` in the place of what has that key. `size_bytes`: what the value takes; nothing that takes
 * more than a sixteenth of the budget is kept. */
void lru_cache_keep(LruCache *cache, GBytes *key, gpointer value, size_t size_bytes);

typedef struct {
  uint64_t hits, misses;
  size_t size_bytes, count;
} LruCacheFigures;
void lru_cache_get_figures(LruCache *cache, LruCacheFigures *ret_figures);
