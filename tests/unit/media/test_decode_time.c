#include "media/decode_time.h"

#include <glib.h>

static void assert_holds(const int64_t *pts, const int64_t *dts, size_t count) {
  g_assert_cmpint(dts[0], ==, pts[0]);
  for (size_t i = 0; i < count; i++) {
    g_assert_cmpint(dts[i], <=, pts[i]);
    if (i > 0)
      g_assert_cmpint(dts[i], >, dts[i - 1]);
  }
}

static void test_decode_time_no_b_frames(void) {
  const int64_t pts[] = {1000, 1512, 2024};
  int64_t dts[3];
  g_assert_true(decode_time_assign(pts, 3, 512, dts));
  for (size_t i = 0; i < 3; i++)
    g_assert_cmpint(dts[i], ==, pts[i]);
}

static void test_decode_time_b_frames(void) {
  /* I0 P3 B1 B2 P6 B4 B5 */
  const int64_t pts[] = {0, 1536, 512, 1024, 3072, 2048, 2560};
  const int64_t want[] = {0, 256, 512, 1024, 1792, 2048, 2560};
  int64_t dts[7];
  g_assert_true(decode_time_assign(pts, 7, 512, dts));
  for (size_t i = 0; i < 7; i++)
    g_assert_cmpint(dts[i], ==, want[i]);
}

static void test_decode_time_pyramid(void) {
  /* I0 P4 B2 B1 B3 P5 */
  const int64_t pts[] = {0, 2048, 1024, 512, 1536, 2560};
  int64_t dts[6];
  g_assert_true(decode_time_assign(pts, 6, 512, dts));
  assert_holds(pts, dts, 6);
  g_assert_cmpint(dts[5], ==, 2560);
}

static void test_decode_time_refuses(void) {
  int64_t dts[3] = {-7, -7, -7};
  g_assert_false(decode_time_assign((const int64_t[]){512, 0, 1024}, 3, 512, dts));
  g_assert_false(decode_time_assign((const int64_t[]){0, 512, 512}, 3, 512, dts));
  g_assert_cmpint(dts[0], ==, -7);
}

/** Random mini-GOPs with B-frames in random order: the rules hold, and the last frame ends inside the run. */
static void test_decode_time_property(void) {
  for (int round = 0; round < 500; round++) {
    int64_t pts[256], dts[256];
    size_t count = 0;
    int64_t shown = 0;
    pts[count++] = shown++ * 512;
    while (count < 200) {
      int b_frames = g_test_rand_int_range(0, 6);
      int64_t first = shown;
      pts[count++] = (first + b_frames) * 512;
      size_t b_start = count;
      for (int i = 0; i < b_frames; i++)
        pts[count++] = (first + i) * 512;
      for (int i = b_frames - 1; i > 0; i--) {
        int j = g_test_rand_int_range(0, i + 1);
        int64_t swap = pts[b_start + (size_t)i];
        pts[b_start + (size_t)i] = pts[b_start + (size_t)j];
        pts[b_start + (size_t)j] = swap;
      }
      shown = first + b_frames + 1;
    }
    g_assert_true(decode_time_assign(pts, count, 512, dts));
    assert_holds(pts, dts, count);
    g_assert_cmpint(dts[count - 1], <, shown * 512);
    for (size_t i = 0; i + 1 < count; i++)
      g_assert_cmpint(pts[i] + (dts[i + 1] - dts[i]), <=, shown * 512);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/decode_time/no_b_frames", test_decode_time_no_b_frames);
  g_test_add_func("/decode_time/b_frames", test_decode_time_b_frames);
  g_test_add_func("/decode_time/pyramid", test_decode_time_pyramid);
  g_test_add_func("/decode_time/refuses", test_decode_time_refuses);
  g_test_add_func("/decode_time/property", test_decode_time_property);
  return g_test_run();
}
