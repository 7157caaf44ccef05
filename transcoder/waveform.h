/** A waveform as the poster of an audio-only lesson. */
#pragma once

#include "transcoder/probe.h"
#include "transcoder/source.h"

#include <glib.h>
#include <stdbool.h>

#define WAVEFORM_BARS 72

/** Loudness of WAVEFORM_BARS equal parts of the sound (0 to 1, the loudest is 1), of its first ten minutes at most. */
bool waveform_measure(Source *source, const SourceInfo *info, float *ret_peaks, GError **error);

/** Draw 1280x720: warm paper, bars in the kapok flower's red. */
bool waveform_write_jpeg(const float *peaks, const char *path, GError **error);
