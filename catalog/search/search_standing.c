#include "catalog/search/search_standing.h"

#include <glib.h>

#define TITLE_LENGTH_MAX ((1 << STANDING_TITLE_BITS) - 1)
#define YEARS_2000_MONTHS 365 /* months of 30 days from 1970 to 2000 */

/* A logarithm in steps of about a thirtieth of a doubling: 0 to 1023, never falling. */
static int64_t log_steps(uint32_t value) {
  uint64_t number = (uint64_t)value + 1;
  int bits = 63 - __builtin_clzll(number);
  uint64_t rest = bits >= 5 ? number >> (bits - 5) : number << (5 - bits);
  return bits * 32 + (int64_t)(rest & 31);
}

uint32_t search_standing(uint32_t popularity, int64_t created_us, int64_t title_length) {
  int64_t steps = CLAMP(log_steps(popularity), 0, 1023);
  int64_t months = CLAMP(created_us / (G_TIME_SPAN_DAY * 30) - YEARS_2000_MONTHS, 0, 1023);
  int64_t length = CLAMP(title_length, 0, TITLE_LENGTH_MAX);
  return (uint32_t)((steps << 10 | months) << STANDING_TITLE_BITS | length);
}
