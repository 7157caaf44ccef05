#include "transcoder/h264_packet.h"

#include <string.h>

/** ISO/IEC 14496-10, table 7-1. */
enum { NAL_SLICE = 1, NAL_IDR = 5, NAL_SEI = 6, NAL_SPS = 7, NAL_PPS = 8, NAL_DELIMITER = 9, NAL_FILLER = 12 };

/** A NAL unit inside a packet. */
typedef struct {
  const uint8_t *start; /**< of its size field */
  const uint8_t *bytes;
  size_t size;
  int type;
} Nal;

static size_t read_length(const uint8_t *data, size_t length_bytes) {
  size_t length = 0;
  for (size_t i = 0; i < length_bytes; i++)
    length = length << 8 | data[i];
  return length;
}

/** The NAL unit at `*position`, whose first byte at least is here. */
static bool read_nal(const H264Config *config, const uint8_t *data, size_t size, size_t position, Nal *ret_nal) {
  if (position >= size || size - position <= config->length_bytes)
    return false;
  Nal nal = {.start = data + position, .bytes = data + position + config->length_bytes};
  nal.size = read_length(nal.start, config->length_bytes);
  nal.type = nal.bytes[0] & 0x1F;
  if (nal.size == 0 || (nal.bytes[0] & 0x80) != 0) /* forbidden_zero_bit */
    return false;
  *ret_nal = nal;
  return true;
}

static bool is_equal(const Nal *nal, const H264ParameterSet *set) {
  return nal->size == set->size_bytes && memcmp(nal->bytes, set->nal, nal->size) == 0;
}

static bool is_known(const H264Config *config, const Nal *nal) {
  if (nal->type == NAL_SPS)
    return is_equal(nal, &config->sps);
  for (size_t i = 0; i < config->pps_count; i++)
    if (is_equal(nal, &config->pps[i]))
      return true;
  return false;
}

static bool is_parameter_set(const Nal *nal) {
  return nal->type == NAL_SPS || nal->type == NAL_PPS;
}

bool h264_packet_find_idr(const H264Config *config, const uint8_t *data, size_t size, bool *ret_is_idr) {
  Nal nal;
  for (size_t position = 0; read_nal(config, data, size, position, &nal);
       position += config->length_bytes + nal.size) {
    if (nal.type == NAL_IDR || nal.type == NAL_SLICE) {
      *ret_is_idr = nal.type == NAL_IDR;
      return true;
    }
    size_t left = size - (size_t)(nal.bytes - data);
    if (nal.size > left || (is_parameter_set(&nal) && !is_known(config, &nal)))
      return false;
  }
  return false;
}

GBytes *h264_packet_copy(const H264Config *config, const uint8_t *data, size_t size, bool is_idr) {
  g_autoptr(GByteArray) copy = g_byte_array_sized_new((guint)size);
  bool has_slice = false;
  Nal nal;
  for (size_t position = 0; position < size; position += config->length_bytes + nal.size) {
    if (!read_nal(config, data, size, position, &nal) || nal.size > size - position - config->length_bytes)
      return NULL;
    bool is_slice = nal.type == NAL_SLICE || nal.type == NAL_IDR;
    bool is_extra = nal.type == NAL_SEI || nal.type == NAL_DELIMITER || nal.type == NAL_FILLER;
    if (is_slice && (nal.type == NAL_IDR) != is_idr)
      return NULL;
    has_slice = has_slice || is_slice;
    if (is_slice || is_extra)
      g_byte_array_append(copy, nal.start, (guint)(config->length_bytes + nal.size));
    else if (!is_parameter_set(&nal) || !is_known(config, &nal))
      return NULL;
  }
  return has_slice ? g_byte_array_free_to_bytes(g_steal_pointer(&copy)) : NULL;
}

size_t h264_find_start_code(const uint8_t *data, size_t size, size_t position) {
  for (; position + H264_START_CODE_BYTES <= size; position++)
    if (data[position] == 0 && data[position + 1] == 0 && data[position + 2] == 1)
      return position;
  return size;
}

bool h264_packet_is_reference(const uint8_t *data, size_t size, size_t length_bytes) {
  for (size_t position = 0; position + length_bytes < size;) {
    size_t nal = length_bytes == 0 ? h264_find_start_code(data, size, position) + H264_START_CODE_BYTES
                                   : position + length_bytes;
    int type = nal < size ? data[nal] & 0x1F : 0;
    if (type == NAL_SLICE || type == NAL_IDR)
      return (data[nal] & 0x60) != 0;
    position = nal + read_length(data + position, length_bytes);
  }
  return true;
}
