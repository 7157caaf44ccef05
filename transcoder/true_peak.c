#include "transcoder/true_peak.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define PHASES 4
#define TAPS 12
#define HISTORY (TAPS - 1)
#define BLOCK 64

struct TruePeak {
  float taps[PHASES][TAPS]; /**< phase 0 is the sample itself */
  float reach;              /**< no phase gives more than this times the largest sample in its window */
  float history[SOUND_CHANNELS][HISTORY];
};

static double sinc(double x) {
  return fabs(x) < 1e-9 ? 1.0 : sin(G_PI * x) / (G_PI * x);
}

/** A cosine window over the taps: narrow enough that what is left of the images is below -40 dB up to 20 kHz. */
static double window(double x) {
  return cos(G_PI * x / (TAPS + 1));
}

TruePeak *true_peak_new(void) {
  TruePeak *detector = g_new0(TruePeak, 1);
  for (int phase = 0; phase < PHASES; phase++) {
    double sum = 0, magnitude = 0, taps[TAPS];
    for (int tap = 0; tap < TAPS; tap++) {
      double distance = tap - (TAPS / 2 - 1) - (double)phase / PHASES;
      taps[tap] = sinc(distance) * window(distance);
      sum += taps[tap];
    }
    for (int tap = 0; tap < TAPS; tap++) {
      detector->taps[phase][tap] = (float)(taps[tap] / sum);
      magnitude += fabs(taps[tap] / sum);
    }
    detector->reach = MAX(detector->reach, (float)magnitude);
  }
  return detector;
}

void true_peak_free(TruePeak *detector) {
  g_free(detector);
}

/** Peaks of one channel; `samples` has HISTORY more in front. */
static void oversample(const TruePeak *detector, const float *samples, float *peaks) {
  for (int phase = 1; phase < PHASES; phase++) {
    float sums[BLOCK] = {0};
    for (int tap = 0; tap < TAPS; tap++) {
      float weight = detector->taps[phase][tap];
      for (int i = 0; i < BLOCK; i++)
        sums[i] += weight * samples[i + tap];
    }
    for (int i = 0; i < BLOCK; i++)
      peaks[i] = MAX(peaks[i], fabsf(sums[i]));
  }
}

static void process_channel(TruePeak *detector, int channel, const float *input, int count, float floor,
                            float *peaks) {
  float samples[HISTORY + BLOCK] = {0}, largest = 0;
  memcpy(samples, detector->history[channel], sizeof detector->history[channel]);
  memcpy(samples + HISTORY, input, (size_t)count * sizeof(float));
  for (int i = 0; i < HISTORY + BLOCK; i++)
    largest = MAX(largest, fabsf(samples[i]));
  for (int i = 0; i < BLOCK; i++)
    peaks[i] = MAX(peaks[i], fabsf(samples[i + HISTORY - TRUE_PEAK_DELAY]));
  if (largest * detector->reach >= floor)
    oversample(detector, samples, peaks);
  memcpy(detector->history[channel], samples + count, sizeof detector->history[channel]);
}

void true_peak_process(TruePeak *detector, float *const planes[SOUND_CHANNELS], int count, float floor,
                       float *ret_peaks) {
  for (int done = 0; done < count; done += BLOCK) {
    int part = MIN(BLOCK, count - done);
    float peaks[BLOCK] = {0};
    for (int channel = 0; channel < SOUND_CHANNELS; channel++)
      process_channel(detector, channel, planes[channel] + done, part, floor, peaks);
    memcpy(ret_peaks + done, peaks, (size_t)part * sizeof(float));
  }
}
