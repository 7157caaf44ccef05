#include "media/ladder.h"

#include <glib.h>
#include <stdio.h>

/* H.264 level 4.2, the highest that old televisions decode: macroblocks of a picture (MaxFS, table A-1), and the
 * long side, a round number under sqrt(8 * MaxFS) macroblocks (A.3.1). */
#define PICTURE_MACROBLOCKS_MAX 8704
#define PICTURE_SIDE_MAX 4096
/* Sample aspects beyond this are damage, not anamorphic video. */
#define SAMPLE_ASPECT_MAX 16
#define BITRATE_MIN_BPS 150000
#define VBV_MS 1500
#define CRF 23.0

typedef struct {
  int32_t side; /* the short one */
  int64_t bitrate_bps;
} LadderStep;

static const LadderStep LADDER_STEPS[] = {
    {360, 600000},
    {540, 1200000},
    {720, 2500000},
    {1080, 4500000},
};
#define LADDER_STEP_COUNT G_N_ELEMENTS(LADDER_STEPS)
G_STATIC_ASSERT(G_N_ELEMENTS(LADDER_STEPS) + 1 <= LADDER_RUNGS_MAX);

/* A picture's shape: exact before anything is rounded to even numbers. */
typedef struct {
  int64_t width_num, height_num; /* in units of 1/den pixel */
  int64_t den;
  bool is_portrait;
} Shape;

/* Nearest even number to num/den, the smaller one when both are as near; at least 2. */
static int32_t round_even(int64_t num, int64_t den) {
  int64_t twice = 2 * den;
  int64_t half_count = (num + den - 1) / twice;
  return (int32_t)CLAMP(half_count * 2, 2, INT32_MAX - 1);
}

static bool shape_of_source(const LadderSource *source, Shape *ret_shape) {
  if (source->coded_width <= 0 || source->coded_height <= 0)
    return false;
  int64_t aspect_num = 1, aspect_den = 1;
  Rational aspect = source->sample_aspect;
  if (rational_is_valid(aspect) && aspect.num <= (int64_t)aspect.den * SAMPLE_ASPECT_MAX &&
      aspect.den <= (int64_t)aspect.num * SAMPLE_ASPECT_MAX) {
    Rational reduced = rational_reduce(aspect.num, aspect.den);
    aspect_num = reduced.num;
    aspect_den = reduced.den;
  }
  /* Keeps every product below 2^63; such pictures are scaled down anyhow. */
  while (aspect_num > 0xFFFF || aspect_den > 0xFFFF) {
    aspect_num = (aspect_num + 1) / 2;
    aspect_den = (aspect_den + 1) / 2;
  }
  Shape shape = {source->coded_width * aspect_num, source->coded_height * aspect_den, aspect_den, false};
  if (source->rotation_deg % 180 != 0) {
    int64_t width_num = shape.width_num;
    shape.width_num = shape.height_num;
    shape.height_num = width_num;
  }
  shape.is_portrait = shape.height_num > shape.width_num;
  *ret_shape = shape;
  return true;
}

void ladder_display_size(const LadderSource *source, int32_t *ret_width, int32_t *ret_height) {
  Shape shape;
  if (!shape_of_source(source, &shape)) {
    *ret_width = 0;
    *ret_height = 0;
    return;
  }
  *ret_width = round_even(shape.width_num, shape.den);
  *ret_height = round_even(shape.height_num, shape.den);
}

static int64_t short_side_num(const Shape *shape) {
  return MIN(shape->width_num, shape->height_num);
}

static int64_t long_side_num(const Shape *shape) {
  return MAX(shape->width_num, shape->height_num);
}

static int32_t long_side_for(const Shape *shape, int32_t short_side) {
  if (short_side == round_even(short_side_num(shape), shape->den)) /* the source's own size: no scaling at all */
    return round_even(long_side_num(shape), shape->den);
  return round_even(rescale_i64(short_side, long_side_num(shape), 1), short_side_num(shape));
}

static bool is_size_allowed(int32_t short_side, int32_t long_side) {
  int64_t macroblocks = ((int64_t)short_side + 15) / 16 * (((int64_t)long_side + 15) / 16);
  return macroblocks <= PICTURE_MACROBLOCKS_MAX && long_side <= PICTURE_SIDE_MAX;
}

/* The short side of the largest rung that the source may have. */
static int32_t best_short_side(const Shape *shape) {
  int32_t side = MIN(round_even(short_side_num(shape), shape->den), LADDER_STEPS[LADDER_STEP_COUNT - 1].side);
  while (side > 2 && !is_size_allowed(side, long_side_for(shape, side)))
    side -= 2;
  return side;
}

static int64_t square(int64_t value) {
  return value * value;
}

/* The rate of a rung between two steps, or below the first, by its area. */
static int64_t interpolate_bitrate(int32_t side, int32_t long_side) {
  const LadderStep *first = &LADDER_STEPS[0];
  if (side < first->side) {
    int64_t first_area = (int64_t)first->side * first->side * 16 / 9;
    int64_t rate = rescale_i64((int64_t)side * long_side, first->bitrate_bps, first_area);
    return CLAMP(rate, BITRATE_MIN_BPS, first->bitrate_bps);
  }
  for (size_t i = 1; i < LADDER_STEP_COUNT; i++) {
    const LadderStep *low = &LADDER_STEPS[i - 1], *high = &LADDER_STEPS[i];
    if (side <= high->side)
      return low->bitrate_bps + rescale_i64(square(side) - square(low->side), high->bitrate_bps - low->bitrate_bps,
                                            square(high->side) - square(low->side));
  }
  return LADDER_STEPS[LADDER_STEP_COUNT - 1].bitrate_bps;
}

static LadderRung make_rung(const LadderSource *source, const Shape *shape, int32_t side) {
  int32_t long_side = MIN(long_side_for(shape, side), PICTURE_SIDE_MAX);
  int64_t rate = interpolate_bitrate(side, long_side);
  if (rational_is_valid(source->frame_rate) && source->frame_rate.num > 30 * (int64_t)source->frame_rate.den)
    rate = rate * 3 / 2;
  LadderRung rung = {
      .width = shape->is_portrait ? side : long_side,
      .height = shape->is_portrait ? long_side : side,
      .bitrate_bps = rate / 1000 * 1000,
      .vbv_ms = VBV_MS,
      .crf = CRF,
  };
  g_snprintf(rung.name, sizeof rung.name, "v%d", side);
  return rung;
}

size_t ladder_fit(const LadderSource *source, LadderRung ret_rungs[LADDER_RUNGS_MAX]) {
  Shape shape;
  if (!shape_of_source(source, &shape))
    return 0;
  int32_t best = best_short_side(&shape);
  size_t count = 0;
  int32_t last_side = 0;
  for (size_t i = 0; i < LADDER_STEP_COUNT && LADDER_STEPS[i].side <= best; i++) {
    last_side = LADDER_STEPS[i].side;
    ret_rungs[count++] = make_rung(source, &shape, last_side);
  }
  if ((int64_t)best * 10 > (int64_t)last_side * 11)
    ret_rungs[count++] = make_rung(source, &shape, best);
  return count;
}
