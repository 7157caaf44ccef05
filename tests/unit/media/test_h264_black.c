#include "media/h264_black.h"

#include "media/h264_sps.h"

#include <string.h>

/** What decoders make of the pictures is seen in tests/integration/channel.sh. */
static void test_sizes(void) {
  static const struct {
    int32_t width, height;
    int level;
  } cases[] = {{16, 16, 40}, {640, 360, 40}, {854, 480, 40}, {1920, 1080, 40}, {3840, 2160, 51}, {4096, 4096, 51}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(H264Black) black = {0};
    H264Config config;
    H264Sps sps;
    gsize size = 0;
    h264_black_init(&black, cases[i].width, cases[i].height);
    const uint8_t *data = g_bytes_get_data(black.config, &size);
    g_assert_true(h264_config_parse(data, size, &config));
    g_assert_cmpuint(config.pps_count, ==, 1);
    g_assert_true(h264_sps_parse(config.sps.nal, config.sps.size_bytes, &sps));
    g_assert_cmpint(sps.width, ==, cases[i].width);
    g_assert_cmpint(sps.height, ==, cases[i].height);
    g_assert_cmpint(sps.level_idc, ==, cases[i].level);
    g_assert_true(sps.is_frame_only);
  }
}

static void test_samples(void) {
  g_auto(H264Black) black = {0};
  h264_black_init(&black, 640, 360);
  for (int i = 0; i < 2; i++) {
    gsize size = 0;
    const uint8_t *data = g_bytes_get_data(black.samples[i], &size);
    g_assert_cmpuint(size, >, 384 + 40 * 23 - 1);
    g_assert_cmpuint((gsize)data[2] << 8 | data[3], ==, size - 4);
    g_assert_cmpint(data[4], ==, 0x65);
    for (gsize at = 4; at + 2 < size; at++) /* no start code within */
      g_assert_false(data[at] == 0 && data[at + 1] == 0 && data[at + 2] <= 2);
  }
  g_assert_false(g_bytes_equal(black.samples[0], black.samples[1]));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/h264_black/sizes", test_sizes);
  g_test_add_func("/h264_black/samples", test_samples);
  return g_test_run();
}
