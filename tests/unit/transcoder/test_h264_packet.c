#include "transcoder/h264_packet.h"

#include <string.h>

static const uint8_t SPS[] = {0x67, 0x64, 0, 0x28, 0xAC}, PPS[] = {0x68, 0xEE, 0x3C, 0x80};
static const H264Config config = {
    .length_bytes = 4, .sps = {SPS, sizeof SPS}, .pps = {{PPS, sizeof PPS}}, .pps_count = 1};

/** NAL units in words: "67 6400..." is one of type 7. Each gets its size before it. */
static GBytes *packet(const char *const *nals) {
  GByteArray *bytes = g_byte_array_new();
  for (; *nals != NULL; nals++) {
    uint8_t size[4] = {0, 0, 0, (uint8_t)(strlen(*nals) / 2)};
    g_byte_array_append(bytes, size, sizeof size);
    for (const char *hex = *nals; *hex != '\0'; hex += 2) {
      uint8_t byte = (uint8_t)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
      g_byte_array_append(bytes, &byte, 1);
    }
  }
  return g_byte_array_free_to_bytes(bytes);
}

static void test_h264_packet(void) {
  static const struct {
    const char *name, *nals[6], *copy[6]; /* copy: empty when it is refused */
    bool is_found, is_idr;
  } CASES[] = {
      {"an IDR", {"658880"}, {"658880"}, true, true},
      {"a slice", {"419a80"}, {"419a80"}, true, false},
      {"several slices", {"6588", "6544"}, {"6588", "6544"}, true, true},
      {"delimiter, SEI, filler",
       {"09f0", "060102", "6588", "0cff"},
       {"09f0", "060102", "6588", "0cff"},
       true,
       true},
      {"the known parameter sets", {"67640028ac", "68ee3c80", "6588"}, {"6588"}, true, true},
      {"another SPS", {"67640029ac", "6588"}, {NULL}, false, false},
      {"another PPS", {"68ee3c81", "6588"}, {NULL}, false, false},
      {"another PPS after the picture", {"6588", "68ee3c81"}, {NULL}, true, true},
      {"IDR and other in one", {"6588", "419a"}, {NULL}, true, true},
      {"data partitions", {"429a", "439a"}, {NULL}, false, false},
      {"scalable video", {"6e00", "419a"}, {NULL}, true, false},
      {"no picture", {"09f0", "060102"}, {NULL}, false, false},
      {"a forbidden bit", {"e588"}, {NULL}, false, false},
      {"an empty unit", {"", "6588"}, {NULL}, false, false},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_test_message("%s", CASES[i].name);
    g_autoptr(GBytes) bytes = packet(CASES[i].nals);
    gsize size;
    g_autofree uint8_t *data = g_memdup2(g_bytes_get_data(bytes, &size), g_bytes_get_size(bytes));
    bool is_idr = false;
    g_assert_cmpint(h264_packet_find_idr(&config, data, size, &is_idr), ==, CASES[i].is_found);
    g_assert_cmpint(is_idr, ==, CASES[i].is_idr);
    g_autoptr(GBytes) copy = h264_packet_copy(&config, data, size, is_idr);
    g_autoptr(GBytes) wanted = packet(CASES[i].copy);
    g_assert_cmpint(copy != NULL, ==, CASES[i].copy[0] != NULL);
    g_assert_true(copy == NULL || g_bytes_equal(copy, wanted));
    g_assert_null(h264_packet_copy(&config, data, size, !is_idr));
  }
}

/** Cut anywhere it is refused; its kind is told as soon as the picture's first byte is there. */
static void test_h264_packet_cut(void) {
  static const char *const NALS[] = {"09f0", "67640028ac", "68ee3c80", "0601020304", "6588802233", NULL};
  g_autoptr(GBytes) bytes = packet(NALS);
  gsize whole;
  const uint8_t *data = g_bytes_get_data(bytes, &whole);
  for (gsize size = 0; size < whole; size++) {
    g_autofree uint8_t *cut = g_memdup2(data, size);
    bool is_idr = false;
    g_assert_cmpint(h264_packet_find_idr(&config, cut, size, &is_idr), ==, size > whole - 5);
    g_autoptr(GBytes) copy = h264_packet_copy(&config, cut, size, true);
    g_assert_null(copy);
  }
}

static void test_h264_packet_is_reference(void) {
  static const struct {
    const char *name;
    size_t length_bytes, size;
    uint8_t data[16];
    bool is_reference;
  } CASES[] = {
      {"an IDR", 4, 6, {0, 0, 0, 2, 0x65, 0x88}, true},
      {"a slice others refer to", 4, 6, {0, 0, 0, 2, 0x41, 0x9A}, true},
      {"a slice none refers to", 4, 6, {0, 0, 0, 2, 0x01, 0x9E}, false},
      {"after a delimiter", 2, 8, {0, 2, 0x09, 0xF0, 0, 2, 0x01, 0x9E}, false},
      {"start codes", 0, 6, {0, 0, 0, 1, 0x01, 0x9E}, false},
      {"start codes, after a delimiter", 0, 11, {0, 0, 0, 1, 0x09, 0xF0, 0, 0, 1, 0x41, 0x9A}, true},
      {"no slice", 4, 6, {0, 0, 0, 2, 0x09, 0xF0}, true},
      {"a size past the end", 4, 6, {0xFF, 0xFF, 0xFF, 0xFF, 0x09, 0xF0}, true},
      {"a size of 0", 1, 4, {0, 0, 0, 0}, true},
      {"cut off", 4, 4, {0, 0, 0, 2}, true},
      {"nothing", 4, 0, {0}, true},
      {"nothing, start codes", 0, 2, {0, 0}, true},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_test_message("%s", CASES[i].name);
    g_autofree uint8_t *data = g_memdup2(CASES[i].data, MAX(CASES[i].size, 1));
    g_assert_cmpint(h264_packet_is_reference(data, CASES[i].size, CASES[i].length_bytes), ==,
                    CASES[i].is_reference);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/h264-packet/kinds", test_h264_packet);
  g_test_add_func("/h264-packet/cut", test_h264_packet_cut);
  g_test_add_func("/h264-packet/is-reference", test_h264_packet_is_reference);
  return g_test_run();
}
