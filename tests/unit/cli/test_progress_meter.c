#include "cli/progress_meter.h"

#include <glib.h>
#include <math.h>

#define SECOND G_USEC_PER_SEC

static void assert_near(double value, double expected) {
  g_assert_cmpfloat(fabs(value - expected), <, 1e-6 + expected * 1e-6);
}

static void test_progress_meter_unknown_at_first(void) {
  ProgressMeter meter = {0};
  assert_near(progress_meter_rate(&meter), 0);
  g_assert_cmpint(progress_meter_left_us(&meter), ==, -1);
  progress_meter_add(&meter, SECOND, 0.5);
  assert_near(progress_meter_rate(&meter), 0);
  progress_meter_add(&meter, SECOND + SECOND / 10, 0.6);
  assert_near(progress_meter_rate(&meter), 0); // too short a base
}

static void test_progress_meter_steady(void) {
  ProgressMeter meter = {0};
  for (int i = 0; i <= 50; i++) // a hundredth per second, four times a second
    progress_meter_add(&meter, i * SECOND / 4, i * 0.0025);
  assert_near(progress_meter_rate(&meter), 0.01);
  assert_near(progress_meter_speed(&meter, 600 * SECOND), 6);
  g_assert_cmpint(progress_meter_left_us(&meter) / SECOND, ==, 87);
}

static void test_progress_meter_forgets(void) {
  ProgressMeter meter = {0};
  for (int i = 0; i < 400; i++) // fast for 50 s, then standing still for 50 s
    progress_meter_add(&meter, i * SECOND / 4, i < 200 ? i * 0.004 : 0.8);
  assert_near(progress_meter_rate(&meter), 0);
  g_assert_cmpint(progress_meter_left_us(&meter), ==, -1);
}

static void test_progress_meter_starts_anew(void) {
  ProgressMeter meter = {0};
  progress_meter_add(&meter, 0, 0.2);
  progress_meter_add(&meter, 2 * SECOND, 0.4);
  progress_meter_add(&meter, 3 * SECOND, 0.1); // a lost span is made again
  assert_near(progress_meter_rate(&meter), 0);
  progress_meter_add(&meter, 5 * SECOND, 0.3);
  assert_near(progress_meter_rate(&meter), 0.1);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/progress-meter/unknown-at-first", test_progress_meter_unknown_at_first);
  g_test_add_func("/progress-meter/steady", test_progress_meter_steady);
  g_test_add_func("/progress-meter/forgets", test_progress_meter_forgets);
  g_test_add_func("/progress-meter/starts-anew", test_progress_meter_starts_anew);
  return g_test_run();
}
