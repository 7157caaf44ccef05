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

/** Why the best rung is not copied. */
typedef enum {
  COPY_REASON_NONE,       /**< it is */
  COPY_REASON_NO_H264,    /**< no pictures, or another coding */
  COPY_REASON_CONVERTED,  /**< turned, deinterlaced, or in other colours than shown */
  COPY_REASON_SIZE,       /**< another size than the best rung's, or samples that are not square */
  COPY_REASON_PROFILE,    /**< profile, level, bit depth, chroma format or fields that not everything plays */
  COPY_REASON_HEADERS,    /**< parameter sets missing, several, or changing */
  COPY_REASON_FRAME_RATE, /**< too fast, or two frames on one tick */
  COPY_REASON_GOP,        /**< open groups of pictures, or over 4 s */
  COPY_REASON_EDGES,      /**< frames that are not to be shown, before the start or past the end */
  COPY_REASON_DAMAGED,    /**< cut off or damaged */
  COPY_REASON_NO_INDEX,   /**< cannot seek, or too large to be looked at without tables */
  COPY_REASON_BIT_RATE,   /**< over the rung's */
  COPY_REASON_CUTS,       /**< key frames where the lesson cannot be cut */
  COPY_REASON_GIVEN_UP,   /**< was copied, until a span could not be */
} CopyReason;
const char *copy_reason_code(CopyReason reason); /**< "", "gop", ...: as in the plan's JSON */
const char *copy_reason_text(CopyReason reason, bool is_english);

typedef struct {
  bool is_fit;        /**< the stream may be copied, as far as the probe's child can tell */
  CopyReason why_not; /**< why it is not copied */
  GArray *keys;       /**< CopyKey, of a fit stream, until the cuts are chosen; owned, may be NULL */
  char track[8];      /**< the copied rung: "c1080"; empty when all are encoded */
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
void copy_plan_refuse(CopyPlan *plan, CopyReason reason);

/** Decide on a copy of what the probe's child found. When the bit rate of the cuts at its key frames is under `rung`'s
 * (on average; half as much again in each segment), `rung` gets the name of a copied track, `segments` is cut there
 * (borrowing the cuts of `ret_plan`, an empty plan), and the plan names the track; else it says why not. */
void copy_plan_decide(const CopyPlan *found, LadderRung *rung, SegmentPlan *segments, CopyPlan *ret_plan);

/** Give up copying: `rung` gets the name that it has when it is encoded. The cuts stay. */
void copy_plan_give_up(CopyPlan *plan, LadderRung *rung);

json_t *copy_plan_to_json(const CopyPlan *plan);
/** `ret_plan` is an empty plan. False when it is no copy plan. */
bool copy_plan_from_json(json_t *json, CopyPlan *ret_plan);
