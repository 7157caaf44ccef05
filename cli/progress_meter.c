#include "cli/progress_meter.h"

#include <glib.h>

/** Less than this between the first and the last sample tells nothing. */
#define SHORTEST_BASE_US INT64_C(750000)

static const ProgressSample *sample_at(const ProgressMeter *meter, size_t index) {
  return &meter->samples[(meter->first + index) % PROGRESS_METER_SAMPLES];
}

static void drop_first(ProgressMeter *meter) {
  meter->first = (meter->first + 1) % PROGRESS_METER_SAMPLES;
  meter->count--;
}

void progress_meter_add(ProgressMeter *meter, int64_t now_us, double progress) {
  if (meter->count > 0 && progress < sample_at(meter, meter->count - 1)->progress)
    meter->count = 0;
  while (meter->count > 0 && now_us - meter->samples[meter->first].time_us > PROGRESS_METER_WINDOW_US)
    drop_first(meter);
  if (meter->count == PROGRESS_METER_SAMPLES)
    drop_first(meter);
  size_t at = (meter->first + meter->count) % PROGRESS_METER_SAMPLES;
  meter->samples[at] = (ProgressSample){.time_us = now_us, .progress = progress};
  meter->count++;
}

double progress_meter_rate(const ProgressMeter *meter) {
  if (meter->count < 2)
    return 0;
  const ProgressSample *first = sample_at(meter, 0);
  const ProgressSample *last = sample_at(meter, meter->count - 1);
  int64_t elapsed_us = last->time_us - first->time_us;
  if (elapsed_us < SHORTEST_BASE_US)
    return 0;
  return (last->progress - first->progress) * (double)G_USEC_PER_SEC / (double)elapsed_us;
}

double progress_meter_speed(const ProgressMeter *meter, int64_t duration_us) {
  return progress_meter_rate(meter) * (double)duration_us / (double)G_USEC_PER_SEC;
}

int64_t progress_meter_left_us(const ProgressMeter *meter) {
  double rate = progress_meter_rate(meter);
  if (rate <= 0)
    return -1;
  double left_s = (1.0 - sample_at(meter, meter->count - 1)->progress) / rate;
  return left_s > 1e9 ? -1 : (int64_t)(left_s * (double)G_USEC_PER_SEC);
}
