#include "transcoder/picture_compare.h"

#include <glib.h>
#include <libavutil/common.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libavutil/pixelutils.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 8
/** Four blocks are first looked at together. Not smaller: libavutil's function for 8x8 uses MMX and leaves the floating
 * point unit unusable. */
#define GROUP 16
#define GROUP_BITS 4
/** A block is another one beyond this sum of absolute differences: two levels on average. A stroke of two pixels by
 * eight and 16 levels is 256; what x264 refines in a still slide is mostly below. docs/notes/engine.md */
#define BLOCK_LIMIT 128
/** And the picture is another one when it differs by more than this part of a level on average: fades, grain. */
#define MEAN_LIMIT_DIVISOR 20
/** For the share: blocks that far apart are looked at; one with less contrast is plain. */
#define SHARE_STEP 32
#define SHARE_LIMIT 256
#define PLAIN_CONTRAST 24
/** A share of fewer changed blocks than one in this many is noise. */
#define SHARE_LEAST_DIVISOR 100

/** One plane of both pictures. */
typedef struct {
  const uint8_t *a, *b;
  ptrdiff_t a_stride, b_stride;
  int width, height; /**< in samples of `bytes` each; packed formats count every component */
  int bytes;         /**< 1 or 2 per sample */
  int shift;         /**< to 8 bits */
  bool is_exact;     /**< samples are numbers of colours or several in a byte: any difference counts */
  av_pixelutils_sad_fn sad;
} PlanePair;

bool picture_compare_is_possible(const AVFrame *a, const AVFrame *b) {
  return a->width == b->width && a->height == b->height && a->format == b->format && a->data[0] != NULL &&
         b->data[0] != NULL;
}

static int count_planes(const AVFrame *frame) {
  return MAX(av_pix_fmt_count_planes((enum AVPixelFormat)frame->format), 0);
}

static PlanePair pair_of(const AVFrame *a, const AVFrame *b, int plane) {
  const AVPixFmtDescriptor *format = av_pix_fmt_desc_get((enum AVPixelFormat)a->format);
  bool is_chroma = plane == 1 || plane == 2;
  int depth = format->comp[0].depth;
  PlanePair pair = {
      .a = a->data[plane],
      .b = b->data[plane],
      .a_stride = a->linesize[plane],
      .b_stride = b->linesize[plane],
      .bytes = depth > 8 && depth <= 16 ? 2 : 1,
      .shift = depth > 8 && depth <= 16 ? depth - 8 : 0,
      .is_exact = depth < 8 || depth > 16 || (format->flags & AV_PIX_FMT_FLAG_PAL) != 0,
      .sad = av_pixelutils_get_sad_fn(GROUP_BITS, GROUP_BITS, 0, NULL),
  };
  pair.width = MAX(av_image_get_linesize((enum AVPixelFormat)a->format, a->width, plane), 0) / pair.bytes;
  pair.height = is_chroma ? AV_CEIL_RSHIFT(a->height, format->log2_chroma_h) : a->height;
  return pair;
}

static int sample_at(const uint8_t *row, const PlanePair *pair, int x) {
  return pair->bytes == 1 ? row[x] : ((const uint16_t *)(gconstpointer)row)[x] >> pair->shift;
}

static int block_difference(const PlanePair *pair, int x, int y) {
  const uint8_t *a = pair->a + y * pair->a_stride, *b = pair->b + y * pair->b_stride;
  int width = MIN(BLOCK, pair->width - x), height = MIN(BLOCK, pair->height - y), sum = 0;
  for (int i = 0; i < height; i++, a += pair->a_stride, b += pair->b_stride) {
    for (int j = 0; j < width; j++)
      sum += abs(sample_at(a, pair, x + j) - sample_at(b, pair, x + j));
  }
  return sum;
}

/** The sum over four blocks; more than any limit when one of them is another. */
static int64_t group_difference(const PlanePair *pair, int x, int y) {
  int limit = pair->is_exact ? 0 : BLOCK_LIMIT;
  int64_t sum = 0;
  if (pair->bytes == 1 && pair->sad != NULL && x + GROUP <= pair->width && y + GROUP <= pair->height) {
    sum = pair->sad(pair->a + y * pair->a_stride + x, pair->a_stride, pair->b + y * pair->b_stride + x,
                    pair->b_stride);
    if (sum <= limit)
      return sum;
    sum = 0;
  }
  for (int block_y = y; block_y < MIN(y + GROUP, pair->height); block_y += BLOCK) {
    for (int block_x = x; block_x < MIN(x + GROUP, pair->width); block_x += BLOCK) {
      int difference = block_difference(pair, block_x, block_y);
      if (difference > limit)
        return INT64_MAX / 2;
      sum += difference;
    }
  }
  return sum;
}

static int64_t row_difference(const PlanePair *pair, int y, int64_t limit) {
  int64_t sum = 0;
  for (int x = 0; x < pair->width && sum <= limit; x += GROUP)
    sum += group_difference(pair, x, y);
  return sum;
}

static bool is_plane_alike(const PlanePair *pair, int *row) {
  int64_t limit = (int64_t)pair->width * pair->height / MEAN_LIMIT_DIVISOR, sum = 0;
  int rows = (pair->height + GROUP - 1) / GROUP, first = *row < rows ? *row : 0;
  for (int i = 0; i < rows; i++) {
    int y = (first + i) % rows;
    sum += row_difference(pair, y * GROUP, limit);
    if (sum > limit) {
      *row = y;
      return false;
    }
  }
  return true;
}

bool picture_compare_is_alike(const AVFrame *a, const AVFrame *b, int *row) {
  if (!picture_compare_is_possible(a, b))
    return false;
  const AVPixFmtDescriptor *format = av_pix_fmt_desc_get((enum AVPixelFormat)a->format);
  if ((format->flags & AV_PIX_FMT_FLAG_PAL) != 0 && memcmp(a->data[1], b->data[1], AVPALETTE_SIZE) != 0)
    return false;
  int chroma_row = 0;
  for (int plane = 0; plane < count_planes(a); plane++) {
    if (a->data[plane] == b->data[plane])
      continue;
    PlanePair pair = pair_of(a, b, plane);
    if (!is_plane_alike(&pair, plane == 0 ? row : &chroma_row))
      return false;
  }
  return true;
}

static bool is_plain(const PlanePair *pair, int x, int y) {
  int least = INT_MAX, most = INT_MIN;
  for (int i = 0; i < MIN(BLOCK, pair->height - y); i++) {
    const uint8_t *row = pair->a + (y + i) * pair->a_stride;
    for (int j = 0; j < MIN(BLOCK, pair->width - x); j++) {
      int value = sample_at(row, pair, x + j);
      least = MIN(least, value);
      most = MAX(most, value);
    }
  }
  return most - least < PLAIN_CONTRAST;
}

double picture_compare_share(const AVFrame *a, const AVFrame *b) {
  if (!picture_compare_is_possible(a, b))
    return 1;
  PlanePair pair = pair_of(a, b, 0);
  int blocks = 0, changed = 0, kept = 0;
  for (int y = 0; y < pair.height; y += SHARE_STEP) {
    for (int x = 0; x < pair.width; x += SHARE_STEP, blocks++) {
      if (block_difference(&pair, x, y) > SHARE_LIMIT)
        changed++;
      else if (!is_plain(&pair, x, y))
        kept++;
    }
  }
  return changed * SHARE_LEAST_DIVISOR < blocks ? 0 : (double)changed / (double)(changed + kept);
}
