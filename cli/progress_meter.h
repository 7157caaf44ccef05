/** How fast a piece of work goes: progress (0 to 1) over a sliding window of time.
 * Threads: one thread per meter. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROGRESS_METER_WINDOW_US INT64_C(20000000)
#define PROGRESS_METER_SAMPLES 96

typedef struct {
  int64_t time_us;
  double progress;
} ProgressSample;

/** A ring of samples, zeroed to begin with. */
typedef struct {
  ProgressSample samples[PROGRESS_METER_SAMPLES];
  size_t first, count;
} ProgressMeter;

/** Take a sample; those older than the window go. Progress that falls (work is done again) starts anew. */
void progress_meter_add(ProgressMeter *meter, int64_t now_us, double progress);

/** Progress per second over the window; 0 while it cannot be told. */
double progress_meter_rate(const ProgressMeter *meter);

/** Seconds of lesson made per second; 0 while it cannot be told. */
double progress_meter_speed(const ProgressMeter *meter, int64_t duration_us);

/** Time until 1 is reached at this rate; -1 while it cannot be told. */
int64_t progress_meter_left_us(const ProgressMeter *meter);
