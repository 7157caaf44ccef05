/** ADTS headers (ISO/IEC 14496-3 §1.A.2.2), which AAC has in a transport stream. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADTS_HEADER_BYTES 7
/** A frame with its header must fit into 13 bits. */
#define ADTS_FRAME_BYTES_MAX (8191 - ADTS_HEADER_BYTES)

/** What of an AudioSpecificConfig the header repeats. HE-AAC goes as its AAC-LC core, as everywhere in ADTS. */
typedef struct {
  uint8_t profile; /**< MPEG-4 audio object type less 1: 1 is LC */
  uint8_t rate_index;
  uint8_t channels; /**< channelConfiguration, 1 to 7 */
} AdtsConfig;

/** `config`: an AudioSpecificConfig, outside bytes. False when ADTS cannot say it: object types other than 1 to 4, odd
 * sampling rates, channels described in the stream. */
bool adts_config_parse(const uint8_t *config, size_t size_bytes, AdtsConfig *ret_config);

/** The header of an outside frame, which must be all of `frame`: AAC, one block of raw data. `ret_header_bytes`: with the
 * checksum, if it has one; at most `size_bytes`. */
bool adts_header_read(const uint8_t *frame, size_t size_bytes, AdtsConfig *ret_config, size_t *ret_header_bytes);

/** The header of a frame of `frame_bytes` (at most ADTS_FRAME_BYTES_MAX) bytes. */
void adts_header_write(const AdtsConfig *config, size_t frame_bytes, uint8_t ret_header[ADTS_HEADER_BYTES]);
