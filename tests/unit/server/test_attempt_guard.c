#include "server/attempt_guard.h"

#define SECOND G_TIME_SPAN_SECOND

static void test_attempt_guard_doubles(void) {
  AttemptGuard *guard = attempt_guard_new();
  int64_t now_us = 1000 * SECOND;
  for (int i = 0; i < 3; i++)
    attempt_guard_fail(guard, "a", 3, now_us);
  g_assert_cmpint(attempt_guard_wait_us(guard, "a", now_us), ==, 0);
  static const int waits_s[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900};
  for (size_t i = 0; i < G_N_ELEMENTS(waits_s); i++) {
    attempt_guard_fail(guard, "a", 3, now_us);
    g_assert_cmpint(attempt_guard_wait_us(guard, "a", now_us), ==, waits_s[i] * SECOND);
  }
  g_assert_cmpint(attempt_guard_wait_us(guard, "b", now_us), ==, 0);
  g_assert_cmpint(attempt_guard_wait_us(guard, "a", now_us + 900 * SECOND), ==, 0);
  attempt_guard_clear(guard, "a");
  g_assert_cmpint(attempt_guard_wait_us(guard, "a", now_us), ==, 0);
  attempt_guard_fail(guard, "a", 0, now_us);
  g_assert_cmpint(attempt_guard_wait_us(guard, "a", now_us), ==, SECOND);
  g_assert_cmpint(attempt_guard_wait_us(guard, "a", now_us + ATTEMPT_FORGET_US), ==, 0);
  attempt_guard_free(guard);
}

/** It does not grow without end, and what is guessed at now is remembered longest. */
static void test_attempt_guard_is_capped(void) {
  AttemptGuard *guard = attempt_guard_new();
  attempt_guard_fail(guard, "first", 0, SECOND);
  for (int i = 0; i < ATTEMPT_KEYS_MAX - 1; i++) {
    g_autofree char *key = g_strdup_printf("%d", i);
    attempt_guard_fail(guard, key, 0, SECOND);
  }
  attempt_guard_fail(guard, "first", 0, SECOND);
  attempt_guard_fail(guard, "one more", 0, SECOND);
  g_assert_cmpint(attempt_guard_wait_us(guard, "first", SECOND), ==, 2 * SECOND);
  g_assert_cmpint(attempt_guard_wait_us(guard, "one more", SECOND), ==, SECOND);
  g_assert_cmpint(attempt_guard_wait_us(guard, "0", SECOND), ==, 0);
  attempt_guard_free(guard);
}

static void test_attempt_guard_networks(void) {
  static const char *const cases[][2] = {{"192.0.2.7", "192.0.2.7"},
                                         {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
                                         {"2001:db8:1:2::9", "2001:db8:1:2::"},
                                         {"::ffff:192.0.2.7", "::ffff:192.0.2.7"},
                                         {"-", "-"}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *network = attempt_guard_network(cases[i][0]);
    g_assert_cmpstr(network, ==, cases[i][1]);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/attempt_guard/doubles", test_attempt_guard_doubles);
  g_test_add_func("/attempt_guard/is_capped", test_attempt_guard_is_capped);
  g_test_add_func("/attempt_guard/networks", test_attempt_guard_networks);
  return g_test_run();
}
