/** Copies one span of the top rung from the source's own H.264 (a lesson with a copied rung, copy_plan.h): packets
 * from key frame to key frame, their times brought to the ticks of the lesson's frame rate, no picture decoded.
 * Frames are those that the encoded rungs show at the same ticks. */
#pragma once

#include "transcoder/encode_plan.h"
#include "transcoder/event.h"
#include "transcoder/source.h"

#include <glib.h>
#include <stdbool.h>

/** Writes "TRACK-SPAN.m4s" into `work_dir`. `rung`: index of the copied rung in the plan. Errors: STORAGE, and
 * NOT_COPYABLE when the source is not what the probe took it for: then nothing of it can be copied. */
bool span_copy(Source *source, const EncodePlan *plan, size_t rung, int64_t span_index, const char *work_dir,
               EventSpan *ret_span, GError **error);
