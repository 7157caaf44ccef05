/** The span engine: encodes spans in all rungs. Decode once, choose the picture for every tick of the lesson's frame
 * rate, scale in a cascade (each rung from the next larger one), encode each rung on a thread of its own, write
 * one span file per rung. Pictures that show what the one before showed are left out: that one lasts longer.
 *
 * Spans may follow each other in one run: the encoders are kept, and what they still hold of one span comes out while the
 * next is read. So no core waits for an engine that starts or runs dry, and its memory is cleared once. */
#pragma once

#include "transcoder/encode_plan.h"
#include "transcoder/event.h"
#include "transcoder/frame_picker.h"
#include "transcoder/source.h"

#include <glib.h>
#include <stdbool.h>

/** Called on the caller's thread, now and then, with 0 to 1 of the span that is read. */
typedef void (*EncodeProgressFunc)(double progress, gpointer user_data);

/** A span is there in all rungs. `spans`: EventSpan, smallest rung first. Called on the caller's thread. */
typedef void (*SpanMadeFunc)(const GArray *spans, gpointer user_data);

/** Other slides come up: int64_t, microseconds of the lesson; some may be of the span before the one that is read. On
 * the caller's thread. */
typedef void (*SpanSlidesFunc)(const GArray *times_us, gpointer user_data);

/** All of span `index` has been read. Returns which one follows, a later one; negative: none. On the
 * caller's thread. */
typedef int64_t (*SpanNextFunc)(int64_t index, gpointer user_data);

typedef struct {
  const EncodePlan *plan;
  int64_t span_index; /**< the first */
  const char *work_dir;
  int cores; /**< that the run may keep busy, at least 1 */
  SpanMadeFunc made;
  SpanSlidesFunc slides; /**< NULL: nobody asks */
  SpanNextFunc next;     /**< NULL: no other span follows */
  EncodeProgressFunc progress;
  gpointer user_data;
} SpanJob;

/** Writes "TRACK-SPAN.m4s" files into `work_dir`. `source` is used by this call alone. Errors: DAMAGED when no frame
 * can be decoded, UNSUPPORTED, ENCODER, STORAGE; what was `made` before is whole. */
bool span_encode(const SpanJob *job, Source *source, GError **error);
