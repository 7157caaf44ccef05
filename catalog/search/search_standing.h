/** What ranking needs of a document besides how well it fits, in one number: what breaks ties, and the length of its
 * title. Pure functions. Internal to catalog/search. */
#pragma once

#include <stdint.h>

#define STANDING_TITLE_BITS 12
#define STANDING_TIE_BITS 20

/** `title_length` in characters; from 4095 on all are alike. */
uint32_t search_standing(uint32_t popularity, int64_t created_us, int64_t title_length);

/** Popularity, counted logarithmically, then age in months: more is better. */
static inline uint32_t search_standing_tie(uint32_t standing) {
  return standing >> STANDING_TITLE_BITS;
}
static inline uint32_t search_standing_title_length(uint32_t standing) {
  return standing & ((1u << STANDING_TITLE_BITS) - 1);
}
