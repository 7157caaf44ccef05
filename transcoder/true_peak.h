/** True peaks (ITU-R BS.1770-4 annex 2): how high the sound goes between its samples too, found by oversampling four
 * times. Threads: one thread per detector. */
#pragma once

#include "transcoder/sound_reader.h"

/** What is told of a sample is known this many samples later. */
#define TRUE_PEAK_DELAY 6

typedef struct TruePeak TruePeak;

TruePeak *true_peak_new(void);
void true_peak_free(TruePeak *detector);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TruePeak, true_peak_free)

/** For each of `count` samples write the peak (1.0: full scale) of the channels from TRUE_PEAK_DELAY samples before to
 * the sample after that one. Where it is surely below `floor`, any smaller value may stand instead: that saves the
 * oversampling. */
void true_peak_process(TruePeak *detector, float *const planes[SOUND_CHANNELS], int count, float floor,
                       float *ret_peaks);
