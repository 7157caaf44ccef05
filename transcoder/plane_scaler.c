#include "transcoder/plane_scaler.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define HAS_AVX2_CODE 1
#else
#define HAS_AVX2_CODE 0
#endif

/** The cubic reaches over four samples, and over twice as many at half the size. */
#define TAPS_MAX 8
/** Samples between the two ways have this many bits after the point: so 16 bits hold what the weights, of which those
 * above zero add up to at most 1.3, make of the brightest. */
#define LINE_BITS 6
#define ROW_WEIGHT_BITS 15
#define COLUMN_WEIGHT_BITS 14
/** Up to where vector code may write behind a line. */
#define LINE_PADDING 32

/** Target samples that vector code makes of one load: at half the size they lie over eight samples, with the next. */
#define GROUP 4

/** How each target sample of one way is made: of `taps` source samples from `first` on. */
typedef struct {
  int taps; /**< even, for they are multiplied in pairs */
  int32_t *first;
  int16_t *weights;       /**< `taps` for each sample */
  int16_t *group_weights; /**< for each whole group: of each pair of taps, the two weights of each sample */
  uint8_t *group_bytes; /**< for each: where its samples' first pairs lie, in bytes from the first sample's first */
} Filter;

/** One target row: filter `rows` by `weights` into a line of `width`, then along it. */
typedef void (*FilterRows)(const uint8_t *const *rows, const int16_t *weights, int taps, int width, int16_t *line);
typedef void (*FilterLine)(const int16_t *line, const Filter *filter, int width, uint8_t *target);

struct PlaneScaler {
  PlaneScalerConfig config;
  Filter down, along;
  int16_t *line;
  FilterRows filter_rows;
  FilterLine filter_line;
};

bool plane_scaler_can(const PlaneScalerConfig *config) {
  return config->source_width >= TAPS_MAX && config->source_height >= TAPS_MAX && config->width > 0 &&
         config->height > 0 && config->width <= config->source_width && config->height <= config->source_height &&
         config->source_width <= 2 * config->width && config->source_height <= 2 * config->height;
}

static double cubic(double x) {
  const double c = 0.6;
  x = fabs(x);
  if (x < 1)
    return ((2 - c) * x + (c - 3)) * x * x + 1;
  return x < 2 ? ((-c * x + 5 * c) * x - 8 * c) * x + 4 * c : 0;
}

/** The weights of one target sample, their sum `one`. Samples beyond an edge are those at the edge. */
static void weigh(double centre, double ratio, int source_size, int taps, int one, int32_t *ret_first,
                  int16_t *ret_weights) {
  double exact[TAPS_MAX] = {0}, sum = 0;
  int begin = (int)floor(centre - 2 * ratio) + 1;
  int first = CLAMP(begin, 0, source_size - taps), left = one, largest = 0;
  for (int i = 0; i < TAPS_MAX + 1; i++) {
    double weight = cubic((begin + i - centre) / ratio);
    exact[CLAMP(begin + i - first, 0, taps - 1)] += weight;
    sum += weight;
  }
  for (int i = 0; i < taps; i++) {
    ret_weights[i] = (int16_t)MIN(lrint(exact[i] / sum * one), INT16_MAX);
    left -= ret_weights[i];
    if (ret_weights[i] > ret_weights[largest])
      largest = i;
  }
  ret_weights[largest] = (int16_t)MIN(ret_weights[largest] + left, INT16_MAX);
  *ret_first = first;
}

/** Lay a filter out for vector code. */
static void make_groups(Filter *filter, int size) {
  int groups = size / GROUP, pairs = filter->taps / 2;
  filter->group_weights = g_new(int16_t, (gsize)groups * GROUP * filter->taps);
  filter->group_bytes = g_new(uint8_t, (gsize)groups * GROUP * 4);
  int16_t *weights = filter->group_weights;
  uint8_t *bytes = filter->group_bytes;
  for (int x = 0; x < groups * GROUP; x++) {
    int offset = 2 * (filter->first[x] - filter->first[x - x % GROUP]);
    for (int byte = 0; byte < 4; byte++)
      *bytes++ = (uint8_t)(offset + byte);
  }
  for (int i = 0; i < groups * pairs; i++) {
    int pair = i % pairs;
    for (int x = i / pairs * GROUP; x < (i / pairs + 1) * GROUP; x++) {
      *weights++ = filter->weights[x * filter->taps + 2 * pair];
      *weights++ = filter->weights[x * filter->taps + 2 * pair + 1];
    }
  }
}

/** `shift`: of the target samples, in source samples, from where the two grids have the same borders. */
static Filter make_filter(int source_size, int size, double shift, int bits) {
  double ratio = (double)source_size / size;
  int taps = MIN((int)ceil(4 * ratio), TAPS_MAX);
  Filter filter = {.taps = taps + taps % 2};
  filter.first = g_new(int32_t, size);
  filter.weights = g_new(int16_t, (gsize)size * (gsize)filter.taps);
  for (int i = 0; i < size; i++)
    weigh((i + 0.5) * ratio - 0.5 + shift, ratio, source_size, filter.taps, 1 << bits, &filter.first[i],
          &filter.weights[i * filter.taps]);
  make_groups(&filter, size);
  return filter;
}

static void clear_filter(Filter *filter) {
  g_free(filter->first);
  g_free(filter->weights);
  g_free(filter->group_weights);
  g_free(filter->group_bytes);
}

/* --- any processor --- */

static void filter_rows_from(const uint8_t *const *rows, const int16_t *weights, int taps, int begin, int width,
                             int16_t *line) {
  for (int x = begin; x < width; x++) {
    int sum = 0;
    for (int i = 0; i < taps; i++)
      sum += ((rows[i][x] << LINE_BITS) * weights[i] + (1 << (ROW_WEIGHT_BITS - 1))) >> ROW_WEIGHT_BITS;
    line[x] = (int16_t)sum;
  }
}

static void filter_line_from(const int16_t *line, const Filter *filter, int begin, int width, uint8_t *target) {
  const int bits = LINE_BITS + COLUMN_WEIGHT_BITS;
  for (int x = begin; x < width; x++) {
    const int16_t *at = line + filter->first[x], *weights = &filter->weights[x * filter->taps];
    int32_t sum = 1 << (bits - 1);
    for (int i = 0; i < filter->taps; i++)
      sum += at[i] * weights[i];
    target[x] = (uint8_t)CLAMP(sum >> bits, 0, UINT8_MAX);
  }
}

static void filter_rows(const uint8_t *const *rows, const int16_t *weights, int taps, int width, int16_t *line) {
  filter_rows_from(rows, weights, taps, 0, width, line);
}

static void filter_line(const int16_t *line, const Filter *filter, int width, uint8_t *target) {
  filter_line_from(line, filter, 0, width, target);
}

/* --- AVX2 --- */

#if HAS_AVX2_CODE
#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m128i load(const void *from) {
  return _mm_loadu_si128(from);
}

AVX2 static inline __m256i load_two(const void *low, const void *high) {
  return _mm256_inserti128_si256(_mm256_castsi128_si256(load(low)), load(high), 1);
}

/** With a number of taps that the compiler knows. */
AVX2 static inline __attribute__((always_inline)) void
filter_rows_by(const uint8_t *const *rows, const int16_t *weights, int taps, int width, int16_t *line) {
  enum { STEP = 16 };
  int x = 0;
  for (; x + STEP <= width; x += STEP) {
    __m256i sum = _mm256_setzero_si256();
#pragma GCC unroll 8
    for (int i = 0; i < taps; i++) {
      __m256i samples = _mm256_slli_epi16(_mm256_cvtepu8_epi16(load(rows[i] + x)), LINE_BITS);
      sum = _mm256_add_epi16(sum, _mm256_mulhrs_epi16(samples, _mm256_set1_epi16(weights[i])));
    }
    _mm256_storeu_si256((__m256i *)(void *)(line + x), sum);
  }
  filter_rows_from(rows, weights, taps, x, width, line);
}

AVX2 static void filter_rows_avx2(const uint8_t *const *rows, const int16_t *weights, int taps, int width,
                                  int16_t *line) {
  if (taps == 4)
    filter_rows_by(rows, weights, 4, width, line);
  else if (taps == 6)
    filter_rows_by(rows, weights, 6, width, line);
  else
    filter_rows_by(rows, weights, 8, width, line);
}

/** Two groups at a time, a pair of taps after the other. */
AVX2 static void filter_line_avx2(const int16_t *line, const Filter *filter, int width, uint8_t *target) {
  enum { STEP = 2 * GROUP, BITS = LINE_BITS + COLUMN_WEIGHT_BITS };
  const __m256i half = _mm256_set1_epi32(1 << (BITS - 1));
  const size_t group_weights = (size_t)GROUP * (size_t)filter->taps;
  const int16_t *weights = filter->group_weights;
  int x = 0;
  for (; x + STEP <= width; x += STEP, weights += 2 * group_weights) {
    const int16_t *low = line + filter->first[x], *high = line + filter->first[x + GROUP];
    __m256i places = load_two(filter->group_bytes + 4 * x, filter->group_bytes + 4 * (x + GROUP));
    __m256i sum = half;
    for (int i = 0; i < filter->taps; i += 2) {
      __m256i pairs = _mm256_shuffle_epi8(load_two(low + i, high + i), places);
      const int16_t *of_pair = weights + (size_t)i * GROUP;
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, load_two(of_pair, of_pair + group_weights)));
    }
    sum = _mm256_srai_epi32(sum, BITS);
    __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    _mm_storel_epi64((__m128i *)(void *)(target + x), _mm_packus_epi16(words, words));
  }
  filter_line_from(line, filter, x, width, target);
}
#endif

static void choose_code(PlaneScaler *scaler) {
  scaler->filter_rows = filter_rows;
  scaler->filter_line = filter_line;
#if HAS_AVX2_CODE
  if (!scaler->config.is_portable && __builtin_cpu_supports("avx2")) {
    scaler->filter_rows = filter_rows_avx2;
    scaler->filter_line = filter_line_avx2;
  }
#endif
}

PlaneScaler *plane_scaler_new(const PlaneScalerConfig *config) {
  g_return_val_if_fail(plane_scaler_can(config), NULL);
  PlaneScaler *scaler = g_new0(PlaneScaler, 1);
  double ratio = (double)config->source_width / config->width;
  /* Luma sample 2i of either picture has chroma sample i: half a luma sample from the border, a quarter of chroma's. */
  double shift = config->is_chroma ? 0.25 - 0.25 * ratio : 0;
  scaler->config = *config;
  scaler->down = make_filter(config->source_height, config->height, 0, ROW_WEIGHT_BITS);
  scaler->along = make_filter(config->source_width, config->width, shift, COLUMN_WEIGHT_BITS);
  scaler->line = g_new0(int16_t, (gsize)config->source_width + LINE_PADDING);
  choose_code(scaler);
  return scaler;
}

void plane_scaler_free(PlaneScaler *scaler) {
  if (scaler == NULL)
    return;
  clear_filter(&scaler->down);
  clear_filter(&scaler->along);
  g_free(scaler->line);
  g_free(scaler);
}

void plane_scaler_run(PlaneScaler *scaler, const uint8_t *source, ptrdiff_t source_stride, uint8_t *target,
                      ptrdiff_t stride) {
  const PlaneScalerConfig *config = &scaler->config;
  for (int y = 0; y < config->height; y++) {
    const uint8_t *rows[TAPS_MAX];
    const Filter *down = &scaler->down;
    for (int i = 0; i < down->taps; i++)
      rows[i] = source + (down->first[y] + i) * source_stride;
    scaler->filter_rows(rows, &down->weights[y * down->taps], down->taps, config->source_width, scaler->line);
    scaler->filter_line(scaler->line, &scaler->along, config->width, target + y * stride);
  }
}
