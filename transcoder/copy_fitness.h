/** Is the source's own H.264 fit to be the top rung as it is? What must hold, and why, is in docs/notes/copying.md.
 * Runs in a transcoder's child. */
#pragma once

#include "transcoder/copy_plan.h"
#include "transcoder/probe.h"
#include "transcoder/source.h"

/** `ret_found`, an empty plan, is fit with the key frames, or says why not. Reads the tables of MP4 and MOV files and
 * the start of each key frame, other files whole when they are small. Leaves the source at any place. */
void copy_fitness_check(Source *source, const SourceInfo *info, CopyPlan *ret_found);

/** The first frame may be as late as this: it is shown from the lesson's start then. */
#define COPY_LATE_MAX_US (2 * G_TIME_SPAN_SECOND)
/** No longer from key frame to key frame, nor from the last one's group to the end. */
#define COPY_GOP_MAX_US (4 * G_TIME_SPAN_SECOND)
