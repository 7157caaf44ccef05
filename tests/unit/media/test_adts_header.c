#include "media/adts_header.h"

#include <glib.h>
#include <string.h>

#define FRAME_BYTES 20

/** What is written is read again; a frame of another length is refused. */
static void test_adts_header_round(void) {
  static const AdtsConfig config = {.profile = 1, .rate_index = 3, .channels = 2};
  uint8_t frame[ADTS_HEADER_BYTES + FRAME_BYTES] = {0};
  AdtsConfig found = {0};
  size_t header_bytes = 0;
  adts_header_write(&config, FRAME_BYTES, frame);
  g_assert_true(adts_header_read(frame, sizeof frame, &found, &header_bytes));
  g_assert_cmpuint(header_bytes, ==, ADTS_HEADER_BYTES);
  g_assert_cmpmem(&found, sizeof found, &config, sizeof config);
  for (size_t size = 0; size < sizeof frame; size++) {
    g_autofree uint8_t *cut = g_memdup2(frame, size);
    g_assert_false(adts_header_read(cut, size, &found, &header_bytes));
  }
}

static void test_adts_header_kinds(void) {
  static const struct {
    const char *name;
    size_t at;
    uint8_t byte;
    size_t header_bytes; /* 0: refused */
  } CASES[] = {
      {"as it is", 0, 0xFF, 7},         {"a checksum", 1, 0xF0, 9}, {"MPEG-2", 1, 0xF9, 7},
      {"no sync word", 0, 0xFE, 0},     {"layer 1", 1, 0xF3, 0},    {"two blocks", 6, 0xFD, 0},
      {"a length too large", 4, 21, 0},
  };
  static const AdtsConfig config = {.profile = 1, .rate_index = 3, .channels = 2};
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_test_message("%s", CASES[i].name);
    uint8_t frame[ADTS_HEADER_BYTES + FRAME_BYTES] = {0};
    AdtsConfig found;
    size_t header_bytes = 0;
    adts_header_write(&config, FRAME_BYTES, frame);
    frame[CASES[i].at] = CASES[i].byte;
    g_assert_cmpint(adts_header_read(frame, sizeof frame, &found, &header_bytes), ==, CASES[i].header_bytes > 0);
    g_assert_cmpuint(header_bytes, ==, CASES[i].header_bytes);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/adts-header/round", test_adts_header_round);
  g_test_add_func("/adts-header/kinds", test_adts_header_kinds);
  return g_test_run();
}
