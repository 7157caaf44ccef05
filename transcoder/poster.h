/** The poster of an asset: the best of several frames (not black, not blurred, not empty), the attached picture of a
 * sound file, or its waveform. Written as JPEG. */
#pragma once

#include "transcoder/encode_plan.h"
#include "transcoder/source.h"

#include <glib.h>
#include <stdbool.h>

/** Writes the file `path`. `fd` is the source. Errors: DAMAGED, ENCODER, STORAGE. */
bool poster_make(Source *source, const EncodePlan *plan, const char *path, GError **error);
