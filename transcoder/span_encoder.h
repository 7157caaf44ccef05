/** Encodes one span in all rungs: decode once, choose the frame for every tick of the lesson's frame rate, scale,
 * encode, write one span file per rung. */
#pragma once

#include "transcoder/encode_plan.h"
#include "transcoder/event.h"
#include "transcoder/source.h"

#include <glib.h>
#include <stdbool.h>

/** Called on the caller's thread, now and then, with 0 to 1. */
typedef void (*EncodeProgressFunc)(double progress, gpointer user_data);

/** Writes "TRACK-SPAN.m4s" files into `work_dir`. `ret_spans`: an array of EventSpan (clear function set), one per
 * rung. Errors: DAMAGED when no frame can be decoded, ENCODER, STORAGE. */
bool span_encode(Source *source, const EncodePlan *plan, int64_t span_index, const char *work_dir,
                 EncodeProgressFunc progress, gpointer user_data, GArray **ret_spans, GError **error);
