/** The encode plan of an asset: what the probe found and how it will be encoded. Made once, kept as JSON in the
 * catalog, read by every later job of the asset, so that a change of settings never cuts a lesson two ways. */
#pragma once

#include "base/settings.h"
#include "catalog/job.h"
#include "media/segment_plan.h"
#include "transcoder/probe.h"

typedef struct {
  SourceInfo source;
  SegmentPlan segments;
  LadderRung rungs[LADDER_RUNGS_MAX]; /**< smallest first; none for an audio-only source */
  size_t rung_count;
  char x264_preset[16];
} EncodePlan;

/** False with BAD_PICTURE when no rung fits. */
bool encode_plan_make(const SourceInfo *source, const Settings *settings, EncodePlan *ret_plan, GError **error);

/** JSON text; caller frees. */
char *encode_plan_to_json(const EncodePlan *plan);
bool encode_plan_from_json(const char *json, EncodePlan *ret_plan, GError **error);

/** The same plan with `count` rungs only, from `first` on. */
EncodePlan encode_plan_part(const EncodePlan *plan, size_t first, size_t count);

#define ENCODE_PLAN_AUDIO_TRACK "a128"

/** Tracks (CatalogTrack) and jobs (CatalogJobPlan) for the catalog. */
GArray *encode_plan_tracks(const EncodePlan *plan);
GArray *encode_plan_jobs(const EncodePlan *plan);
/** How many frames each segment of the pictures has: array of int32_t, empty for an audio-only source. */
GArray *encode_plan_segment_frames(const EncodePlan *plan);
