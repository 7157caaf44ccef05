/** Lays AAC frames of one rendition into segments and span files as the plan cuts them, and hands each span file out
 * when it is done. Threads: one thread per writer. */
#pragma once

#include "transcoder/encode_plan.h"
#include "transcoder/event.h"
#include "transcoder/sound_plan.h"

#include <glib.h>
#include <stdbool.h>

/** A finished span file; return false to stop. */
typedef bool (*AudioSpanFunc)(const EventSpan *span, gpointer user_data);

typedef struct {
  const EncodePlan *plan;
  SoundRendition rendition;
  const char *language;
  const char *work_dir;
  int64_t first_span; /**< spans before it were published by an earlier attempt: their frames are only counted */
  AudioSpanFunc on_span;
  gpointer user_data;
} SoundWriterConfig;

typedef struct SoundWriter SoundWriter;

/** `config` is copied, what it points to borrowed. Error: STORAGE. */
SoundWriter *sound_writer_new(const SoundWriterConfig *config, GError **error);
void sound_writer_free(SoundWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SoundWriter, sound_writer_free)

/** Add the next frame (a reference is taken); frames after the plan's last are left out. Errors: STORAGE, STOPPED
 * (on_span said so). */
bool sound_writer_add(SoundWriter *writer, GBytes *frame, GError **error);

/** How many frames of the plan it has. */
int64_t sound_writer_frame_count(const SoundWriter *writer);
