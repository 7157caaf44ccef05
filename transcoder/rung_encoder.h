/** One rung of a span: pictures in, a span file out. Gathers encoded pictures into segments; a picture lasts until the
 * next one is shown, the last of a segment until the segment ends.
 * Threads: one thread per encoder. */
#pragma once

#include "transcoder/encode_plan.h"
#include "transcoder/event.h"
#include "transcoder/picture_queue.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
  const EncodePlan *plan; /**< borrowed */
  size_t rung_index;
  int64_t span_index;
  const char *work_dir;
  bool is_hd;  /**< as H264EncoderConfig */
  int threads; /**< likewise */
} RungEncoderConfig;

typedef struct RungEncoder RungEncoder;

/** Creates "TRACK-SPAN.m4s". Errors: ENCODER, STORAGE. */
RungEncoder *rung_encoder_new(const RungEncoderConfig *config, GError **error);
void rung_encoder_free(RungEncoder *encoder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RungEncoder, rung_encoder_free)

/** Encode a picture of the rung's size. Ticks grow; the first picture of a segment stands at its start and is a key
 * picture. */
bool rung_encoder_add(RungEncoder *encoder, const Picture *picture, GError **error);

/** Encode what is left and close the file; `ret_span` is the caller's to clear. ENCODER when a segment is missing. */
bool rung_encoder_finish(RungEncoder *encoder, EventSpan *ret_span, GError **error);
