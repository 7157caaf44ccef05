#include "media/rational.h"

#include <glib.h>

static void test_rational_is_valid(void) {
  g_assert_true(rational_is_valid((Rational){25, 1}));
  g_assert_false(rational_is_valid((Rational){0, 1}));
  g_assert_false(rational_is_valid((Rational){25, 0}));
  g_assert_false(rational_is_valid((Rational){-25, 1}));
  g_assert_false(rational_is_valid((Rational){25, -1}));
}

static void test_rational_reduce(void) {
  static const struct {
    int64_t num, den;
    Rational want;
  } CASES[] = {
      {50, 2, {25, 1}},
      {2997, 125, {2997, 125}},
      {24000, 1001, {24000, 1001}},
      {90000, 3600, {25, 1}},
      {-6, 4, {-3, 2}},
      {6, -4, {-3, 2}},
      {-6, -4, {3, 2}},
      {0, 5, {0, 1}},
      {5, 0, {0, 1}},
      {INT64_C(3000000000), 1, {0, 1}},
      {INT64_C(3000000000), 3, {1000000000, 1}},
      {INT64_MIN, INT64_MIN, {1, 1}},
      {INT64_MIN, 1, {0, 1}},
      {INT64_MAX, INT64_MAX, {1, 1}},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
    Rational got = rational_reduce(CASES[i].num, CASES[i].den);
    g_assert_cmpint(got.num, ==, CASES[i].want.num);
    g_assert_cmpint(got.den, ==, CASES[i].want.den);
  }
}

static void test_rational_to_double(void) {
  g_assert_cmpfloat(rational_to_double((Rational){25, 2}), ==, 12.5);
  g_assert_cmpfloat(rational_to_double((Rational){25, 0}), ==, 0.0);
}

static void test_rescale_i64(void) {
  static const struct {
    int64_t value, a, b, want;
  } CASES[] = {
      {0, 7, 3, 0},
      {1, 1, 2, 1}, /* halves away from zero */
      {-1, 1, 2, -1},
      {1, 1, 3, 0},
      {2, 1, 3, 1},
      {-2, 1, 3, -1},
      {90000, 1000000, 90000, 1000000},
      {INT64_C(1) << 62, 1000000, 1000000, INT64_C(1) << 62},
      {-(INT64_C(1) << 62), INT64_MAX, INT64_MAX, -(INT64_C(1) << 62)},
      {INT64_MAX, 2, 1, INT64_MAX},
      {INT64_MAX, -2, 1, INT64_MIN},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++)
    g_assert_cmpint(rescale_i64(CASES[i].value, CASES[i].a, CASES[i].b), ==, CASES[i].want);
}

/** There and back again through a finer scale is exact. */
static void test_rescale_i64_round_trip(void) {
  for (int i = 0; i < 10000; i++) {
    int64_t value =
        (int64_t)g_test_rand_int() * 0x100 + g_test_rand_int_range(0, 0x100); /* the finer fits 62 bits */
    int64_t coarse = g_test_rand_int_range(1, 90001);
    int64_t fine = coarse + g_test_rand_int_range(0, 1000000);
    g_assert_cmpint(rescale_i64(rescale_i64(value, fine, coarse), coarse, fine), ==, value);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/rational/is-valid", test_rational_is_valid);
  g_test_add_func("/rational/reduce", test_rational_reduce);
  g_test_add_func("/rational/to-double", test_rational_to_double);
  g_test_add_func("/rational/rescale", test_rescale_i64);
  g_test_add_func("/rational/rescale-round-trip", test_rescale_i64_round_trip);
  return g_test_run();
}
