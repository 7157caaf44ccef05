#include "media/rational.h"

#include <glib.h>

bool rational_is_valid(Rational value) {
  return value.num > 0 && value.den > 0;
}

static uint64_t magnitude(int64_t value) {
  return value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
}

static uint64_t greatest_common_divisor(uint64_t a, uint64_t b) {
  while (b != 0) {
    uint64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

Rational rational_reduce(int64_t num, int64_t den) {
  const Rational none = {0, 1};
  if (num == 0 || den == 0)
    return none;
  uint64_t divisor = greatest_common_divisor(magnitude(num), magnitude(den));
  uint64_t small_num = magnitude(num) / divisor;
  uint64_t small_den = magnitude(den) / divisor;
  if (small_num > INT32_MAX || small_den > INT32_MAX)
    return none;
  bool is_negative = (num < 0) != (den < 0);
  return (Rational){is_negative ? -(int32_t)small_num : (int32_t)small_num, (int32_t)small_den};
}

double rational_to_double(Rational value) {
  return value.den == 0 ? 0.0 : (double)value.num / (double)value.den;
}

int64_t rescale_i64(int64_t value, int64_t a, int64_t b) {
  g_return_val_if_fail(b > 0, 0);
  __int128 product = (__int128)value * a;
  __int128 half = b / 2;
  __int128 quotient = product >= 0 ? (product + half) / b : (product - half) / b;
  if (quotient > INT64_MAX)
    return INT64_MAX;
  if (quotient < INT64_MIN)
    return INT64_MIN;
  return (int64_t)quotient;
}
