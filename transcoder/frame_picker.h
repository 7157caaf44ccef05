/** The source's picture for every tick of the lesson's frame rate: the last frame that starts no later than half a
 * tick after it. What it gives depends on the tick alone, not on where reading began, so spans fit together. Before
 * the first frame the first is given, after the last the last. Threads: one thread per picker. */
#pragma once

#include "media/segment_plan.h"
#include "transcoder/probe.h"
#include "transcoder/source.h"

#include <glib.h>
#include <gst/gst.h>

typedef struct FramePicker FramePicker;

/** Begin at tick `first`. `source` is borrowed and used by this picker alone. Errors: DAMAGED, UNSUPPORTED. */
FramePicker *frame_picker_new(Source *source, const SourceInfo *info, Rational frame_rate, int64_t first,
                              GError **error);
void frame_picker_free(FramePicker *picker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FramePicker, frame_picker_free)

/** Caps of the pictures; caller unrefs. */
GstCaps *frame_picker_caps(const FramePicker *picker);

/** A new buffer without times for `tick`; ticks never go back. Error: UNSUPPORTED. */
GstBuffer *frame_picker_pick(FramePicker *picker, int64_t tick, GError **error);
