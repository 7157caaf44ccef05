/** What a source's pictures need before they can be shown anywhere: fields made into frames, high dynamic range and
 * wide colours brought to BT.709, turned upright. Decided once by the probe, kept in the plan; most sources need
 * nothing. docs/notes/inputs.md has the reasons and figures. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum {
  PICTURE_FIELDS_NONE,         /**< progressive, whatever its flags say */
  PICTURE_FIELDS_FLAGGED,      /**< interlaced where a frame's own flag says so */
  PICTURE_FIELDS_TOP_FIRST,    /**< interlaced throughout, though flags say otherwise */
  PICTURE_FIELDS_BOTTOM_FIRST, /**< likewise */
} PictureFields;

typedef enum {
  PICTURE_LIGHT_SDR,
  PICTURE_LIGHT_WIDE, /**< BT.2020 colours without high dynamic range */
  PICTURE_LIGHT_PQ,   /**< SMPTE ST 2084 */
  PICTURE_LIGHT_HLG,  /**< ARIB STD-B67 */
} PictureLight;

typedef struct {
  PictureFields fields;
  PictureLight light;
  int32_t turn_deg; /**< clockwise: 0, 90, 180 or 270 */
  bool is_mirrored; /**< left and right are exchanged, before the turn */
  int32_t width,
      height; /**< of stored samples: a picture whose light is converted is scaled to this; 0: not at all */
} PictureFilterPlan;

bool picture_filter_is_needed(const PictureFilterPlan *plan);

/** Into and out of the plan's "filter" object. `json` NULL gives a plan that needs nothing. */
json_t *picture_filter_plan_pack(const PictureFilterPlan *plan);
bool picture_filter_plan_unpack(json_t *json, PictureFilterPlan *ret_plan, json_error_t *why);

typedef struct PictureFilter PictureFilter;

PictureFilter *picture_filter_new(const PictureFilterPlan *plan);
void picture_filter_free(PictureFilter *filter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PictureFilter, picture_filter_free)

/** Forget what was put in, as after a seek. */
void picture_filter_reset(PictureFilter *filter);

/** Put in the next decoded frame, or the end (NULL). Size and format may change in mid-stream. Error: UNSUPPORTED;
 * further frames may be put in. */
bool picture_filter_push(PictureFilter *filter, const AVFrame *frame, int64_t time_us, GError **error);

/** The next frame that is ready, with its time in `pts` (microseconds); caller frees. NULL when there is none. As many
 * frames come out as went in, each with its own time, up to one frame later. */
AVFrame *picture_filter_pull(PictureFilter *filter);
