/** The segments of a track that is still being made, up to the end of the lesson: what is published as it is, the rest
 * as it is planned. Pure. */
#pragma once

#include "media/rational.h"

#include <glib.h>
#include <stdint.h>

/** Samples of an AAC frame: segments of sound begin at the first frame at or after the cut of the pictures. */
#define PLANNED_TIMELINE_AAC_SAMPLES 1024

typedef struct {
  const int32_t *segment_frames; /**< frames of each segment of the pictures, in order, all above 0 */
  size_t segment_count;
  Rational frame_rate;
} PlannedTimeline;

/** Append to `segments` (array of HlsSegment: the published start of a track) the segments that are still to come, with
 * length_bytes 0. `step`: what durations are whole multiples of, in units of the track's time scale: 1 for pictures,
 * PLANNED_TIMELINE_AAC_SAMPLES for sound. Differences between what was planned and what was published are made up for
 * in the first segment to come, so that they never add up. Nothing is appended when the frame rate is not valid. */
void planned_timeline_extend(const PlannedTimeline *timeline, int32_t timescale_hz, int32_t step, GArray *segments);
