/** The source's picture for every tick of the lesson's frame rate: the last frame that starts no later than half a
 * tick after it. What it gives depends on the tick alone, not on where reading began, so spans fit together. Before
 * the first frame the first is given, after the last the last. Threads: one thread per picker. */
#pragma once

#include "media/segment_plan.h"
#include "transcoder/probe.h"
#include "transcoder/source.h"

#include <glib.h>
#include <libavutil/frame.h>

typedef struct FramePicker FramePicker;

/** Begin at tick `first`. `source` is borrowed and used by this picker alone. Errors: DAMAGED, UNSUPPORTED. */
FramePicker *frame_picker_new(Source *source, const SourceInfo *info, Rational frame_rate, int64_t first,
                              GError **error);
void frame_picker_free(FramePicker *picker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FramePicker, frame_picker_free)

/** The picture of `tick`, the picker's until the next call; ticks never go back. Two calls in a row give the very same
 * buffers when the source has no new picture. Size and format may change in mid-stream. */
const AVFrame *frame_picker_pick(FramePicker *picker, int64_t tick);
