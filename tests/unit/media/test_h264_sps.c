#include "media/h264_sps.h"

#include <glib.h>
#include <string.h>

/** Records that libavformat wrote for x264's streams, and what ffprobe says of them. */
static const struct {
  const char *name, *avcc;
  H264Sps sps;
} CASES[] = {
    {"720p, no extras",
     "0142c01fffe1001c6742c01fda014016ec05a808080a000003000200000300641e30654001000468ce0fc8",
     {66, 0xC0, 31, 1280, 720, 1, 8, true, 1, 1, false, 1, 1, 1}},
    {"4:3 stored as 1000x562",
     "0142c01fffe1001e6742c01fda03f049e588ffc046405dc4000003000400000300c83c60ca8001000468ce0fc8",
     {66, 0xC0, 31, 1000, 562, 1, 8, true, 281, 375, false, 2, 2, 2}},
    {"interlaced, 4:2:2, full range, scaling lists",
     "017a001effe10018677a001ebce80b424d80b640000003004000000c87c50aa801000568de0fc40cfef8f800",
     {122, 0, 30, 720, 576, 2, 8, false, 1, 1, true, 2, 2, 2}},
    {"10 bit",
     "016e001effe10019676e001ea6cb405017fcb808800000030080000019078b175001000468ce0fc8fdfafa00",
     {110, 0, 30, 640, 360, 1, 10, true, 1, 1, false, 2, 2, 2}},
    {"1080p High, 8 lines cropped",
     "01640028ffe1001b67640028acd940780227e5c044000003000400000300c83c60c65801000768ebe3cb3002c0fdf8f800",
     {100, 0, 40, 1920, 1080, 1, 8, true, 1, 1, false, 2, 2, 2}},
    {"4:4:4, wide samples",
     "01f4001effe1001c67f4001e919680b4126ffc010000b440000003004000000c83c58ba801000568ce0f1920fff8f800",
     {244, 0, 30, 720, 576, 3, 8, true, 64, 45, false, 2, 2, 2}},
};

static GBytes *from_hex(const char *hex) {
  GByteArray *bytes = g_byte_array_new();
  for (; hex[0] != '\0'; hex += 2) {
    uint8_t byte = (uint8_t)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
    g_byte_array_append(bytes, &byte, 1);
  }
  return g_byte_array_free_to_bytes(bytes);
}

static void test_h264_sps_parse(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autoptr(GBytes) bytes = from_hex(CASES[i].avcc);
    gsize size;
    const uint8_t *avcc = g_bytes_get_data(bytes, &size);
    const H264Sps *want = &CASES[i].sps;
    H264Config config;
    H264Sps got;
    g_test_message("%s", CASES[i].name);
    g_assert_true(h264_config_parse(avcc, size, &config));
    g_assert_cmpint(config.length_bytes, ==, 4);
    g_assert_cmpint(config.pps_count, ==, 1);
    g_assert_cmpint(config.pps[0].nal[0], ==, 0x68);
    g_assert_true(h264_sps_parse(config.sps.nal, config.sps.size_bytes, &got));
    g_assert_cmpint(got.profile_idc, ==, want->profile_idc);
    g_assert_cmpint(got.constraint_flags, ==, want->constraint_flags);
    g_assert_cmpint(got.level_idc, ==, want->level_idc);
    g_assert_cmpint(got.width, ==, want->width);
    g_assert_cmpint(got.height, ==, want->height);
    g_assert_cmpint(got.chroma_format_idc, ==, want->chroma_format_idc);
    g_assert_cmpint(got.bit_depth, ==, want->bit_depth);
    g_assert_cmpint(got.is_frame_only, ==, want->is_frame_only);
    g_assert_cmpint(got.sample_aspect_num, ==, want->sample_aspect_num);
    g_assert_cmpint(got.sample_aspect_den, ==, want->sample_aspect_den);
    g_assert_cmpint(got.is_full_range, ==, want->is_full_range);
    g_assert_cmpint(got.colour_primaries, ==, want->colour_primaries);
    g_assert_cmpint(got.transfer, ==, want->transfer);
    g_assert_cmpint(got.matrix, ==, want->matrix);
  }
}

/** Cut anywhere, a record is none, and its SPS is none unless only the end of its VUI is missing. */
static void test_h264_sps_truncated(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autoptr(GBytes) bytes = from_hex(CASES[i].avcc);
    gsize whole;
    const uint8_t *avcc = g_bytes_get_data(bytes, &whole);
    H264Config config, cut_config;
    H264Sps sps;
    g_assert_true(h264_config_parse(avcc, whole, &config));
    size_t end = (size_t)(config.pps[0].nal - avcc) + config.pps[0].size_bytes;
    for (size_t size = 0; size < end; size++) {
      g_autofree uint8_t *cut = g_memdup2(avcc, size);
      g_assert_false(h264_config_parse(cut, size, &cut_config));
    }
    for (size_t size = 0; size < config.sps.size_bytes; size++) {
      g_autofree uint8_t *cut = g_memdup2(config.sps.nal, size);
      bool ok = h264_sps_parse(cut, size, &sps);
      g_assert_true(!ok || size > 10);
    }
  }
}

static void test_h264_sps_refused(void) {
  static const char *const NALS[] = {
      "",
      "67",
      "6742c01f",
      "6842c01fda014016ec05a808080a000003000200000300641e3065", /* a PPS */
      "e742c01fda014016ec05a808080a000003000200000300641e3065", /* forbidden_zero_bit */
      "6742c01f0000000000000000000000000000000000000000000000", /* codes without an end */
      "6742c01fda07ff00000000000000000000000000000000000000",   /* a picture that never ends */
  };
  H264Sps sps;
  for (size_t i = 0; i < G_N_ELEMENTS(NALS); i++) {
    g_autoptr(GBytes) bytes = from_hex(NALS[i]);
    gsize size;
    const uint8_t *nal = g_bytes_get_data(bytes, &size);
    g_test_message("%s", NALS[i]);
    g_assert_false(h264_sps_parse(nal, size, &sps));
  }
  H264Config config;
  g_autoptr(GBytes) bytes = from_hex(CASES[0].avcc);
  gsize size;
  g_autofree uint8_t *avcc = g_memdup2(g_bytes_get_data(bytes, &size), g_bytes_get_size(bytes));
  avcc[5] = 0xE2; /* two SPS */
  g_assert_false(h264_config_parse(avcc, g_bytes_get_size(bytes), &config));
  avcc[5] = 0xE1;
  avcc[4] = 0xFE; /* sizes of three bytes */
  g_assert_false(h264_config_parse(avcc, g_bytes_get_size(bytes), &config));
}

/** Whatever the bytes, it ends, and what it finds is a picture. */
static void test_h264_sps_random(void) {
  for (int round = 0; round < 20000; round++) {
    uint8_t nal[40];
    size_t size = (size_t)g_test_rand_int_range(4, sizeof nal + 1);
    for (size_t i = 0; i < size; i++)
      nal[i] = (uint8_t)g_test_rand_int_range(0, 256);
    nal[0] = 0x67;
    nal[1] = g_test_rand_bit() ? 100 : nal[1];
    g_autofree uint8_t *copy = g_memdup2(nal, size);
    H264Sps sps;
    if (h264_sps_parse(copy, size, &sps)) {
      g_assert_cmpint(sps.width, >, 0);
      g_assert_cmpint(sps.height, >, 0);
      g_assert_cmpint(sps.bit_depth, <=, 14);
    }
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/h264-sps/parse", test_h264_sps_parse);
  g_test_add_func("/h264-sps/truncated", test_h264_sps_truncated);
  g_test_add_func("/h264-sps/refused", test_h264_sps_refused);
  g_test_add_func("/h264-sps/random", test_h264_sps_random);
  return g_test_run();
}
