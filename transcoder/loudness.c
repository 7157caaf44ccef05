#include "transcoder/loudness.h"

#include "transcoder/error.h"
#include "transcoder/sound_reader.h"
#include "transcoder/true_peak.h"

#include <ebur128.h>
#include <math.h>

#define BLOCK 1024
#define TICK_BLOCKS 256
#define WINDOWS 40
#define WINDOW_US (2 * G_TIME_SPAN_SECOND)

typedef struct {
  const LoudnessTask *task;
  SoundReader *reader;
  ebur128_state *state;
  TruePeak *detector; /**< NULL when no peak is wanted */
  float peak;
} Meter;

static void meter_clear(Meter *meter) {
  sound_reader_free(meter->reader);
  true_peak_free(meter->detector);
  if (meter->state != NULL)
    ebur128_destroy(&meter->state);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Meter, meter_clear)

static bool meter_open(Meter *meter, GError **error) {
  const LoudnessTask *task = meter->task;
  meter->reader = sound_reader_new(task->source, task->info, task->rate_hz, error);
  if (meter->reader == NULL)
    return false;
  meter->state = ebur128_init(SOUND_CHANNELS, (unsigned long)task->rate_hz, EBUR128_MODE_I);
  if (task->wants_peak)
    meter->detector = true_peak_new();
  if (meter->state != NULL)
    return true;
  g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "out of memory");
  return false;
}

/** Measure up to `count` samples from where the reader is. */
static bool meter_add(Meter *meter, int64_t count, GError **error) {
  float left[BLOCK], right[BLOCK], both[BLOCK * SOUND_CHANNELS], peaks[BLOCK], *planes[] = {left, right};
  for (int64_t block = 0; count > 0 && !sound_reader_is_at_end(meter->reader); block++) {
    int part = (int)MIN(count, BLOCK);
    if (!sound_reader_read(meter->reader, planes, part, error))
      return false;
    for (int i = 0; i < part; i++) {
      both[2 * i] = left[i];
      both[2 * i + 1] = right[i];
    }
    ebur128_add_frames_float(meter->state, both, (size_t)part);
    if (meter->detector != NULL) {
      true_peak_process(meter->detector, planes, part, meter->peak, peaks);
      for (int i = 0; i < part; i++)
        meter->peak = MAX(meter->peak, peaks[i]);
    }
    count -= part;
    if (block % TICK_BLOCKS == TICK_BLOCKS - 1 && meter->task->tick != NULL)
      meter->task->tick(meter->task->user_data);
  }
  return true;
}

static Loudness meter_result(const Meter *meter) {
  Loudness loudness = {
      .lufs = -HUGE_VAL,
      .has_sound = sound_reader_has_decoded(meter->reader),
      .is_damaged = sound_reader_is_damaged(meter->reader),
  };
  if (ebur128_loudness_global(meter->state, &loudness.lufs) != EBUR128_SUCCESS || !isfinite(loudness.lufs))
    loudness.lufs = -HUGE_VAL;
  if (meter->detector != NULL)
    loudness.peak_dbtp = meter->peak > 0 ? 20.0 * log10((double)meter->peak) : -HUGE_VAL;
  return loudness;
}

bool loudness_measure(const LoudnessTask *task, Loudness *ret_loudness, GError **error) {
  g_auto(Meter) meter = {.task = task};
  if (!meter_open(&meter, error) || !meter_add(&meter, task->sample_count, error))
    return false;
  *ret_loudness = meter_result(&meter);
  return true;
}

bool loudness_estimate(const LoudnessTask *task, Loudness *ret_loudness, GError **error) {
  g_auto(Meter) meter = {.task = task};
  int64_t duration_us = av_rescale(task->sample_count, G_USEC_PER_SEC, task->rate_hz);
  int64_t window = av_rescale(WINDOW_US, task->rate_hz, G_USEC_PER_SEC);
  if (!meter_open(&meter, error))
    return false;
  for (int64_t i = 0; i < WINDOWS; i++) {
    int64_t start_us = MAX((2 * i + 1) * duration_us / (2 * WINDOWS) - WINDOW_US / 2, 0);
    if (!sound_reader_jump(meter.reader, start_us) || !meter_add(&meter, window, error))
      return false;
  }
  *ret_loudness = meter_result(&meter);
  return true;
}

double loudness_gain_db(const Loudness *loudness) {
  if (!(loudness->lufs >= LOUDNESS_SILENCE_LUFS))
    return 0.0;
  return CLAMP(LOUDNESS_TARGET_LUFS - loudness->lufs, LOUDNESS_GAIN_MIN_DB, LOUDNESS_GAIN_MAX_DB);
}

bool loudness_is_fit(const Loudness *loudness) {
  return fabs(loudness->lufs - LOUDNESS_TARGET_LUFS) <= LOUDNESS_TOLERANCE_LU &&
         loudness->peak_dbtp <= LOUDNESS_PEAK_DBTP && !loudness->is_damaged;
}
