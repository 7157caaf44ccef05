/** Decode times for frames that are stored in decode order, chosen so that a closed run of frames keeps its decode
 * times inside its own presentation interval: no negative composition offset, no edit list, and the run's first
 * decode time is its first presentation time.
 *
 * A frame's decode time is the smallest presentation time among itself and all later frames of the run; frames that
 * share one are spread over the frame before it. Every reader then agrees on the presentation times: demuxers
 * that shift tracks with negative offsets (libavformat), MSE (which ignores edit lists) and Apple's.
 * docs/notes/b-frames.md has the measurements behind this.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** `pts`: presentation times in decode order, all different, pts[0] the smallest, whole multiples of
 * `frame_duration`, which is large enough to be divided (512 units, say). Writes `ret_dts[count]`: strictly increasing,
 * ret_dts[i] <= pts[i], ret_dts[0] == pts[0].
 * False (nothing written) when pts[0] is not the smallest or a time is there twice. */
bool decode_time_assign(const int64_t *pts, size_t count, int64_t frame_duration, int64_t *ret_dts);
