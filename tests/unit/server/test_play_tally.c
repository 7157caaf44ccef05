#include "server/play_tally.h"

#define COURSE "0000000000001"
#define START_US (100 * G_TIME_SPAN_DAY)

/* The same device counts once in a while; other devices, courses and addresses count beside it. */
static void test_play_tally_once(void) {
  g_autoptr(PlayTally) tally = play_tally_new(NULL);
  for (int i = 0; i < 10; i++)
    g_assert_true(play_tally_count(tally, "10.0.0.1", "browser", COURSE, START_US + i));
  g_assert_cmpint(play_tally_waiting(tally, COURSE), ==, 1);
  g_assert_true(play_tally_count(tally, "10.0.0.1", "other", COURSE, START_US));
  g_assert_true(play_tally_count(tally, "10.0.0.2", "browser", COURSE, START_US));
  g_assert_true(play_tally_count(tally, "10.0.0.1", "browser", "0000000000002", START_US));
  g_assert_cmpint(play_tally_waiting(tally, COURSE), ==, 3);
  g_assert_cmpint(play_tally_waiting(tally, "0000000000002"), ==, 1);
}

static void test_play_tally_again(void) {
  g_autoptr(PlayTally) tally = play_tally_new(NULL);
  play_tally_count(tally, "10.0.0.1", "", COURSE, START_US);
  play_tally_count(tally, "10.0.0.1", "", COURSE, START_US + PLAY_TALLY_AGAIN_US + 1);
  g_assert_cmpint(play_tally_waiting(tally, COURSE), ==, 1); /* it was in the half hour before */
  play_tally_count(tally, "10.0.0.1", "", COURSE, START_US + 3 * PLAY_TALLY_AGAIN_US);
  g_assert_cmpint(play_tally_waiting(tally, COURSE), ==, 2);
}

static void test_play_tally_limit(void) {
  g_autoptr(PlayTally) tally = play_tally_new(NULL);
  for (int i = 0; i < 2 * PLAY_TALLY_ADDRESS_MAX; i++) {
    g_autofree char *device = g_strdup_printf("device %d", i);
    bool is_counted = play_tally_count(tally, "10.0.0.1", device, COURSE, START_US);
    g_assert_cmpint(is_counted, ==, i < PLAY_TALLY_ADDRESS_MAX);
  }
  g_assert_cmpint(play_tally_waiting(tally, COURSE), ==, PLAY_TALLY_ADDRESS_MAX);
  g_assert_true(play_tally_count(tally, "10.0.0.2", "", COURSE, START_US));
  g_assert_true(play_tally_count(tally, "10.0.0.1", "new", COURSE, START_US + PLAY_TALLY_AGAIN_US));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/play_tally/once", test_play_tally_once);
  g_test_add_func("/play_tally/again", test_play_tally_again);
  g_test_add_func("/play_tally/limit", test_play_tally_limit);
  return g_test_run();
}
