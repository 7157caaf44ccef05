/** Encodes a sound of the source in its renditions and hands span files out as they are done. The sound is decoded,
 * resampled and brought to its level once (transcoder/loudness.h), and encoded once for each rendition.
 *
 * A short sound is measured before it is encoded. A long one begins with an estimate; once enough of it is out to be
 * listened to, it is measured whole, and its gain glides to the right one. A sound that is already what it would become
 * is copied in its best rendition, as long as that holds. All this depends on the source alone, so a
 * later attempt writes what the first one would have written. */
#pragma once

#include "transcoder/encode_plan.h"
#include "transcoder/sound_writer.h"
#include "transcoder/source.h"
#include "transcoder/span_encoder.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
  Source *source;
  const EncodePlan *plan;
  size_t sound;       /**< which of the plan's sounds */
  int64_t first_span; /**< spans before it are published: all is encoded (encoders carry state), but not written */
  const char *work_dir;
  AudioSpanFunc on_span; /**< span by span, each in all renditions before the next */
  EncodeProgressFunc progress;
  gpointer user_data;
} AudioTask;

/** Errors: UNSUPPORTED, DAMAGED (a sound beside the main one of which nothing can be decoded), ENCODER, STORAGE,
 * STOPPED, INTERNAL. */
bool audio_encode(const AudioTask *task, GError **error);
