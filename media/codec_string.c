#include "media/codec_string.h"

#include <glib.h>

/* Skips `count` length-prefixed NAL units of one type; false when they do not fit or are of another type. */
static bool skip_parameter_sets(const uint8_t *avcc, size_t size_bytes, size_t count, uint8_t nal_type,
                                size_t *position) {
  for (size_t i = 0; i < count; i++) {
    if (size_bytes - *position < 2)
      return false;
    size_t length_bytes = (size_t)avcc[*position] << 8 | avcc[*position + 1];
    *position += 2;
    if (length_bytes == 0 || size_bytes - *position < length_bytes || (avcc[*position] & 0x1F) != nal_type)
      return false;
    *position += length_bytes;
  }
  return true;
}

bool codec_string_from_avcc(const uint8_t *avcc, size_t size_bytes, char ret_text[12]) {
  enum { NAL_SPS = 7, NAL_PPS = 8 };
  if (avcc == NULL || size_bytes < 7 || avcc[0] != 1) /* configurationVersion */
    return false;
  size_t sps_count = avcc[5] & 0x1F;
  size_t position = 6;
  if (sps_count == 0 || !skip_parameter_sets(avcc, size_bytes, sps_count, NAL_SPS, &position))
    return false;
  if (position >= size_bytes)
    return false;
  size_t pps_count = avcc[position++];
  if (!skip_parameter_sets(avcc, size_bytes, pps_count, NAL_PPS, &position))
    return false;
  /* AVCProfileIndication, profile_compatibility, AVCLevelIndication */
  g_snprintf(ret_text, 12, "avc1.%02X%02X%02X", avcc[1], avcc[2], avcc[3]);
  return true;
}

typedef struct {
  const uint8_t *bytes;
  size_t size_bits;
  size_t position_bits;
  bool is_short; /* more was asked for than there is */
} BitReader;

static uint32_t read_bits(BitReader *reader, unsigned count) {
  uint32_t value = 0;
  if (reader->size_bits - reader->position_bits < count) {
    reader->is_short = true;
    return 0;
  }
  for (unsigned i = 0; i < count; i++, reader->position_bits++)
    value = value << 1 | (reader->bytes[reader->position_bits / 8] >> (7 - reader->position_bits % 8) & 1);
  return value;
}

/* GetAudioObjectType(), §1.6.2.1 */
static uint32_t read_object_type(BitReader *reader) {
  uint32_t type = read_bits(reader, 5);
  return type == 31 ? 32 + read_bits(reader, 6) : type;
}

/* samplingFrequencyIndex with its escape; false for a reserved one. */
static bool read_sampling_rate(BitReader *reader) {
  uint32_t index = read_bits(reader, 4);
  if (index == 15)
    return read_bits(reader, 24) != 0;
  return index < 13;
}

bool codec_string_from_audio_specific_config(const uint8_t *config, size_t size_bytes, char ret_text[16]) {
  enum { OBJECT_TYPE_NULL = 0, OBJECT_TYPE_SBR = 5, OBJECT_TYPE_PS = 29 };
  if (config == NULL || size_bytes < 2)
    return false;
  BitReader reader = {config, MIN(size_bytes, 64) * 8, 0, false};
  uint32_t type = read_object_type(&reader);
  bool is_rate_valid = read_sampling_rate(&reader);
  uint32_t channels = read_bits(&reader, 4);
  if (type == OBJECT_TYPE_SBR || type == OBJECT_TYPE_PS)
    is_rate_valid = read_sampling_rate(&reader) && read_object_type(&reader) != OBJECT_TYPE_NULL && is_rate_valid;
  bool are_channels_valid = channels < 8 || (channels > 10 && channels < 15);
  if (type == OBJECT_TYPE_NULL || !is_rate_valid || !are_channels_valid || reader.is_short)
    return false;
  g_snprintf(ret_text, 16, "mp4a.40.%u", type);
  return true;
}
