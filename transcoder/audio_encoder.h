/** Encodes the whole audio track as AAC-LC and hands span files out as they are done. The encoder's priming frame is
 * left out, so that sample 0 of the lesson is the first of the track. */
#pragma once

#include "transcoder/encode_plan.h"
#include "transcoder/event.h"
#include "transcoder/source.h"
#include "transcoder/span_encoder.h"

#include <glib.h>
#include <stdbool.h>

/** A finished span file; return false to stop. */
typedef bool (*AudioSpanFunc)(const EventSpan *span, gpointer user_data);

/** Encodes from the start (the encoder carries state), but writes only spans from `first_span` on: those before were
 * published by an earlier attempt. Errors: UNSUPPORTED, ENCODER, STORAGE, STOPPED. */
bool audio_encode(Source *source, const EncodePlan *plan, int64_t first_span, const char *work_dir,
                  AudioSpanFunc on_span, EncodeProgressFunc progress, gpointer user_data, GError **error);
