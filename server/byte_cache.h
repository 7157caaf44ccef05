/** Bytes that cost work to make and may be made again at any time: remuxed segments, heads of progressive files. Held in
 * memory within a budget; what was used least recently goes first.
 *
 * Threads: any, at once. */
#pragma once

#include <glib.h>
#include <stdint.h>

typedef struct ByteCache ByteCache;

ByteCache *byte_cache_new(int64_t budget_bytes);
/** Bytes that were handed out stay good. NULL is accepted. */
void byte_cache_free(ByteCache *cache);

/** The bytes kept under `key`, to be unreferenced; NULL when there are none. */
GBytes *byte_cache_find(ByteCache *cache, const char *key);

/** Keep a reference to `bytes` under `key`, which names what they are made of, so that they never change. Bytes larger
 * than a quarter of the budget are not kept. */
void byte_cache_keep(ByteCache *cache, const char *key, GBytes *bytes);

typedef struct {
  uint64_t hits, misses, evictions;
  int64_t bytes, entries;
} ByteCacheFigures;
void byte_cache_get_figures(ByteCache *cache, ByteCacheFigures *ret_figures);
