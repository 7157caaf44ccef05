#include "server/byte_cache.h"

#define KIB 1024

static GBytes *make(size_t size) {
  return g_bytes_new_take(g_malloc0(size), size);
}

static void test_byte_cache_budget(void) {
  ByteCache *cache = byte_cache_new(64 * KIB);
  for (int i = 0; i < 100; i++) {
    g_autofree char *key = g_strdup_printf("%d", i);
    g_autoptr(GBytes) bytes = make(10 * KIB);
    byte_cache_keep(cache, key, bytes);
    g_autoptr(GBytes) first = byte_cache_find(cache, "0"); /* asked for all the time: it stays */
    g_assert_nonnull(first);
  }
  ByteCacheFigures figures;
  byte_cache_get_figures(cache, &figures);
  g_assert_cmpint(figures.bytes, <=, 64 * KIB);
  g_assert_cmpint(figures.entries, ==, 6);
  g_assert_cmpuint(figures.evictions, ==, 94);
  g_assert_cmpuint(figures.hits, ==, 100);
  g_assert_null(byte_cache_find(cache, "50"));
  g_autoptr(GBytes) last = byte_cache_find(cache, "99");
  byte_cache_free(cache);
  g_assert_cmpuint(g_bytes_get_size(last), ==, 10 * KIB); /* good after the cache is gone */
}

static void test_byte_cache_too_large(void) {
  ByteCache *cache = byte_cache_new(64 * KIB);
  g_autoptr(GBytes) bytes = make(17 * KIB);
  byte_cache_keep(cache, "large", bytes);
  g_assert_null(byte_cache_find(cache, "large"));
  byte_cache_free(cache);
  byte_cache_free(NULL);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/byte_cache/budget", test_byte_cache_budget);
  g_test_add_func("/byte_cache/too_large", test_byte_cache_too_large);
  return g_test_run();
}
