#include "base/lru_cache.h"

#define VALUE_BYTES 1000
#define BUDGET_BYTES (20 * 2000)

static GBytes *key_of(int number) {
  return g_bytes_new(&number, sizeof number);
}

static void keep(LruCache *cache, int number, size_t size_bytes) {
  g_autoptr(GBytes) key = key_of(number), value = g_bytes_new(&number, sizeof number);
  lru_cache_keep(cache, key, value, size_bytes);
}

/* The number that is kept under a number; -1: none. */
static int find(LruCache *cache, int number) {
  g_autoptr(GBytes) key = key_of(number), value = lru_cache_find(cache, key);
  return value ? *(const int *)g_bytes_get_data(value, NULL) : -1;
}

static LruCache *new_cache(void) {
  return lru_cache_new(BUDGET_BYTES, (LruCacheRefFunc)g_bytes_ref, (GDestroyNotify)g_bytes_unref);
}

/* What was asked for last stays when the budget is spent. */
static void test_lru_cache_order(void) {
  g_autoptr(LruCache) cache = new_cache();
  LruCacheFigures figures;
  keep(cache, 0, VALUE_BYTES);
  for (int i = 1; i < 100; i++) {
    keep(cache, i, VALUE_BYTES);
    g_assert_cmpint(find(cache, 0), ==, 0);
    lru_cache_get_figures(cache, &figures);
    g_assert_cmpuint(figures.size_bytes, <=, BUDGET_BYTES);
  }
  g_assert_cmpint(find(cache, 99), ==, 99);
  g_assert_cmpint(find(cache, 1), ==, -1);
  lru_cache_get_figures(cache, &figures);
  g_assert_cmpuint(figures.hits, ==, 100);
  g_assert_cmpuint(figures.misses, ==, 1);
  g_assert_cmpuint(figures.count, >, 10);
}

static void test_lru_cache_replaces(void) {
  g_autoptr(LruCache) cache = new_cache();
  LruCacheFigures figures;
  for (int i = 0; i < 100; i++)
    keep(cache, 7, VALUE_BYTES);
  lru_cache_get_figures(cache, &figures);
  g_assert_cmpuint(figures.count, ==, 1);
  g_assert_cmpuint(figures.size_bytes, <, 2 * VALUE_BYTES);
  keep(cache, 8, BUDGET_BYTES / 8); /* would push out too many others */
  g_assert_cmpint(find(cache, 8), ==, -1);
  g_assert_cmpint(find(cache, 7), ==, 7);
}

/* A value that somebody holds outlives its place and the cache. */
static void test_lru_cache_references(void) {
  LruCache *cache = new_cache();
  g_autoptr(GBytes) key = key_of(3);
  keep(cache, 3, VALUE_BYTES);
  g_autoptr(GBytes) held = lru_cache_find(cache, key);
  lru_cache_free(cache);
  g_assert_cmpint(*(const int *)g_bytes_get_data(held, NULL), ==, 3);
}

static gpointer use(gpointer data) {
  for (int i = 0; i < 20000; i++) {
    int number = i % 50, found = find(data, number);
    g_assert_true(found == -1 || found == number);
    keep(data, number, VALUE_BYTES);
  }
  return NULL;
}

static void test_lru_cache_threads(void) {
  g_autoptr(LruCache) cache = new_cache();
  GThread *threads[4];
  for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
    threads[i] = g_thread_new("use", use, cache);
  for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
    g_thread_join(threads[i]);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/lru_cache/order", test_lru_cache_order);
  g_test_add_func("/lru_cache/replaces", test_lru_cache_replaces);
  g_test_add_func("/lru_cache/references", test_lru_cache_references);
  g_test_add_func("/lru_cache/threads", test_lru_cache_threads);
  return g_test_run();
}
