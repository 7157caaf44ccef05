/** The part of the probe that measures: where the tracks of a source begin and end, and how its time stamps are to be
 * taken. Runs in a transcoder's child. */
#pragma once

#include "transcoder/probe.h"
#include "transcoder/source.h"

#include <glib.h>
#include <stdbool.h>

/** Sets timing, start and durations of `info`, whose streams are chosen; has_video and has_audio become false for a track
 * without packets. `source` reads with that timing from now on. Error: DAMAGED when no track has any. */
bool probe_timing(Source *source, SourceInfo *info, GError **error);
