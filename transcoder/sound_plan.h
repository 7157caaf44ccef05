/** What is made of each sound of a source: tracks, jobs, and their words in the plan's JSON. */
#pragma once

#include "transcoder/encode_plan.h"

#include <jansson.h>

#define SOUND_RENDITIONS_MAX 2

/** A rendition of a sound: an AAC-LC track. */
typedef struct {
  char track[16];
  int64_t bitrate_bps;
} SoundRendition;

/** The renditions of sound `sound` (its place in SourceInfo.sounds), the best first; returns how many. The main sound
 * (0) has "a128", and "a64" for listening without pictures; the others have one: "a128-2", "a128-3", ... */
size_t sound_plan_renditions(size_t sound, SoundRendition ret_renditions[SOUND_RENDITIONS_MAX]);

/** Append tracks (CatalogTrack) and jobs (CatalogJobPlan) of all sounds. */
void sound_plan_add_tracks(const EncodePlan *plan, GArray *tracks);
void sound_plan_add_jobs(const EncodePlan *plan, GArray *jobs);

/** The source's sounds as an array for the plan, and back. False when it is none or has too many. */
json_t *sound_plan_pack(const SourceInfo *source);
bool sound_plan_unpack(json_t *json, SourceInfo *ret_source, json_error_t *why);
