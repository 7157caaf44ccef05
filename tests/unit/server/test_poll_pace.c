#include "server/poll_pace.h"

#define SECOND G_TIME_SPAN_SECOND

static void test_poll_pace_slows_down(void) {
  g_autoptr(PollPace) pace = poll_pace_new();
  int64_t now_us = 1000 * SECOND;
  g_assert_false(poll_pace_is_hasty(pace, "a", now_us));
  g_assert_false(poll_pace_is_hasty(pace, "b", now_us));
  g_assert_false(poll_pace_is_hasty(pace, "a", now_us += 5 * SECOND));
  g_assert_false(poll_pace_is_hasty(pace, "a", now_us += 4 * SECOND)); /* a line takes off a little */
  g_assert_true(poll_pace_is_hasty(pace, "a", now_us += 3 * SECOND));  /* now 10 s */
  g_assert_true(poll_pace_is_hasty(pace, "a", now_us += 6 * SECOND));  /* now 15 s */
  g_assert_false(poll_pace_is_hasty(pace, "a", now_us += 15 * SECOND));
  g_assert_false(poll_pace_is_hasty(pace, "b", now_us));
}

/** It does not grow without end, and takes new ones when old ones have gone. */
static void test_poll_pace_is_capped(void) {
  g_autoptr(PollPace) pace = poll_pace_new();
  for (int i = 0; i < POLL_PACE_KEYS_MAX; i++) {
    g_autofree char *key = g_strdup_printf("%d", i);
    g_assert_false(poll_pace_is_hasty(pace, key, SECOND));
  }
  g_assert_true(poll_pace_is_hasty(pace, "0", 2 * SECOND));
  g_assert_false(poll_pace_is_hasty(pace, "more", 2 * SECOND));
  g_assert_false(poll_pace_is_hasty(pace, "more", 3 * SECOND)); /* no room: not held against it */
  int64_t later_us = 3 * SECOND + POLL_PACE_FORGET_US;
  g_assert_false(poll_pace_is_hasty(pace, "more", later_us));
  g_assert_true(poll_pace_is_hasty(pace, "more", later_us + SECOND));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/poll_pace/slows_down", test_poll_pace_slows_down);
  g_test_add_func("/poll_pace/is_capped", test_poll_pace_is_capped);
  return g_test_run();
}
