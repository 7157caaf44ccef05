#include "transcoder/video_pipeline.h"

#include "transcoder/error.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>

#define QUEUED_PICTURES 3
#define FINISH_TIMEOUT (10 * 60 * GST_SECOND)
#define ERROR_TIMEOUT GST_SECOND

typedef struct {
  VideoPipeline *pipeline;
  size_t rung_index;
} RungSink;

struct VideoPipeline {
  GstElement *element;
  GstAppSrc *input;
  GstBus *bus;
  Rational frame_rate;
  guint64 pushed;
  RungSink sinks[LADDER_RUNGS_MAX];
  VideoPipelineSampleFunc on_sample;
  gpointer user_data;
};

static void describe_encoder(GString *out, const VideoPipelineConfig *config, size_t index) {
  const LadderRung *rung = &config->rungs[index];
  char crf[G_ASCII_DTOSTR_BUF_SIZE];
  g_ascii_formatd(crf, sizeof crf, "%.2f", rung->crf);
  g_string_append_printf(
      out,
      " ! queue max-size-buffers=%d max-size-bytes=0 max-size-time=0"
      " ! x264enc pass=qual speed-preset=%s bitrate=%" G_GINT64_FORMAT
      " vbv-buf-capacity=%d key-int-max=%d threads=1"
      " sliced-threads=false option-string=crf=%s:keyint=%d:min-keyint=%d:scenecut=0:open-gop=0:stitchable=1"
      " ! video/x-h264,profile=high,stream-format=avc,alignment=au"
      " ! appsink name=sink%zu sync=false max-buffers=8",
      QUEUED_PICTURES, config->x264_preset, rung->bitrate_bps / 1000, rung->vbv_ms, config->plan.gop_frames, crf,
      config->plan.gop_frames, config->plan.gop_frames, index);
}

static void describe_scaler(GString *out, const LadderRung *rung, const char *colorimetry) {
  g_string_append_printf(
      out,
      " ! videoconvertscale add-borders=false"
      " ! video/x-raw,format=I420,width=%d,height=%d,pixel-aspect-ratio=1/1,chroma-site=mpeg2%s%s",
      rung->width, rung->height, colorimetry != NULL ? ",colorimetry=" : "",
      colorimetry != NULL ? colorimetry : "");
}

static char *describe(const VideoPipelineConfig *config) {
  g_autoptr(GString) out = g_string_new("appsrc name=input format=time block=true");
  describe_scaler(out, &config->rungs[config->rung_count - 1],
                  config->is_hd ? GST_VIDEO_COLORIMETRY_BT709 : GST_VIDEO_COLORIMETRY_BT601);
  for (size_t index = config->rung_count; index-- > 0;) {
    g_string_append_printf(out, " ! tee name=tee%zu tee%zu.", index, index);
    describe_encoder(out, config, index);
    if (index == 0)
      break;
    g_string_append_printf(out, " tee%zu. ! queue max-size-buffers=%d max-size-bytes=0 max-size-time=0", index,
                           QUEUED_PICTURES);
    describe_scaler(out, &config->rungs[index - 1], NULL);
  }
  return g_string_free(g_steal_pointer(&out), FALSE);
}

/** A sample that cannot be taken ends the pipeline. The error is posted here: what is made of the flow return further
 * up depends on whether more pictures come. */
static GstFlowReturn on_new_sample(GstAppSink *sink, gpointer user_data) {
  RungSink *rung = user_data;
  GstSample *sample = gst_app_sink_pull_sample(sink);
  if (sample == NULL)
    return GST_FLOW_EOS;
  bool ok = rung->pipeline->on_sample(rung->rung_index, sample, rung->pipeline->user_data);
  gst_sample_unref(sample);
  if (ok)
    return GST_FLOW_OK;
  GST_ELEMENT_ERROR(sink, RESOURCE, WRITE, ("an encoded picture was refused"), (NULL));
  return GST_FLOW_ERROR;
}

/** After an error nothing makes room in the input any more: whoever waits there is let go. */
static GstBusSyncReply on_bus_message(GstBus *bus, GstMessage *message, gpointer user_data) {
  VideoPipeline *pipeline = user_data;
  (void)bus;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
    gst_app_src_end_of_stream(pipeline->input);
  return GST_BUS_PASS;
}

static void connect_sinks(VideoPipeline *pipeline, size_t count) {
  for (size_t i = 0; i < count; i++) {
    g_autofree char *name = g_strdup_printf("sink%zu", i);
    GstElement *sink = gst_bin_get_by_name(GST_BIN(pipeline->element), name);
    pipeline->sinks[i] = (RungSink){.pipeline = pipeline, .rung_index = i};
    GstAppSinkCallbacks callbacks = {.new_sample = on_new_sample};
    gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, &pipeline->sinks[i], NULL);
    gst_object_unref(sink);
  }
}

static bool set_gst_error(GError **error, GstMessage *message) {
  g_autoptr(GError) cause = NULL;
  g_autofree char *debug = NULL;
  gst_message_parse_error(message, &cause, &debug);
  g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_ENCODER, "%s (%s)", cause->message, debug);
  return false;
}

/** The error that stopped the pipeline; it may come on the bus a moment after its effects. */
static bool fail_with_bus_error(VideoPipeline *pipeline, GError **error) {
  g_autoptr(GstMessage) message = gst_bus_timed_pop_filtered(pipeline->bus, ERROR_TIMEOUT, GST_MESSAGE_ERROR);
  if (message != NULL)
    return set_gst_error(error, message);
  g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_ENCODER, "the encoder stopped without saying why");
  return false;
}

VideoPipeline *video_pipeline_new(const VideoPipelineConfig *config, GstCaps *input_caps,
                                  VideoPipelineSampleFunc on_sample, gpointer user_data, GError **error) {
  g_autofree char *description = describe(config);
  g_autoptr(GError) cause = NULL;
  GstElement *element = gst_parse_launch(description, &cause);
  if (element == NULL || cause != NULL) {
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_ENCODER, "the pipeline cannot be built: %s",
                cause != NULL ? cause->message : "unknown");
    g_clear_object(&element);
    return NULL;
  }
  g_autoptr(VideoPipeline) pipeline = g_new0(VideoPipeline, 1);
  pipeline->element = element;
  pipeline->bus = gst_element_get_bus(element);
  pipeline->input = GST_APP_SRC(gst_bin_get_by_name(GST_BIN(element), "input"));
  pipeline->frame_rate = config->plan.frame_rate;
  pipeline->on_sample = on_sample;
  pipeline->user_data = user_data;
  gst_app_src_set_caps(pipeline->input, input_caps);
  gst_app_src_set_max_bytes(pipeline->input, 0);
  gst_app_src_set_max_buffers(pipeline->input, QUEUED_PICTURES);
  gst_bus_set_sync_handler(pipeline->bus, on_bus_message, pipeline, NULL);
  connect_sinks(pipeline, config->rung_count);
  if (gst_element_set_state(element, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    fail_with_bus_error(pipeline, error);
    return NULL;
  }
  return g_steal_pointer(&pipeline);
}

void video_pipeline_free(VideoPipeline *pipeline) {
  if (pipeline == NULL)
    return;
  gst_element_set_state(pipeline->element, GST_STATE_NULL);
  gst_clear_object(&pipeline->input);
  gst_clear_object(&pipeline->bus);
  gst_clear_object(&pipeline->element);
  g_free(pipeline);
}

bool video_pipeline_push(VideoPipeline *pipeline, GstBuffer *buffer, GError **error) {
  guint64 per_second = (guint64)pipeline->frame_rate.num, seconds = (guint64)pipeline->frame_rate.den * GST_SECOND;
  guint64 start = gst_util_uint64_scale(pipeline->pushed, seconds, per_second);
  guint64 end = gst_util_uint64_scale(pipeline->pushed + 1, seconds, per_second);
  GST_BUFFER_PTS(buffer) = start;
  GST_BUFFER_DURATION(buffer) = end - start;
  pipeline->pushed++;
  if (gst_app_src_push_buffer(pipeline->input, buffer) == GST_FLOW_OK)
    return true;
  return fail_with_bus_error(pipeline, error);
}

bool video_pipeline_finish(VideoPipeline *pipeline, GError **error) {
  gst_app_src_end_of_stream(pipeline->input);
  g_autoptr(GstMessage) message =
      gst_bus_timed_pop_filtered(pipeline->bus, FINISH_TIMEOUT, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (message == NULL) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_TIMEOUT, "the encoders do not end");
    return false;
  }
  return GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS || set_gst_error(error, message);
}
