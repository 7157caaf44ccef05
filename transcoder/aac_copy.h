/** The source's own AAC frames, laid on the plan's grid of frames: its frame n holds the samples from n * 1024 on. The
 * nearest place is taken, so sound moves by half a frame (11 ms) at most. Places before the first frame and after the
 * last are silent frames. Threads: one thread per copy. */
#pragma once

#include "transcoder/probe.h"
#include "transcoder/source.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct AacCopy AacCopy;

/** Of stream info->audio_stream, from its start. `source` is borrowed and used by this copy alone. Error: ENCODER (of
 * the silent frame). */
AacCopy *aac_copy_new(Source *source, const SourceInfo *info, int32_t rate_hz, GError **error);
void aac_copy_free(AacCopy *copy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AacCopy, aac_copy_free)

/** The frame of the next place; caller unrefs. NULL where frames are missing between others, are out of step with the
 * grid, or are larger than AAC-LC may be: the source cannot be copied (further). */
GBytes *aac_copy_next(AacCopy *copy);

/** Go over the next `place_count` places: true when all can be copied and their frames keep to `bitrate_bps` on
 * average. */
bool aac_copy_check(AacCopy *copy, int64_t place_count, int64_t bitrate_bps);
