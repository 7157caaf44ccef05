#include "transcoder/plane_scaler.h"

#include <libavutil/opt.h>
#include <libswscale/swscale.h>
#include <string.h>

/** A plane without a byte to spare, so that reading and writing past it is seen. */
typedef struct {
  int width, height;
  uint8_t *samples;
} Plane;

static Plane plane_new(int width, int height) {
  return (Plane){width, height, g_malloc0((gsize)width * (gsize)height)};
}

static void plane_clear(Plane *plane) {
  g_clear_pointer(&plane->samples, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Plane, plane_clear)

static Plane scale(const Plane *source, int width, int height, bool is_chroma, bool is_portable) {
  const PlaneScalerConfig config = {source->width, source->height, width, height, is_chroma, is_portable};
  g_assert_true(plane_scaler_can(&config));
  g_autoptr(PlaneScaler) scaler = plane_scaler_new(&config);
  Plane target = plane_new(width, height);
  plane_scaler_run(scaler, source->samples, source->width, target.samples, width);
  return target;
}

/** Widths that no vector divides, ratios from 1 to 2. */
static const struct {
  int source_width, source_height, width, height;
} sizes[] = {
    {1920, 1080, 1280, 720}, {1280, 720, 960, 540}, {853, 481, 640, 360}, {97, 61, 53, 31},
    {64, 48, 32, 24},        {33, 40, 33, 21},      {8, 8, 8, 8},         {9, 8, 5, 4},
};

/** Hard edges and noise: what rings most. */
static Plane make_hard(int width, int height, GRand *rand) {
  Plane plane = plane_new(width, height);
  for (int i = 0; i < width * height; i++) {
    int x = i % width, y = i / width;
    plane.samples[i] = (uint8_t)(y < height / 2 ? ((x / 5 + y / 3) % 2) * 255 : g_rand_int_range(rand, 0, 256));
  }
  return plane;
}

static void test_vectors_and_portable_agree(void) {
  g_autoptr(GRand) rand = g_rand_new_with_seed(7);
  for (size_t i = 0; i < 2 * G_N_ELEMENTS(sizes); i++) {
    size_t size = i / 2;
    bool is_chroma = i % 2 == 1;
    g_auto(Plane) source = make_hard(sizes[size].source_width, sizes[size].source_height, rand);
    g_auto(Plane) fast = scale(&source, sizes[size].width, sizes[size].height, is_chroma, false);
    g_auto(Plane) plain = scale(&source, sizes[size].width, sizes[size].height, is_chroma, true);
    g_assert_cmpmem(fast.samples, (gsize)fast.width * (gsize)fast.height, plain.samples,
                    (gsize)plain.width * (gsize)plain.height);
  }
}

/** Black stays black, white white, and all between. */
static void test_plain_stays_plain(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
    for (int value = 0; value < 256; value += 5) {
      g_auto(Plane) source = plane_new(sizes[i].source_width, sizes[i].source_height);
      memset(source.samples, value, (gsize)source.width * (gsize)source.height);
      g_auto(Plane) scaled = scale(&source, sizes[i].width, sizes[i].height, i % 2 == 1, false);
      for (int at = 0; at < scaled.width * scaled.height; at++)
        g_assert_cmpint(scaled.samples[at], ==, value);
    }
  }
}

/** swscale's bicubic with all its precision. */
static Plane scale_by_swscale(const Plane *source, int width, int height) {
  struct SwsContext *context =
      sws_getContext(source->width, source->height, AV_PIX_FMT_GRAY8, width, height, AV_PIX_FMT_GRAY8,
                     SWS_BICUBIC | SWS_ACCURATE_RND | SWS_BITEXACT, NULL, NULL, NULL);
  Plane target = plane_new(width, height);
  const uint8_t *from[4] = {source->samples};
  const int from_stride[4] = {source->width}, stride[4] = {width};
  uint8_t *to[4] = {target.samples};
  g_assert_cmpint(sws_scale(context, from, from_stride, 0, source->height, to, stride), ==, height);
  sws_freeContext(context);
  return target;
}

static void test_as_swscale_does(void) {
  g_autoptr(GRand) rand = g_rand_new_with_seed(11);
  for (size_t i = 0; i < 4; i++) {
    g_auto(Plane) source = make_hard(sizes[i].source_width, sizes[i].source_height, rand);
    g_auto(Plane) ours = scale(&source, sizes[i].width, sizes[i].height, false, false);
    g_auto(Plane) theirs = scale_by_swscale(&source, sizes[i].width, sizes[i].height);
    int64_t sum = 0;
    for (int at = 0; at < ours.width * ours.height; at++)
      sum += ABS(ours.samples[at] - theirs.samples[at]);
    double mean = (double)sum / (ours.width * ours.height);
    g_test_message("%d to %d: %.3f levels apart", source.width, ours.width, mean);
    g_assert_cmpfloat(mean, <, 1.5); /* bilinear is 15 apart on the first */
  }
}

/** A slope keeps its place: chroma stands where luma sample 2i stands, before and after. */
static void test_places(void) {
  for (int is_chroma = 0; is_chroma < 2; is_chroma++) {
    g_auto(Plane) source = plane_new(120, 60);
    for (int i = 0; i < 120 * 60; i++)
      source.samples[i] = (uint8_t)(2 * (i % 120));
    g_auto(Plane) scaled = scale(&source, 80, 40, is_chroma, false);
    for (int x = 8; x < 72; x++) {
      double place = is_chroma ? x * 1.5 : (x + 0.5) * 1.5 - 0.5; /* in source samples */
      if (is_chroma)
        place = ((2 * x + 0.5) * 1.5 - 0.5) / 2;
      g_assert_cmpfloat(ABS(scaled.samples[x] - 2 * place), <=, 0.75);
    }
  }
}

static void test_what_it_can(void) {
  const PlaneScalerConfig cannot[] = {
      {1920, 1080, 2560, 1440, false, false}, {1920, 1080, 900, 540, false, false},
      {1920, 1080, 1280, 500, false, false},  {7, 7, 5, 5, false, false},
      {64, 64, 0, 64, false, false},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cannot); i++)
    g_assert_false(plane_scaler_can(&cannot[i]));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/plane-scaler/vectors-and-portable-agree", test_vectors_and_portable_agree);
  g_test_add_func("/plane-scaler/plain-stays-plain", test_plain_stays_plain);
  g_test_add_func("/plane-scaler/as-swscale-does", test_as_swscale_does);
  g_test_add_func("/plane-scaler/places", test_places);
  g_test_add_func("/plane-scaler/what-it-can", test_what_it_can);
  return g_test_run();
}
