#include "media/codec_string.h"

#include <glib.h>
#include <string.h>

/* High@4.0 as x264 and libavformat write it: one SPS, one PPS, the extension of the High profile. */
static const uint8_t AVCC_HIGH[] = {1,    0x64, 0x00, 0x28, 0xFF, 0xE1, 0,    5,    0x67, 0x64, 0x00, 0x28,
                                    0xAC, 1,    0,    4,    0x68, 0xEE, 0x3C, 0x80, 0xFD, 0xF8, 0xF8, 0};

static void test_codec_string_avcc(void) {
  char text[12] = "before";
  g_assert_true(codec_string_from_avcc(AVCC_HIGH, sizeof AVCC_HIGH, text));
  g_assert_cmpstr(text, ==, "avc1.640028");

  uint8_t baseline[sizeof AVCC_HIGH];
  memcpy(baseline, AVCC_HIGH, sizeof baseline);
  baseline[1] = 0x42;
  baseline[2] = 0xC0;
  baseline[3] = 0x1F;
  g_assert_true(codec_string_from_avcc(baseline, sizeof baseline, text));
  g_assert_cmpstr(text, ==, "avc1.42C01F");
}

/** Cut anywhere before the end of its PPS, it is no record, and the text stays. */
static void test_codec_string_avcc_truncated(void) {
  const size_t whole = sizeof AVCC_HIGH - 4;
  for (size_t size = 0; size < whole; size++) {
    char text[12] = "before";
    g_autofree uint8_t *cut = g_memdup2(AVCC_HIGH, size); /* on the heap, so that ASan sees an overrun */
    g_assert_false(codec_string_from_avcc(cut, size, text));
    g_assert_cmpstr(text, ==, "before");
  }
}

static void test_codec_string_avcc_refuses(void) {
  static const struct {
    size_t offset;
    uint8_t value;
  } CASES[] = {
      {0, 0},               /* version */
      {0, 2},    {5, 0xE0}, /* no SPS */
      {5, 0xE2},            /* one more than there is */
      {6, 0xFF},            /* SPS longer than the record */
      {7, 0},               /* empty SPS */
      {8, 0x68},            /* a PPS where the SPS should be */
      {13, 2},              /* PPS count */
  };
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
    uint8_t bytes[sizeof AVCC_HIGH];
    char text[12] = "before";
    memcpy(bytes, AVCC_HIGH, sizeof bytes);
    bytes[CASES[i].offset] = CASES[i].value;
    g_assert_false(codec_string_from_avcc(bytes, sizeof bytes, text));
    g_assert_cmpstr(text, ==, "before");
  }
  char text[12];
  g_assert_false(codec_string_from_avcc(NULL, 0, text));
}

static void test_codec_string_audio_specific_config(void) {
  static const struct {
    uint8_t bytes[8];
    size_t size_bytes;
    const char *want; /* NULL: refused */
  } CASES[] = {
      {{0x11, 0x90}, 2, "mp4a.40.2"},                         /* LC 48 kHz stereo */
      {{0x12, 0x10, 0x56, 0xE5, 0x00}, 5, "mp4a.40.2"},       /* LC 44.1 kHz, sync extension */
      {{0x0A, 0x10}, 2, "mp4a.40.1"},                         /* Main */
      {{0x2B, 0x92, 0x08, 0x00}, 4, "mp4a.40.5"},             /* explicit SBR over LC */
      {{0xEB, 0x8A, 0x08, 0x00}, 4, "mp4a.40.29"},            /* explicit PS */
      {{0xF9, 0x46, 0x40, 0x00}, 4, "mp4a.40.42"},            /* escaped: USAC */
      {{0x17, 0x80, 0x5D, 0xC0, 0x10, 0x00}, 6, "mp4a.40.2"}, /* LC, rate 48000 spelled out */
      {{0x17, 0x80, 0x00, 0x00, 0x10, 0x00}, 6, NULL},        /* rate 0 spelled out */
      {{0x16, 0x90}, 2, NULL},                                /* reserved rate 13 */
      {{0x01, 0x90}, 2, NULL},                                /* object type 0 */
      {{0x11, 0xC0}, 2, NULL},                                /* reserved channels 8 */
      {{0x11}, 1, NULL},
      {{0x17, 0x80}, 2, NULL}, /* cut inside the rate */
      {{0x2B, 0x92}, 2, NULL}, /* cut inside the extension */
      {{0xF8}, 1, NULL},
      {{0}, 0, NULL},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
    char text[16] = "before";
    g_autofree uint8_t *bytes = g_memdup2(CASES[i].bytes, CASES[i].size_bytes);
    bool is_config = codec_string_from_audio_specific_config(bytes, CASES[i].size_bytes, text);
    g_assert_cmpint(is_config, ==, CASES[i].want != NULL);
    g_assert_cmpstr(text, ==, CASES[i].want != NULL ? CASES[i].want : "before");
  }
}

static void test_codec_string_random(void) {
  for (int round = 0; round < 20000; round++) {
    size_t size = (size_t)g_test_rand_int_range(0, 24);
    g_autofree uint8_t *bytes = g_malloc(size + 1);
    for (size_t i = 0; i < size; i++)
      bytes[i] = (uint8_t)g_test_rand_int_range(0, 256);
    if (size > 0)
      bytes[0] &= 1;
    g_autofree uint8_t *exact = g_memdup2(bytes, size);
    char video[12], audio[16];
    if (codec_string_from_avcc(exact, size, video))
      g_assert_cmpuint(strlen(video), ==, 11);
    if (codec_string_from_audio_specific_config(exact, size, audio))
      g_assert_true(g_str_has_prefix(audio, "mp4a.40."));
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/codec-string/avcc", test_codec_string_avcc);
  g_test_add_func("/codec-string/avcc-truncated", test_codec_string_avcc_truncated);
  g_test_add_func("/codec-string/avcc-refuses", test_codec_string_avcc_refuses);
  g_test_add_func("/codec-string/audio-specific-config", test_codec_string_audio_specific_config);
  g_test_add_func("/codec-string/random", test_codec_string_random);
  return g_test_run();
}
