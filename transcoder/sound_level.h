/** A sound brought to its level: what a SoundReader gives, with a gain that may glide once to another, and limited.
 * Sample n out is sample n in. Threads: one thread per level. */
#pragma once

#include "transcoder/sound_reader.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** True peaks before encoding: AAC puts up to about 1 dB on top, more on noise. */
#define SOUND_LEVEL_CEILING_DBTP (-2.5)
/** How fast a gain glides: nobody hears it. */
#define SOUND_LEVEL_GLIDE_DB_PER_S 0.5

typedef struct SoundLevel SoundLevel;

/** `reader` is borrowed and read by the level alone. */
SoundLevel *sound_level_new(SoundReader *reader, int32_t rate_hz, double gain_db);
void sound_level_free(SoundLevel *level);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SoundLevel, sound_level_free)

/** From sample `from` on the gain glides to `gain_db`. To be called once, before any sample within LIMITER_DELAY of
 * `from` is read. */
void sound_level_glide(SoundLevel *level, int64_t from, double gain_db);

/** Fill `count` samples of each channel. The same reads give the same samples. Error: INTERNAL. */
bool sound_level_read(SoundLevel *level, float *const planes[SOUND_CHANNELS], int count, GError **error);
