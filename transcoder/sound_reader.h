/** The sound of a source as one gapless run of samples on the lesson's clock: 48 kHz stereo, planar float. Gaps in
 * the source's time stamps become silence, overlaps are cut, clocks that run fast or slow are followed
 * without a step, and the end is filled with silence up to the wanted
 * length. Samples are finite numbers. Threads: one thread per reader. */
#pragma once

#include "transcoder/probe.h"
#include "transcoder/source.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define SOUND_CHANNELS 2

typedef struct SoundReader SoundReader;

/** `source` is borrowed and used by this reader alone. Errors: UNSUPPORTED, DAMAGED. */
SoundReader *sound_reader_new(Source *source, const SourceInfo *info, int32_t rate_hz, GError **error);
void sound_reader_free(SoundReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SoundReader, sound_reader_free)

/** Fill `count` samples of each channel; silence once the source has ended. False with INTERNAL when the resampler
 * fails. */
bool sound_reader_read(SoundReader *reader, float *const planes[SOUND_CHANNELS], int count, GError **error);

/** Go on with the samples about `time_us`, wherever the container's index leads. False when it cannot. */
bool sound_reader_jump(SoundReader *reader, int64_t time_us);

/** Whether any frame has been decoded, and whether any packet could not be. */
bool sound_reader_has_decoded(const SoundReader *reader);
bool sound_reader_is_damaged(const SoundReader *reader);

/** True when the source has no more samples. */
bool sound_reader_is_at_end(const SoundReader *reader);
