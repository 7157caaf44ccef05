#include "transcoder/h264_avcc.h"

static void append_parameter_set(GByteArray *avcc, const H264ParameterSet *set) {
  const guint8 length[] = {(guint8)(set->size_bytes >> 8), (guint8)set->size_bytes};
  g_byte_array_append(avcc, length, sizeof length);
  g_byte_array_append(avcc, set->nal, (guint)set->size_bytes);
}

GBytes *h264_avcc_new(const H264ParameterSet *sps, const H264ParameterSet *pps, size_t pps_count) {
  GByteArray *avcc = g_byte_array_new();
  const guint8 head[] = {
      1, sps->nal[1], sps->nal[2], sps->nal[3], 0xFC | (H264_AVCC_LENGTH_BYTES - 1), 0xE0 | 1,
  };
  const guint8 count = (guint8)pps_count;
  const guint8 high[] = {0xFC | 1, 0xF8, 0xF8, 0}; /* asked for by High: 4:2:0, 8 bits, 8 bits, no SPS extension */
  g_byte_array_append(avcc, head, sizeof head);
  append_parameter_set(avcc, sps);
  g_byte_array_append(avcc, &count, 1);
  for (size_t i = 0; i < pps_count; i++)
    append_parameter_set(avcc, &pps[i]);
  g_byte_array_append(avcc, high, sizeof high);
  return g_byte_array_free_to_bytes(avcc);
}
