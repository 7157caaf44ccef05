/** AAC-LC, two channels, 1024 samples a frame. The encoder's priming frame is left out, so that its frame n holds the
 * samples from n * 1024 on. Threads: one thread per encoder. */
#pragma once

#include "transcoder/sound_reader.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define AAC_FRAME_SAMPLES 1024

typedef struct AacEncoder AacEncoder;

/** Error: ENCODER. */
AacEncoder *aac_encoder_new(int32_t rate_hz, int64_t bitrate_bps, GError **error);
void aac_encoder_free(AacEncoder *encoder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AacEncoder, aac_encoder_free)

/** Encode AAC_FRAME_SAMPLES samples of each channel (`planes` NULL: the end) and append the frames that are done
 * (GBytes *) to `frames`. Error: ENCODER. */
bool aac_encoder_encode(AacEncoder *encoder, float *const planes[SOUND_CHANNELS], GPtrArray *frames,
                        GError **error);
