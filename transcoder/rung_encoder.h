/** One rung of one or more spans: pictures in, a span file out for each. Gathers encoded pictures into segments; a picture
 * lasts until the next one is shown, the last of a segment until the segment ends. Where one span follows another the
 * encoder goes on: what it still holds of the first comes out while pictures of the second go in.
 * Threads: one thread per encoder. */
#pragma once

#include "transcoder/encode_plan.h"
#include "transcoder/event.h"
#include "transcoder/picture_queue.h"

#include <glib.h>
#include <stdbool.h>

/** A span file is closed. `span` is the callee's to clear. */
typedef void (*RungSpanFunc)(EventSpan *span, gpointer user_data);

typedef struct {
  const EncodePlan *plan; /**< borrowed */
  size_t rung_index;
  int64_t span_index;   /**< the first */
  const char *work_dir; /**< borrowed */
  bool is_hd;           /**< as H264EncoderConfig */
  int threads;          /**< likewise */
  RungSpanFunc on_span; /**< called on the thread of the encoder */
  gpointer user_data;
} RungEncoderConfig;

typedef struct RungEncoder RungEncoder;

/** Creates "TRACK-SPAN.m4s". Errors: ENCODER, STORAGE. */
RungEncoder *rung_encoder_new(const RungEncoderConfig *config, GError **error);
void rung_encoder_free(RungEncoder *encoder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RungEncoder, rung_encoder_free)

/** Encode a picture of the rung's size. Ticks and spans grow; the first picture of a segment stands at its start and is a
 * key picture. Spans that are passed over are not made. */
bool rung_encoder_add(RungEncoder *encoder, const Picture *picture, GError **error);

/** Encode what is left and close the last file. ENCODER when a segment is missing. */
bool rung_encoder_finish(RungEncoder *encoder, GError **error);
