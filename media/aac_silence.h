/** A frame of silence in AAC-LC, stereo, 48 kHz: what lessons' sound is encoded as (ISO/IEC 14496-3 §4.4). Constants. */
#pragma once

#include <stdint.h>

#define AAC_SILENCE_RATE_HZ 48000
#define AAC_SILENCE_FRAME_SAMPLES 1024

/** AudioSpecificConfig: object type 2, rate index 3, 2 channels. */
static const uint8_t aac_silence_config[] = {0x11, 0x90};

/** raw_data_block: a channel pair with a common window of no scale factor bands, and the end. */
static const uint8_t aac_silence_frame[] = {0x21, 0x00, 0x00, 0x00, 0x00, 0x1C};
