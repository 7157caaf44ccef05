#include "transcoder/picture_score.h"

#include "transcoder/still.h"

#include <math.h>
#include <stdlib.h>

/** Pictures are judged at about this size: finer detail is noise as often as not. */
#define LONG_SIDE 320
#define BLACK 16
#define WHITE 235
/** Rows (columns) whose neighbours differ from them by this much on average have something in them. */
#define DIFFERENCE 2.0

typedef struct {
  double mean, deviation; /**< of luma */
  double range;           /**< between the darkest and the lightest hundredth */
  double sharpness;       /**< mean size of the strongest twentieth of all edges */
  double colour;          /**< Hasler and Süsstrunk's measure, on chroma */
  double busy;            /**< share of rows and columns, whichever is less, that differ from the one before */
} Measures;

static int luma_at(const AVFrame *frame, int x, int y) {
  return frame->data[0][(ptrdiff_t)y * frame->linesize[0] + x];
}

static void count_luma(const AVFrame *frame, int64_t counts[256]) {
  for (int y = 0; y < frame->height; y++) {
    for (int x = 0; x < frame->width; x++)
      counts[luma_at(frame, x, y)]++;
  }
}

/** The value that `share` of all samples do not exceed. */
static int quantile(const int64_t counts[256], int64_t total, double share) {
  int64_t wanted = (int64_t)(share * (double)total), sum = 0;
  for (int value = 0; value < 256; value++) {
    sum += counts[value];
    if (sum > wanted)
      return value;
  }
  return 255;
}

static void measure_luma(const AVFrame *frame, Measures *measures) {
  int64_t counts[256] = {0}, total = (int64_t)frame->width * frame->height;
  double sum = 0, squares = 0;
  count_luma(frame, counts);
  for (int value = 0; value < 256; value++) {
    sum += (double)value * (double)counts[value];
    squares += (double)value * value * (double)counts[value];
  }
  measures->mean = sum / (double)total;
  measures->deviation = sqrt(MAX(squares / (double)total - measures->mean * measures->mean, 0));
  measures->range = quantile(counts, total, 0.99) - quantile(counts, total, 0.01);
}

/** A sharp picture has some strong edges, however much of it is plain; a blurred one has none. */
static void measure_sharpness(const AVFrame *frame, Measures *measures) {
  int64_t counts[256] = {0}, total = 0, left, sum = 0;
  for (int y = 0; y + 1 < frame->height; y++) {
    for (int x = 0; x + 1 < frame->width; x++, total++) {
      int here = luma_at(frame, x, y), across = abs(here - luma_at(frame, x + 1, y));
      counts[MAX(across, abs(here - luma_at(frame, x, y + 1)))]++;
    }
  }
  int64_t strongest = MAX(total / 20, 1);
  left = strongest;
  for (int edge = 255; edge > 0 && left > 0; edge--) {
    int64_t taken = MIN(counts[edge], left);
    sum += taken * edge;
    left -= taken;
  }
  measures->sharpness = (double)sum / (double)strongest;
}

static void measure_colour(const AVFrame *frame, Measures *measures) {
  double sum[2] = {0}, squares[2] = {0}, mean[2], variance[2];
  int width = frame->width / 2, height = frame->height / 2;
  double total = (double)MAX(width * height, 1);
  for (int plane = 0; plane < 2; plane++) {
    for (int y = 0; y < height; y++) {
      const uint8_t *row = frame->data[plane + 1] + (ptrdiff_t)y * frame->linesize[plane + 1];
      for (int x = 0; x < width; x++) {
        double value = row[x] - 128.0;
        sum[plane] += value;
        squares[plane] += value * value;
      }
    }
    mean[plane] = sum[plane] / total;
    variance[plane] = MAX(squares[plane] / total - mean[plane] * mean[plane], 0);
  }
  measures->colour = sqrt(variance[0] + variance[1]) + 0.3 * hypot(mean[0], mean[1]);
}

/** Share of lines that differ from the line before; lines are rows or columns. */
static double busy_share(const AVFrame *frame, bool is_rows) {
  int lines = is_rows ? frame->height : frame->width, length = is_rows ? frame->width : frame->height, busy = 0;
  for (int line = 1; line < lines; line++) {
    int64_t difference = 0;
    for (int i = 0; i < length; i++)
      difference += is_rows ? abs(luma_at(frame, i, line) - luma_at(frame, i, line - 1))
                            : abs(luma_at(frame, line, i) - luma_at(frame, line - 1, i));
    busy += (double)difference > DIFFERENCE * length;
  }
  return lines > 1 ? (double)busy / (lines - 1) : 0;
}

static double up_to(double value, double full) {
  return CLAMP(value / full, 0.0, 1.0);
}

static double judge(const Measures *measures) {
  double shown = 0.45 * up_to(measures->sharpness, 60) + 0.35 * up_to(measures->deviation, 50) +
                 0.2 * up_to(measures->colour, 25);
  double range = up_to(measures->range, 0.7 * (WHITE - BLACK));
  double light = up_to(measures->mean - BLACK, 30) * up_to(WHITE + 5 - measures->mean, 12);
  double pattern = up_to(measures->busy, 0.05);
  return shown * range * light * (0.1 + 0.9 * pattern);
}

bool picture_score(const AVFrame *frame, double *ret_score, GError **error) {
  int long_side = MAX(frame->width, frame->height);
  int width = MAX(frame->width * LONG_SIDE / MAX(long_side, 1), 2) & ~1;
  int height = MAX(frame->height * LONG_SIDE / MAX(long_side, 1), 2) & ~1;
  AVFrame *small = still_scale(frame, width, height, error);
  if (small == NULL)
    return false;
  Measures measures = {0};
  measure_luma(small, &measures);
  measure_sharpness(small, &measures);
  measure_colour(small, &measures);
  measures.busy = MIN(busy_share(small, true), busy_share(small, false));
  av_frame_free(&small);
  *ret_score = judge(&measures);
  return true;
}
