#include "media/ladder.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const char *label;
  LadderSource source;
  const char *want; /* "name WxH rate_kbps" of every rung, comma between */
} LadderCase;

static const LadderCase CASES[] = {
    {"1080p",
     {1920, 1080, 0, {1, 1}, {25, 1}},
     "v360 640x360 600,v540 960x540 1200,v720 1280x720 2500,v1080 1920x1080 4500"},
    {"1080p without a sample aspect",
     {1920, 1080, 0, {0, 1}, {25, 1}},
     "v360 640x360 600,v540 960x540 1200,v720 1280x720 2500,v1080 1920x1080 4500"},
    {"1080p60",
     {1920, 1080, 0, {1, 1}, {60, 1}},
     "v360 640x360 900,v540 960x540 1800,v720 1280x720 3750,v1080 1920x1080 6750"},
    {"1080p29.97 is not over 30",
     {1920, 1080, 0, {1, 1}, {30000, 1001}},
     "v360 640x360 600,v540 960x540 1200,v720 1280x720 2500,v1080 1920x1080 4500"},
    {"720p", {1280, 720, 0, {1, 1}, {25, 1}}, "v360 640x360 600,v540 960x540 1200,v720 1280x720 2500"},
    {"VGA", {640, 480, 0, {1, 1}, {25, 1}}, "v360 480x360 600,v480 640x480 973"},
    {"240p", {426, 240, 0, {1, 1}, {25, 1}}, "v240 426x240 266"},
    {"180p", {320, 180, 0, {1, 1}, {25, 1}}, "v180 320x180 150"},
    {"square PAL", {768, 576, 0, {1, 1}, {25, 1}}, "v360 480x360 600,v540 720x540 1200"},
    {"4:3 PAL", {720, 576, 0, {16, 15}, {25, 1}}, "v360 480x360 600,v540 720x540 1200"},
    {"16:9 PAL", {720, 576, 0, {64, 45}, {25, 1}}, "v360 640x360 600,v540 960x540 1200"},
    {"anamorphic 720x528", {720, 528, 0, {40, 33}, {24000, 1001}}, "v360 596x360 600,v528 872x528 1152"},
    {"narrow samples", {720, 480, 0, {8, 9}, {30000, 1001}}, "v360 480x360 600,v480 640x480 973"},
    {"portrait",
     {1080, 1920, 0, {1, 1}, {30, 1}},
     "v360 360x640 600,v540 540x960 1200,v720 720x1280 2500,v1080 1080x1920 4500"},
    {"rotated by 90",
     {1920, 1080, 90, {1, 1}, {30, 1}},
     "v360 360x640 600,v540 540x960 1200,v720 720x1280 2500,v1080 1080x1920 4500"},
    {"rotated by 270, anamorphic", {720, 576, 270, {16, 15}, {25, 1}}, "v360 360x480 600,v540 540x720 1200"},
    {"upside down", {1280, 720, 180, {1, 1}, {25, 1}}, "v360 640x360 600,v540 960x540 1200,v720 1280x720 2500"},
    {"2160p",
     {3840, 2160, 0, {1, 1}, {25, 1}},
     "v360 640x360 600,v540 960x540 1200,v720 1280x720 2500,v1080 1920x1080 4500"},
    {"1440p",
     {2560, 1440, 0, {1, 1}, {25, 1}},
     "v360 640x360 600,v540 960x540 1200,v720 1280x720 2500,v1080 1920x1080 4500"},
    {"1088 coded lines",
     {1920, 1088, 0, {1, 1}, {25, 1}},
     "v360 636x360 600,v540 952x540 1200,v720 1270x720 2500,v1080 1906x1080 4500"},
    {"just over a step", {704, 396, 0, {1, 1}, {25, 1}}, "v360 640x360 600"},
    {"clearly over a step", {712, 398, 0, {1, 1}, {25, 1}}, "v360 644x360 600,v398 712x398 706"},
    {"480p", {854, 480, 0, {1, 1}, {25, 1}}, "v360 640x360 600,v480 854x480 973"},
    {"900p",
     {1600, 900, 0, {1, 1}, {25, 1}},
     "v360 640x360 600,v540 960x540 1200,v720 1280x720 2500,v900 1600x900 3400"},
    {"square", {600, 600, 0, {1, 1}, {25, 1}}, "v360 360x360 600,v540 540x540 1200,v600 600x600 1592"},
    {"odd", {853, 481, 0, {1, 1}, {25, 1}}, "v360 638x360 600,v480 852x480 973"},
    {"odd and small", {351, 287, 0, {1, 1}, {15, 1}}, "v286 350x286 260"},
    {"1x1", {1, 1, 0, {1, 1}, {25, 1}}, "v2 2x2 150"},
    {"7680x2", {7680, 2, 0, {1, 1}, {25, 1}}, "v2 4096x2 150"},
    {"senseless sample aspect", {640, 360, 0, {1000, 1}, {25, 1}}, "v360 640x360 600"},
    {"no picture", {0, 0, 0, {1, 1}, {25, 1}}, ""},
    {"no width", {0, 480, 0, {1, 1}, {25, 1}}, ""},
    {"negative", {640, -480, 0, {1, 1}, {25, 1}}, ""},
};

static char *describe(const LadderRung *rungs, size_t count) {
  GString *text = g_string_new(NULL);
  for (size_t i = 0; i < count; i++)
    g_string_append_printf(text, "%s%s %dx%d %d", i > 0 ? "," : "", rungs[i].name, rungs[i].width, rungs[i].height,
                           (int)(rungs[i].bitrate_bps / 1000));
  return g_string_free(text, FALSE);
}

static void test_ladder_fit(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
    LadderRung rungs[LADDER_RUNGS_MAX];
    size_t count = ladder_fit(&CASES[i].source, rungs);
    g_autofree char *got = describe(rungs, count);
    g_test_message("%s: %s", CASES[i].label, got);
    g_assert_cmpstr(got, ==, CASES[i].want);
  }
}

static void test_ladder_display_size(void) {
  static const struct {
    LadderSource source;
    int32_t width, height;
  } SIZES[] = {
      {{1920, 1080, 0, {1, 1}, {25, 1}}, 1920, 1080},
      {{1920, 1080, 90, {1, 1}, {25, 1}}, 1080, 1920},
      {{720, 576, 0, {16, 15}, {25, 1}}, 768, 576},
      {{720, 576, 90, {16, 15}, {25, 1}}, 576, 768},
      {{853, 481, 0, {1, 1}, {25, 1}}, 852, 480},
      {{1, 1, 0, {0, 0}, {25, 1}}, 2, 2},
      {{0, 1, 0, {1, 1}, {25, 1}}, 0, 0},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(SIZES); i++) {
    int32_t width = -1, height = -1;
    ladder_display_size(&SIZES[i].source, &width, &height);
    g_assert_cmpint(width, ==, SIZES[i].width);
    g_assert_cmpint(height, ==, SIZES[i].height);
  }
}

static void assert_rung(const LadderSource *source, const LadderRung *rung) {
  int32_t width, height;
  ladder_display_size(source, &width, &height);
  g_assert_cmpint(rung->width % 2, ==, 0);
  g_assert_cmpint(rung->height % 2, ==, 0);
  g_assert_cmpint(rung->width, >=, 2);
  g_assert_cmpint(rung->height, >=, 2);
  g_assert_cmpint(rung->width, <=, width);
  g_assert_cmpint(rung->height, <=, height);
  g_assert_cmpint((rung->width + 15) / 16 * ((rung->height + 15) / 16), <=, 8704);
  g_assert_cmpint(rung->bitrate_bps, >=, 150000);
  g_assert_cmpint(rung->vbv_ms, >, 0);
  g_autofree char *name = g_strdup_printf("v%d", MIN(rung->width, rung->height));
  g_assert_cmpstr(rung->name, ==, name);
}

/* The long side follows from the short one within one even step, unless it is at the picture's limit. */
static void assert_aspect(const LadderSource *source, const LadderRung *rung) {
  double width = source->coded_width * rational_to_double(source->sample_aspect), height = source->coded_height;
  double source_ratio = MAX(width, height) / MIN(width, height);
  int32_t short_side = MIN(rung->width, rung->height), long_side = MAX(rung->width, rung->height);
  if (long_side == 4096 || MIN(width, height) < 16)
    return;
  /* A rung of the source's own size has both its sides rounded. */
  double slack = 2.0 + (short_side + 1.001 >= MIN(width, height) ? source_ratio : 0.0);
  if (ABS(short_side * source_ratio - long_side) > slack)
    g_test_message("%dx%d aspect %d:%d gives %dx%d", source->coded_width, source->coded_height,
                   source->sample_aspect.num, source->sample_aspect.den, rung->width, rung->height);
  g_assert_cmpfloat(ABS(short_side * source_ratio - long_side), <=, slack);
}

static void test_ladder_fit_property(void) {
  for (int round = 0; round < 20000; round++) {
    LadderSource source = {
        .coded_width = g_test_rand_int_range(1, round % 2 == 0 ? 9000 : 2000),
        .coded_height = g_test_rand_int_range(1, round % 3 == 0 ? 9000 : 1200),
        .rotation_deg = 90 * g_test_rand_int_range(0, 4),
        .sample_aspect = {g_test_rand_int_range(10, 30), g_test_rand_int_range(10, 30)},
        .frame_rate = {g_test_rand_int_range(1, 61), 1},
    };
    LadderRung rungs[LADDER_RUNGS_MAX];
    size_t count = ladder_fit(&source, rungs);
    g_assert_cmpuint(count, >=, 1);
    g_assert_cmpuint(count, <=, LADDER_RUNGS_MAX);
    for (size_t i = 0; i < count; i++) {
      assert_rung(&source, &rungs[i]);
      assert_aspect(&source, &rungs[i]);
      if (i > 0) {
        g_assert_cmpint(MIN(rungs[i].width, rungs[i].height), >, MIN(rungs[i - 1].width, rungs[i - 1].height));
        g_assert_cmpint(rungs[i].bitrate_bps, >, rungs[i - 1].bitrate_bps);
      }
    }
  }
}

/** Nothing that a broken header may claim overflows. */
static void test_ladder_fit_extreme(void) {
  static const int32_t VALUES[] = {INT32_MIN, -1, 0, 1, 2, 359, 65535, INT32_MAX - 1, INT32_MAX};
  const size_t count = G_N_ELEMENTS(VALUES);
  for (size_t i = 0; i < count * count * count * count; i++) {
    LadderSource source = {
        .coded_width = VALUES[i % count],
        .coded_height = VALUES[i / count % count],
        .rotation_deg = (int32_t)(i % 4) * 90,
        .sample_aspect = {VALUES[i / count / count % count], VALUES[i / count / count / count]},
        .frame_rate = {VALUES[i % count], VALUES[i / count % count]},
    };
    LadderRung rungs[LADDER_RUNGS_MAX];
    size_t rung_count = ladder_fit(&source, rungs);
    bool is_possible = source.coded_width > 0 && source.coded_height > 0;
    g_assert_cmpint(rung_count > 0, ==, is_possible);
    for (size_t j = 0; j < rung_count; j++)
      assert_rung(&source, &rungs[j]);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ladder/fit", test_ladder_fit);
  g_test_add_func("/ladder/display-size", test_ladder_display_size);
  g_test_add_func("/ladder/fit-property", test_ladder_fit_property);
  g_test_add_func("/ladder/fit-extreme", test_ladder_fit_extreme);
  return g_test_run();
}
