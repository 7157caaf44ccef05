/** The copy plan of a lesson: what the probe found of the source's own H.264, and whether its best rung is made by
 * copying it into segments instead of encoding it. Part of the encode plan (encode_plan.h), kept in its JSON.
 *
 * The probe's child says whether the stream is fit (copy_fitness.h) and where its key frames are; the worker then
 * decides by itself, from those, where the lesson is cut and whether the bit rate is under the rung's. */
#pragma once

#include "media/ladder.h"
#include "media/segment_plan.h"

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  bool is_fit;      /**< the stream may be copied, as far as the probe's child can tell */
  char why_not[96]; /**< English, for operators: why it is not copied; empty when it is */
  GArray *keys;     /**< CopyKey, of a fit stream, until the cuts are chosen; owned, may be NULL */
  char track[8];    /**< the copied rung: "c1080"; empty when all are encoded */
  GArray *cuts; /**< int64_t: first frame of each segment. Kept when copying is given up, so that what is encoded
                         already stays right; owned, NULL for the regular grid */
} CopyPlan;

/** A key frame, and the bytes from it to the next. */
typedef struct {
  int64_t tick; /**< of the lesson's frame rate */
  int64_t size_bytes;
} CopyKey;

void copy_plan_clear(CopyPlan *plan);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CopyPlan, copy_plan_clear)

/** Say why the best rung is not copied. */
void copy_plan_refuse(CopyPlan *plan, const char *format, ...) G_GNUC_PRINTF(2, 3);

/** Decide on a copy of what the probe's child found. When the bit rate of the cuts at its key frames is under `rung`'s
 * (on average; half as much again in each segment), `rung` gets the name of a copied track, `segments` is cut there
 * (borrowing the cuts of `ret_plan`, an empty plan), and the plan names the track; else it says why not. */
void copy_plan_decide(const CopyPlan *found, LadderRung *rung, SegmentPlan *segments, CopyPlan *ret_plan);

/** Give up copying: `rung` gets the name that it has when it is encoded. The cuts stay. */
void copy_plan_give_up(CopyPlan *plan, LadderRung *rung, const char *why);

json_t *copy_plan_to_json(const CopyPlan *plan);
/** `ret_plan` is an empty plan. False when it is no copy plan. */
bool copy_plan_from_json(json_t *json, CopyPlan *ret_plan);
