#include "transcoder/h264_stream.h"

#include "transcoder/h264_packet.h"

#include <string.h>

#define SPS 0x67, 0x64, 0, 0x28, 0xAC
#define PPS 0x68, 0xEE, 0x3C, 0x80
#define OTHER_PPS 0x68, 0xEE, 0x3C, 0x81

typedef struct {
  const char *name;
  size_t size;
  uint8_t bytes[64];
  bool is_good;
} Header;

static const Header HEADERS[] = {
    {"start codes", 17, {0, 0, 0, 1, SPS, 0, 0, 0, 1, PPS}, true},
    {"short start codes", 15, {0, 0, 1, SPS, 0, 0, 1, PPS}, true},
    {"zeros at the end", 17, {0, 0, 1, SPS, 0, 0, 1, PPS, 0, 0}, true},
    {"a delimiter before", 20, {0, 0, 1, 0x09, 0xF0, 0, 0, 1, SPS, 0, 0, 1, PPS}, true},
    {"two PPS", 22, {0, 0, 1, SPS, 0, 0, 1, PPS, 0, 0, 1, OTHER_PPS}, true},
    {"two SPS", 23, {0, 0, 1, SPS, 0, 0, 1, SPS, 0, 0, 1, PPS}, false},
    {"no PPS", 8, {0, 0, 1, SPS}, false},
    {"no SPS", 7, {0, 0, 1, PPS}, false},
    {"an SPS of two bytes", 12, {0, 0, 1, 0x67, 0x64, 0, 0, 1, PPS}, false},
    {"a start code and nothing", 4, {0, 0, 0, 1}, false},
    {"zeros", 8, {0}, false},
    {"nothing", 0, {0}, false},
    {"a record", 20, {1, 0x64, 0, 0x28, 0xFF, 0xE1, 0, 5, SPS, 1, 0, 4, PPS}, true},
    {"a record that is cut off", 18, {1, 0x64, 0, 0x28, 0xFF, 0xE1, 0, 5, SPS, 1, 0, 4, PPS}, false},
};

static void test_h264_stream_header(void) {
  static const uint8_t sps[] = {SPS}, pps[] = {PPS};
  for (size_t i = 0; i < G_N_ELEMENTS(HEADERS); i++) {
    g_test_message("%s", HEADERS[i].name);
    g_autofree uint8_t *header = g_memdup2(HEADERS[i].bytes, MAX(HEADERS[i].size, 1));
    g_auto(H264Stream) stream = {0};
    g_assert_cmpint(h264_stream_open(&stream, header, HEADERS[i].size), ==, HEADERS[i].is_good);
    if (!HEADERS[i].is_good)
      continue;
    g_assert_cmpuint(stream.config.length_bytes, ==, 4);
    g_assert_cmpmem(stream.config.sps.nal, (int)stream.config.sps.size_bytes, sps, sizeof sps);
    g_assert_cmpmem(stream.config.pps[0].nal, (int)stream.config.pps[0].size_bytes, pps, sizeof pps);
  }
}

/** Start codes of both lengths and zeros at the ends become sizes; each packet takes the place of the one before. */
static void test_h264_stream_packet(void) {
  static const uint8_t first[] = {0, 0, 0,   1, 0x09, 0xF0, 0, 0,    0,    1, SPS, 0,
                                  0, 1, PPS, 0, 0,    0,    1, 0x65, 0x88, 0, 0,   0};
  static const uint8_t first_sized[] = {0, 0, 0, 2, 0x09, 0xF0, 0, 0, 0, 5,    SPS,
                                        0, 0, 0, 4, PPS,  0,    0, 0, 2, 0x65, 0x88};
  static const uint8_t second[] = {0, 0, 1, 0x41, 0x9A, 0, 0, 3, 1},
                       second_sized[] = {0, 0, 0, 6, 0x41, 0x9A, 0, 0, 3, 1};
  static const uint8_t none[] = {0x41, 0x9A, 0x80};
  bool is_idr = false;
  g_auto(H264Stream) stream = {0};
  g_assert_true(h264_stream_open(&stream, HEADERS[0].bytes, HEADERS[0].size));
  h264_stream_take(&stream, first, sizeof first);
  g_assert_cmpmem(stream.data, (int)stream.size_bytes, first_sized, sizeof first_sized);
  g_assert_true(h264_packet_find_idr(&stream.config, stream.data, stream.size_bytes, &is_idr) && is_idr);
  h264_stream_take(&stream, second, sizeof second);
  g_assert_cmpmem(stream.data, (int)stream.size_bytes, second_sized, sizeof second_sized);
  h264_stream_take(&stream, none, sizeof none);
  g_assert_cmpuint(stream.size_bytes, ==, 0);
}

/** Packets that come with sizes are taken as they are. */
static void test_h264_stream_sized(void) {
  static const uint8_t record[] = {1, 0x64, 0, 0x28, 0xFF, 0xE1, 0, 5, SPS, 1, 0, 4, PPS};
  static const uint8_t packet[] = {0, 0, 0, 2, 0x65, 0x88};
  g_auto(H264Stream) stream = {0};
  g_assert_true(h264_stream_open(&stream, record, sizeof record));
  h264_stream_take(&stream, packet, sizeof packet);
  g_assert_true(stream.data == packet && stream.size_bytes == sizeof packet);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/h264-stream/header", test_h264_stream_header);
  g_test_add_func("/h264-stream/packet", test_h264_stream_packet);
  g_test_add_func("/h264-stream/sized", test_h264_stream_sized);
  return g_test_run();
}
