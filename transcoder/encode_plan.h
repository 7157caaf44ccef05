/** The encode plan of an asset: what the probe found and how it will be encoded. Made once, kept as JSON in the
 * catalog, read by every later job of the asset, so that a change of settings never cuts a lesson two ways. */
#pragma once

#include "base/settings.h"
#include "catalog/job.h"
#include "media/segment_plan.h"
#include "transcoder/copy_plan.h"
#include "transcoder/probe.h"

/** Owns what its copy plan holds; a struct copied from it borrows that. */
typedef struct {
  SourceInfo source;
  SegmentPlan segments; /**< its cuts are those of `copy` */
  CopyPlan copy;
  LadderRung rungs[LADDER_RUNGS_MAX]; /**< smallest first; none for an audio-only source */
  size_t rung_count;
  char x264_preset[16];
} EncodePlan;
void encode_plan_clear(EncodePlan *plan);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(EncodePlan, encode_plan_clear)

/** Everything is encoded, until encode_plan_use_copy(). False with BAD_PICTURE when no rung fits. */
bool encode_plan_make(const SourceInfo *source, const Settings *settings, EncodePlan *ret_plan, GError **error);

/** Copy the best rung when what the probe's child found of the source lets it (copy_plan.h). */
void encode_plan_use_copy(EncodePlan *plan, const CopyPlan *found);
/** Encode the copied rung too from now on, under another name; segments stay as they are. */
void encode_plan_give_up_copy(EncodePlan *plan);
/** The rung that is copied, or rung_count when there is none. */
size_t encode_plan_copied_rung(const EncodePlan *plan);

/** JSON text; caller frees. */
char *encode_plan_to_json(const EncodePlan *plan);
bool encode_plan_from_json(const char *json, EncodePlan *ret_plan, GError **error);

/** The same plan with `count` rungs only, from `first` on. Borrows from `plan`: not to be cleared. */
EncodePlan encode_plan_part(const EncodePlan *plan, size_t first, size_t count);

/** Tracks (CatalogTrack) and jobs (CatalogJobPlan) for the catalog. */
GArray *encode_plan_tracks(const EncodePlan *plan);
GArray *encode_plan_jobs(const EncodePlan *plan);
/** How many frames each segment of the pictures has: array of int32_t, empty for an audio-only source. */
GArray *encode_plan_segment_frames(const EncodePlan *plan);
