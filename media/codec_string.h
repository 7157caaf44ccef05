/** RFC 6381 codec strings from codec configuration records. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The texts are untouched on failure. The record is outside bytes: every length in it is checked.
 * "avc1.64001F" from an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1). False when it is none. */
bool codec_string_from_avcc(const uint8_t *avcc, size_t size_bytes, char ret_text[12]);

/** "mp4a.40.2" from an AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1). False when it is none. */
bool codec_string_from_audio_specific_config(const uint8_t *config, size_t size_bytes, char ret_text[16]);
