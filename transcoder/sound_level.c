#include "transcoder/sound_level.h"

#include "transcoder/limiter.h"

#include <math.h>

/** Within so many samples a gliding gain is a straight line. */
#define STEP 64

struct SoundLevel {
  SoundReader *reader;
  Limiter *limiter;
  int32_t rate_hz;
  double first_db, last_db;
  int64_t glide_from;
  int64_t position; /**< samples read */
};

SoundLevel *sound_level_new(SoundReader *reader, int32_t rate_hz, double gain_db) {
  SoundLevel *level = g_new0(SoundLevel, 1);
  level->reader = reader;
  level->limiter = limiter_new(SOUND_LEVEL_CEILING_DBTP, rate_hz);
  level->rate_hz = rate_hz;
  level->first_db = level->last_db = gain_db;
  level->glide_from = INT64_MAX;
  return level;
}

void sound_level_free(SoundLevel *level) {
  if (level == NULL)
    return;
  limiter_free(level->limiter);
  g_free(level);
}

void sound_level_glide(SoundLevel *level, int64_t from, double gain_db) {
  level->glide_from = from;
  level->last_db = gain_db;
}

/** The gain of a sample, as a factor. */
static double gain_at(const SoundLevel *level, int64_t position) {
  double way_db = 0, whole_db = level->last_db - level->first_db;
  if (position > level->glide_from)
    way_db = (double)(position - level->glide_from) / level->rate_hz * SOUND_LEVEL_GLIDE_DB_PER_S;
  return pow(10.0, (level->first_db + copysign(MIN(way_db, fabs(whole_db)), whole_db)) / 20.0);
}

static void amplify(SoundLevel *level, float *const planes[SOUND_CHANNELS], int count) {
  for (int done = 0; done < count; done += STEP) {
    int part = MIN(STEP, count - done);
    double gain = gain_at(level, level->position), end = gain_at(level, level->position + part);
    for (int channel = 0; channel < SOUND_CHANNELS; channel++) {
      for (int i = 0; i < part; i++)
        planes[channel][done + i] *= (float)(gain + (end - gain) * i / part);
    }
    level->position += part;
  }
}

static bool read_limited(SoundLevel *level, float *const planes[SOUND_CHANNELS], int count, GError **error) {
  if (!sound_reader_read(level->reader, planes, count, error))
    return false;
  amplify(level, planes, count);
  limiter_process(level->limiter, planes, count);
  return true;
}

bool sound_level_read(SoundLevel *level, float *const planes[SOUND_CHANNELS], int count, GError **error) {
  if (level->position == 0) {
    float left[LIMITER_DELAY], right[LIMITER_DELAY], *ahead[SOUND_CHANNELS] = {left, right};
    if (!read_limited(level, ahead, LIMITER_DELAY, error))
      return false;
  }
  return read_limited(level, planes, count, error);
}
