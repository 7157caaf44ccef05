#include "transcoder/h264_stream.h"

#include "transcoder/h264_avcc.h"
#include "transcoder/h264_packet.h"

enum { NAL_SPS = 7, NAL_PPS = 8 };

/* An SPS whose profile and level can be read. */
#define SPS_BYTES_MIN 4

/** The NAL unit behind the next start code from `*position` on, without the zeros that may follow it. */
static bool next_nal(const uint8_t *data, size_t size, size_t *position, H264ParameterSet *ret_nal) {
  size_t code = h264_find_start_code(data, size, *position);
  if (code == size)
    return false;
  size_t start = code + H264_START_CODE_BYTES, end = h264_find_start_code(data, size, start);
  *position = end;
  while (end > start && data[end - 1] == 0)
    end--;
  *ret_nal = (H264ParameterSet){data + start, end - start};
  return true;
}

/** The record of parameter sets with start codes. */
static GBytes *avcc_of(const uint8_t *data, size_t size) {
  H264ParameterSet sps = {0}, pps[H264_PPS_MAX], nal;
  size_t position = 0, sps_count = 0, pps_count = 0;
  while (next_nal(data, size, &position, &nal)) {
    int type = nal.size_bytes > 0 ? nal.nal[0] & 0x1F : 0;
    if (nal.size_bytes > UINT16_MAX)
      return NULL;
    if (type == NAL_SPS) {
      sps = nal;
      sps_count++;
    } else if (type == NAL_PPS) {
      if (pps_count == G_N_ELEMENTS(pps))
        return NULL;
      pps[pps_count++] = nal;
    }
  }
  if (sps_count != 1 || sps.size_bytes < SPS_BYTES_MIN || pps_count == 0)
    return NULL;
  return h264_avcc_new(&sps, pps, pps_count);
}

bool h264_stream_open(H264Stream *stream, const uint8_t *header, size_t size_bytes) {
  if (header == NULL || size_bytes < 4)
    return false;
  stream->has_start_codes = header[0] == 0;
  stream->avcc = stream->has_start_codes ? avcc_of(header, size_bytes) : g_bytes_new(header, size_bytes);
  if (stream->has_start_codes)
    stream->sized = g_byte_array_new();
  if (stream->avcc == NULL)
    return false;
  size_t avcc_bytes;
  const uint8_t *avcc = g_bytes_get_data(stream->avcc, &avcc_bytes);
  return h264_config_parse(avcc, avcc_bytes, &stream->config);
}

static void append_sized(GByteArray *sized, const H264ParameterSet *nal) {
  const guint32 length = GUINT32_TO_BE((guint32)nal->size_bytes);
  G_STATIC_ASSERT(sizeof length == H264_AVCC_LENGTH_BYTES);
  g_byte_array_append(sized, (const guint8 *)&length, sizeof length);
  g_byte_array_append(sized, nal->nal, (guint)nal->size_bytes);
}

void h264_stream_take(H264Stream *stream, const uint8_t *data, size_t size_bytes) {
  stream->data = data;
  stream->size_bytes = size_bytes;
  if (!stream->has_start_codes)
    return;
  H264ParameterSet nal;
  size_t position = 0;
  g_byte_array_set_size(stream->sized, 0);
  while (next_nal(data, size_bytes, &position, &nal))
    append_sized(stream->sized, &nal);
  stream->data = stream->sized->data;
  stream->size_bytes = stream->sized->len;
}

void h264_stream_clear(H264Stream *stream) {
  g_clear_pointer(&stream->avcc, g_bytes_unref);
  g_clear_pointer(&stream->sized, g_byte_array_unref);
}
