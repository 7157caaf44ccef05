/** The part of the probe that looks at the picture itself: which way up it is, what light its numbers mean, and
 * whether it consists of fields. */
#pragma once

#include "media/ladder.h"
#include "transcoder/picture_filter.h"

#include <libavformat/avformat.h>

/** The turn and mirroring of a stream's display matrix, in quarter turns (other angles are rounded). */
void probe_picture_orientation(const AVStream *stream, PictureFilterPlan *plan);

/** The light that a stream says its numbers mean. */
PictureLight probe_picture_light(const AVCodecParameters *codec);

/** Whether a stream may consist of fields: its header or decoder says so, or cannot say and its size is that of
 * interlaced television. Then frames are worth looking at. */
bool probe_picture_may_have_fields(const AVCodecParameters *codec);

/** How many frames of a sample looked like woven fields, and of which order; `flagged` counts those whose own flag said
 * so. */
typedef struct {
  int64_t top_first, bottom_first, progressive, undetermined, flagged;
} FieldCount;

/** Look at one frame after another of a run of neighbours. `graph_slot` holds the detector between the calls (start
 * with NULL; free it with filter_graph_free()). */
typedef struct FilterGraph FilterGraph;
void field_count_add(FieldCount *count, const AVFrame *frame, FilterGraph **graph_slot);

/** What the sample says. Flags alone decide only when nothing moved. */
PictureFields field_count_decide(const FieldCount *count);
