/** The span engine: encodes one span in all rungs. Decode once, choose the picture for every tick of the lesson's frame
 * rate, scale in a cascade (each rung from the next larger one), encode each rung on a thread of its own, write
 * one span file per rung. Pictures that show what the one before showed are left out: that one lasts longer. */
#pragma once

#include "transcoder/encode_plan.h"
#include "transcoder/event.h"
#include "transcoder/frame_picker.h"
#include "transcoder/source.h"

#include <glib.h>
#include <stdbool.h>

/** Called on the caller's thread, now and then, with 0 to 1. */
typedef void (*EncodeProgressFunc)(double progress, gpointer user_data);

typedef struct {
  const EncodePlan *plan;
  int64_t span_index;
  const char *work_dir;
  int cores;      /**< that this span may keep busy, at least 1 */
  GArray *slides; /**< int64_t: where other slides come up is added, microseconds of the lesson; may be NULL */
  EncodeProgressFunc progress;
  gpointer user_data;
} SpanJob;

/** Writes "TRACK-SPAN.m4s" files into `work_dir`. `ret_spans`: an array of EventSpan (clear function set), one per
 * rung. Errors: DAMAGED when no frame can be decoded, UNSUPPORTED, ENCODER, STORAGE. */
bool span_encode(const SpanJob *job, Source *source, GArray **ret_spans, GError **error);

/** The same with pictures from `picker`, which has not gone past the span's first tick: for several spans one after the
 * other from one pass over the source. */
bool span_encode_picked(const SpanJob *job, FramePicker *picker, GArray **ret_spans, GError **error);
