/** How loud a sound is (EBU R128, ITU-R BS.1770-4) as it is heard in two channels, and what gain makes a lesson of it.
 * Why this way: docs/notes/loudness.md. Threads: one thread per source. */
#pragma once

#include "transcoder/probe.h"
#include "transcoder/source.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define LOUDNESS_TARGET_LUFS (-16.0)
/** What is nearer to the target than this may stay as it is. */
#define LOUDNESS_TOLERANCE_LU 1.0
/** The highest true peak that a copied sound may have. */
#define LOUDNESS_PEAK_DBTP (-1.0)
/** What is quieter is noise, not speech: it is not made louder. */
#define LOUDNESS_SILENCE_LUFS (-50.0)
#define LOUDNESS_GAIN_MAX_DB 20.0
#define LOUDNESS_GAIN_MIN_DB (-30.0)

typedef struct {
  double lufs;      /**< integrated; -HUGE_VAL when all is silent */
  double peak_dbtp; /**< highest true peak, or -HUGE_VAL; 0.0 (full scale) when it was not asked for */
  bool has_sound;   /**< at least one frame could be decoded */
  bool is_damaged;  /**< some packets could not be decoded */
} Loudness;

typedef struct {
  Source *source;         /**< its position is lost */
  const SourceInfo *info; /**< audio_stream is measured */
  int32_t rate_hz;
  int64_t sample_count; /**< of the lesson, at rate_hz */
  bool wants_peak;
  void (*tick)(gpointer user_data); /**< called now and then while it takes long */
  gpointer user_data;
} LoudnessTask;

/** Measure all of it. Errors: UNSUPPORTED, INTERNAL. */
bool loudness_measure(const LoudnessTask *task, Loudness *ret_loudness, GError **error);

/** Measure windows all over the sound, reached by seeking: a fraction of a second. False without an error when the
 * source cannot be sought in. Errors as above. */
bool loudness_estimate(const LoudnessTask *task, Loudness *ret_loudness, GError **error);

/** The gain that brings it to the target, within bounds; 0 for silence. */
double loudness_gain_db(const Loudness *loudness);

/** Whether it can stay as it is. */
bool loudness_is_fit(const Loudness *loudness);
