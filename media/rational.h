/** Exact fractions for frame rates and time bases. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  int32_t num;
  int32_t den; /**< more than 0 in a valid value */
} Rational;

bool rational_is_valid(Rational value);             /**< num and den more than 0 */
Rational rational_reduce(int64_t num, int64_t den); /**< lowest terms; {0, 1} when it cannot be held */
double rational_to_double(Rational value);          /**< 0 when den is 0 */
/** value * a / b rounded to nearest, halves away from zero, without overflow for |value| up to 2^62 (uses 128 bits);
 * a result that int64_t cannot hold is clamped. b > 0. */
int64_t rescale_i64(int64_t value, int64_t a, int64_t b);
