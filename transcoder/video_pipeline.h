/** The GStreamer pipeline of a span: pictures in, H.264 of every rung out. Scaled in a cascade (each rung from the
 * next larger one), one x264 encoder with one thread per rung, constant quality under a VBV cap, closed GOPs of fixed
 * length, so that two spans of a rung can be put together ("stitchable").
 * Threads: made, fed and freed by one thread; samples arrive on the pipeline's own threads, one per rung. */
#pragma once

#include "media/ladder.h"
#include "media/segment_plan.h"

#include <glib.h>
#include <gst/gst.h>
#include <stdbool.h>

typedef struct {
  const LadderRung *rungs; /**< smallest first */
  size_t rung_count;
  SegmentPlan plan;
  const char *x264_preset;
  bool is_hd; /**< BT.709, else BT.601; video range. One choice for all spans and rungs of a lesson: it is in the
                   encoder's headers, which must be equal whatever the source says of its frames here and there */
} VideoPipelineConfig;

/** An encoded frame in decode order; `sample` is borrowed. Return false to stop with an error of the receiver's. */
typedef bool (*VideoPipelineSampleFunc)(size_t rung_index, GstSample *sample, gpointer user_data);

typedef struct VideoPipeline VideoPipeline;

/** `input_caps`: of the pictures that will be pushed. */
VideoPipeline *video_pipeline_new(const VideoPipelineConfig *config, GstCaps *input_caps,
                                  VideoPipelineSampleFunc on_sample, gpointer user_data, GError **error);
void video_pipeline_free(VideoPipeline *pipeline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VideoPipeline, video_pipeline_free)

/** Push the next picture (frame number 0, 1, 2 ... sets its time); takes `buffer` over. Waits while the encoders are
 * behind. Error: ENCODER. */
bool video_pipeline_push(VideoPipeline *pipeline, GstBuffer *buffer, GError **error);

/** End the stream and wait until every encoder has given its last frame. */
bool video_pipeline_finish(VideoPipeline *pipeline, GError **error);
