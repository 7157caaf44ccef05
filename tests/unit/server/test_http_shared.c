#include "server/http/http_shared.h"

#include <microhttpd.h>
#include <string.h>

#define BUDGET (INT64_C(4) << 20)

static HttpSharedAnswer make_answer(const char *etag) {
  HttpSharedAnswer answer = {.status = 200, .length = 4};
  g_strlcpy(answer.etag, etag, sizeof answer.etag);
  answer.whole = MHD_create_response_from_buffer(4, (void *)"body", MHD_RESPMEM_PERSISTENT);
  return answer;
}

static void keep(HttpSharedCache *cache, const char *key, int64_t bytes, uint64_t version, bool tracks,
                 int64_t good_us) {
  HttpSharedAnswer answer = make_answer(key);
  http_shared_release(http_shared_keep(cache, key, strlen(key), &answer, bytes, version, tracks, good_us));
}

static bool has(HttpSharedCache *cache, const char *key, uint64_t version, int64_t now_us) {
  const HttpSharedAnswer *answer = http_shared_find(cache, key, strlen(key), version, now_us);
  if (answer != NULL)
    g_assert_cmpstr(answer->etag, ==, key);
  http_shared_release(answer);
  return answer != NULL;
}

static void test_http_shared_versions(void) {
  HttpSharedCache *cache = http_shared_cache_new(BUDGET);
  keep(cache, "exact", 10, 1, true, 0);
  keep(cache, "often", 10, 1, true, G_TIME_SPAN_SECOND);
  keep(cache, "timed", 10, 1, false, G_TIME_SPAN_SECOND);
  int64_t now_us = g_get_monotonic_time();
  int64_t later_us = now_us + 2 * G_TIME_SPAN_SECOND;
  g_assert_true(has(cache, "exact", 1, later_us));
  g_assert_true(has(cache, "often", 1, later_us));
  g_assert_true(has(cache, "often", 2, now_us));
  g_assert_true(has(cache, "timed", 2, now_us));
  g_assert_false(has(cache, "exact", 2, now_us));
  g_assert_false(has(cache, "exact", 1, now_us)); /* it went when it was found bad */
  g_assert_false(has(cache, "often", 2, later_us));
  g_assert_false(has(cache, "timed", 1, later_us));
  g_assert_false(has(cache, "other", 1, now_us));
  http_shared_cache_free(cache);
}

static void test_http_shared_budget(void) {
  HttpSharedCache *cache = http_shared_cache_new(BUDGET);
  HttpSharedFigures figures = {0};
  for (int i = 0; i < 2000; i++) {
    g_autofree char *key = g_strdup_printf("key %d", i);
    keep(cache, key, 10000, 1, true, 0);
    http_shared_get_figures(cache, &figures);
    g_assert_cmpint(figures.bytes, <=, BUDGET);
  }
  g_assert_cmpuint(figures.evictions, >, 0);
  g_assert_true(has(cache, "key 1999", 1, 0));
  g_assert_false(has(cache, "key 0", 1, 0));
  keep(cache, "too large", BUDGET, 1, true, 0);
  g_assert_false(has(cache, "too large", 1, 0));
  http_shared_cache_free(cache);
}

static void test_http_shared_replace_and_expire(void) {
  HttpSharedCache *cache = http_shared_cache_new(BUDGET);
  HttpSharedFigures figures = {0};
  keep(cache, "a", 10, 1, true, 0);
  const HttpSharedAnswer *held = http_shared_find(cache, "a", 1, 1, 0);
  keep(cache, "a", 10, 2, true, 0);
  http_shared_get_figures(cache, &figures);
  g_assert_cmpint(figures.answers, ==, 1);
  g_assert_cmpint(held->length, ==, 4); /* still good for who holds it */
  http_shared_release(held);
  http_shared_expire(cache, g_get_monotonic_time());
  g_assert_true(has(cache, "a", 2, g_get_monotonic_time()));
  http_shared_expire(cache, g_get_monotonic_time() + 2 * HTTP_SHARED_IDLE_US);
  http_shared_get_figures(cache, &figures);
  g_assert_cmpint(figures.answers, ==, 0);
  g_assert_cmpint(figures.bytes, ==, 0);
  http_shared_cache_free(cache);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/http_shared/versions", test_http_shared_versions);
  g_test_add_func("/http_shared/budget", test_http_shared_budget);
  g_test_add_func("/http_shared/replace_and_expire", test_http_shared_replace_and_expire);
  return g_test_run();
}
