#include "transcoder/limiter.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define RELEASE_S 0.08
#define BLOCK 256
#define DELAY_SIZE 256 /**< a power of two over LIMITER_DELAY */
#define UNITY (INT64_C(1) << 30)

G_STATIC_ASSERT(DELAY_SIZE > LIMITER_DELAY);

/** Wanted gains wait in a queue whose values rise: its head is the least of the window. */
typedef struct {
  int64_t at;
  int32_t gain;
} Wanted;

/** Gains are whole numbers of 1/UNITY, so that the running sum stays exact for hours. */
struct Limiter {
  TruePeak *detector;
  float ceiling;
  double release; /**< part of the way back to unity that is made in a sample */
  Wanted queue[LIMITER_LOOK_AHEAD];
  int queue_first, queue_count;
  int32_t gain;                       /**< after release, before smoothing */
  int32_t recent[LIMITER_LOOK_AHEAD]; /**< ring: the gains that are averaged */
  int64_t recent_sum;
  int64_t position; /**< samples taken in */
  float delayed[SOUND_CHANNELS][DELAY_SIZE];
};

Limiter *limiter_new(double ceiling_dbtp, int32_t rate_hz) {
  Limiter *limiter = g_new0(Limiter, 1);
  limiter->detector = true_peak_new();
  limiter->ceiling = (float)pow(10.0, ceiling_dbtp / 20.0);
  limiter->release = 1.0 - exp(-1.0 / (RELEASE_S * rate_hz));
  limiter->gain = UNITY;
  limiter->recent_sum = UNITY * LIMITER_LOOK_AHEAD;
  for (int i = 0; i < LIMITER_LOOK_AHEAD; i++)
    limiter->recent[i] = UNITY;
  return limiter;
}

void limiter_free(Limiter *limiter) {
  if (limiter == NULL)
    return;
  true_peak_free(limiter->detector);
  g_free(limiter);
}

/** Put the gain that sample `at` wants into the window and return the least of the window that ends with it. */
static int32_t slide_least(Limiter *limiter, int64_t at, int32_t gain) {
  Wanted *queue = limiter->queue;
  if (limiter->queue_count > 0 && queue[limiter->queue_first].at <= at - LIMITER_LOOK_AHEAD) {
    limiter->queue_first = (limiter->queue_first + 1) % LIMITER_LOOK_AHEAD;
    limiter->queue_count--;
  }
  while (limiter->queue_count > 0 &&
         queue[(limiter->queue_first + limiter->queue_count - 1) % LIMITER_LOOK_AHEAD].gain >= gain)
    limiter->queue_count--;
  queue[(limiter->queue_first + limiter->queue_count++) % LIMITER_LOOK_AHEAD] = (Wanted){at, gain};
  return queue[limiter->queue_first].gain;
}

/** The gain of the sample LIMITER_DELAY before `position`. Each of the averaged gains is at most what that sample
 * wants, for it lies in all their windows: so is their mean. */
static float next_gain(Limiter *limiter, int64_t position, float peak) {
  int32_t wanted = peak > limiter->ceiling ? (int32_t)(limiter->ceiling / peak * (double)UNITY) : (int32_t)UNITY;
  int32_t least = slide_least(limiter, position, wanted);
  int32_t back = limiter->gain + (int32_t)ceil((double)(UNITY - limiter->gain) * limiter->release);
  limiter->gain = MIN(least, back);
  int32_t *oldest = &limiter->recent[position % LIMITER_LOOK_AHEAD];
  limiter->recent_sum += limiter->gain - *oldest;
  *oldest = limiter->gain;
  return (float)((double)limiter->recent_sum / (double)(UNITY * LIMITER_LOOK_AHEAD));
}

static void process_block(Limiter *limiter, float *const planes[SOUND_CHANNELS], int done, int count) {
  float peaks[BLOCK], *from[SOUND_CHANNELS] = {planes[0] + done, planes[1] + done};
  true_peak_process(limiter->detector, from, count, limiter->ceiling, peaks);
  for (int i = 0; i < count; i++) {
    int64_t position = limiter->position++;
    float gain = next_gain(limiter, position, peaks[i]);
    for (int channel = 0; channel < SOUND_CHANNELS; channel++) {
      float *line = limiter->delayed[channel];
      line[position % DELAY_SIZE] = from[channel][i];
      from[channel][i] = line[(position + DELAY_SIZE - LIMITER_DELAY) % DELAY_SIZE] * gain;
    }
  }
}

void limiter_process(Limiter *limiter, float *const planes[SOUND_CHANNELS], int count) {
  for (int done = 0; done < count; done += BLOCK)
    process_block(limiter, planes, done, MIN(BLOCK, count - done));
}
