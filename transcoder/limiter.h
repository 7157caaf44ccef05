/** A limiter with look-ahead: the true peaks (transcoder/true_peak.h) of what goes through stay at or below a ceiling.
 * The gain begins to fall before a peak and comes back slowly after it; sound below the ceiling passes as it is.
 * Threads: one thread per limiter. */
#pragma once

#include "transcoder/true_peak.h"

#define LIMITER_LOOK_AHEAD 240 /**< samples: 5 ms at 48 kHz */
/** What comes out is what went in this many samples before. */
#define LIMITER_DELAY (LIMITER_LOOK_AHEAD - 1 + TRUE_PEAK_DELAY)

typedef struct Limiter Limiter;

Limiter *limiter_new(double ceiling_dbtp, int32_t rate_hz);
void limiter_free(Limiter *limiter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Limiter, limiter_free)

/** Limit `count` samples in place. The first LIMITER_DELAY samples that come out are silence. The same samples give the
 * same result however they are portioned. */
void limiter_process(Limiter *limiter, float *const planes[SOUND_CHANNELS], int count);
