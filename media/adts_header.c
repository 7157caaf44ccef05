#include "media/adts_header.h"

/** `count` (at most 8) bits from bit `*position` on; 0 past the end. */
static unsigned take_bits(const uint8_t *data, size_t size_bytes, size_t *position, unsigned count) {
  unsigned value = 0;
  for (unsigned i = 0; i < count; i++, ++*position) {
    unsigned byte = *position / 8 < size_bytes ? data[*position / 8] : 0;
    value = value << 1 | (byte >> (7 - *position % 8) & 1);
  }
  return value;
}

bool adts_config_parse(const uint8_t *config, size_t size_bytes, AdtsConfig *ret_config) {
  enum { TYPE_MAX = 4, TYPE_SBR = 5, TYPE_PS = 29, RATES = 13, CHANNELS_MAX = 7 };
  size_t position = 0;
  unsigned type = take_bits(config, size_bytes, &position, 5);
  unsigned rate_index = take_bits(config, size_bytes, &position, 4);
  if (rate_index >= RATES)
    return false;
  unsigned channels = take_bits(config, size_bytes, &position, 4);
  if (type == TYPE_SBR || type == TYPE_PS) {
    if (take_bits(config, size_bytes, &position, 4) >= RATES)
      return false; /* the rate of the extension */
    type = take_bits(config, size_bytes, &position, 5);
  }
  if (position > size_bytes * 8 || type == 0 || type > TYPE_MAX || channels == 0 || channels > CHANNELS_MAX)
    return false;
  *ret_config = (AdtsConfig){
      .profile = (uint8_t)(type - 1), .rate_index = (uint8_t)rate_index, .channels = (uint8_t)channels};
  return true;
}

bool adts_header_read(const uint8_t *frame, size_t size_bytes, AdtsConfig *ret_config, size_t *ret_header_bytes) {
  enum { CHECKSUM_BYTES = 2 };
  if (size_bytes < ADTS_HEADER_BYTES || frame[0] != 0xFF || (frame[1] & 0xF6) != 0xF0 || (frame[6] & 3) != 0)
    return false;
  size_t length = (size_t)(frame[3] & 3) << 11 | (size_t)frame[4] << 3 | frame[5] >> 5;
  size_t header_bytes = ADTS_HEADER_BYTES + ((frame[1] & 1) == 0 ? CHECKSUM_BYTES : 0);
  if (length != size_bytes || header_bytes > size_bytes)
    return false;
  *ret_config = (AdtsConfig){
      .profile = frame[2] >> 6,
      .rate_index = frame[2] >> 2 & 0xF,
      .channels = (uint8_t)((frame[2] & 1) << 2 | frame[3] >> 6),
  };
  *ret_header_bytes = header_bytes;
  return true;
}

void adts_header_write(const AdtsConfig *config, size_t frame_bytes, uint8_t ret_header[ADTS_HEADER_BYTES]) {
  size_t length = frame_bytes + ADTS_HEADER_BYTES;
  ret_header[0] = 0xFF; /* syncword; MPEG-4, layer 0, no checksum */
  ret_header[1] = 0xF1;
  ret_header[2] = (uint8_t)(config->profile << 6 | config->rate_index << 2 | config->channels >> 2);
  ret_header[3] = (uint8_t)((config->channels & 3) << 6 | length >> 11);
  ret_header[4] = (uint8_t)(length >> 3);
  ret_header[5] = (uint8_t)((length & 7) << 5 | 0x1F); /* buffer fullness 0x7FF: variable rate */
  ret_header[6] = 0xFC;                                /* one block of raw data */
}
