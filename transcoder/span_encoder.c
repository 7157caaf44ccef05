#include "transcoder/span_encoder.h"

#include "media/codec_string.h"
#include "transcoder/cmaf_writer.h"
#include "transcoder/error.h"
#include "transcoder/frame_picker.h"
#include "transcoder/video_pipeline.h"

/** One rung of the span: gathers encoded frames into segments. Belongs to the rung's pipeline thread until the
 * pipeline has ended. */
typedef struct {
  const EncodePlan *plan;
  const LadderRung *rung;
  char *file;
  char *path;
  CmafWriter *writer;
  char codec[16];
  GArray *samples; /**< CmafSample, of the open segment */
  int64_t segment, end_segment;
  int64_t segment_first_frame, segment_frames; /**< of the open segment */
  int64_t span_first_frame;
  GstClockTime base; /**< time stamp of the span's first frame: encoders shift all times by a constant */
  GError *error;
} RungOutput;

typedef struct {
  RungOutput rungs[LADDER_RUNGS_MAX];
  size_t count;
} SpanOutput;

static void rung_open_segment(RungOutput *output, int64_t segment) {
  output->segment = segment;
  segment_plan_segment(&output->plan->segments, segment, &output->segment_first_frame, &output->segment_frames);
}

static void rung_init(RungOutput *output, const EncodePlan *plan, size_t index, int64_t span_index,
                      const char *work_dir) {
  int64_t first, count;
  segment_plan_span(&plan->segments, span_index, &first, &count);
  *output = (RungOutput){.plan = plan, .rung = &plan->rungs[index], .base = GST_CLOCK_TIME_NONE};
  output->file = g_strdup_printf("%s-%" G_GINT64_FORMAT ".m4s", plan->rungs[index].name, span_index);
  output->path = g_build_filename(work_dir, output->file, NULL);
  output->samples = cmaf_samples_new();
  output->end_segment = first + count;
  rung_open_segment(output, first);
  output->span_first_frame = output->segment_first_frame;
}

static void rung_clear(RungOutput *output) {
  g_clear_pointer(&output->writer, cmaf_writer_free);
  g_clear_pointer(&output->samples, g_array_unref);
  g_clear_pointer(&output->file, g_free);
  g_clear_pointer(&output->path, g_free);
  g_clear_error(&output->error);
}

static void span_output_clear(SpanOutput *output) {
  for (size_t i = 0; i < output->count; i++)
    rung_clear(&output->rungs[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SpanOutput, span_output_clear)

/** The writer is made when the encoder has told its configuration. */
static bool rung_open_writer(RungOutput *output, GstCaps *caps, GError **error) {
  const GValue *value = gst_structure_get_value(gst_caps_get_structure(caps, 0), "codec_data");
  GstBuffer *avcc = value != NULL ? gst_value_get_buffer(value) : NULL;
  GstMapInfo map;
  if (avcc == NULL || !gst_buffer_map(avcc, &map, GST_MAP_READ)) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_ENCODER, "the encoder gave no configuration");
    return false;
  }
  char codec[12];
  bool ok = codec_string_from_avcc(map.data, map.size, codec);
  if (ok) {
    g_strlcpy(output->codec, codec, sizeof output->codec);
    CmafTrackConfig config = {
        .kind = TRACK_KIND_VIDEO,
        .timescale_hz = output->plan->segments.timescale_hz,
        .width = output->rung->width,
        .height = output->rung->height,
        .frame_rate = output->plan->segments.frame_rate,
        .bitrate_bps = output->rung->bitrate_bps,
        .config = map.data,
        .config_size = map.size,
    };
    output->writer = cmaf_writer_new(output->path, &config, error);
    ok = output->writer != NULL;
  } else {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_ENCODER,
                        "the encoder's configuration is no avcC");
  }
  gst_buffer_unmap(avcc, &map);
  return ok;
}

/** The lesson's frame number of an encoded buffer. */
static int64_t frame_number(const RungOutput *output, GstClockTime time) {
  Rational rate = output->plan->segments.frame_rate;
  return output->span_first_frame +
         rescale_i64((int64_t)(time - output->base), rate.num, (int64_t)(rate.den * GST_SECOND));
}

static bool rung_add(RungOutput *output, GstSample *sample, GError **error) {
  GstBuffer *buffer = gst_sample_get_buffer(sample);
  if (output->writer == NULL) {
    output->base = GST_BUFFER_PTS(buffer);
    if (!rung_open_writer(output, gst_sample_get_caps(sample), error))
      return false;
  }
  bool is_sync = !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  if (output->segment >= output->end_segment || (output->samples->len == 0 && !is_sync)) {
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_ENCODER,
                "%s: segment %" G_GINT64_FORMAT " does not start on a key frame", output->rung->name,
                output->segment);
    return false;
  }
  gpointer data;
  gsize size;
  gst_buffer_extract_dup(buffer, 0, gst_buffer_get_size(buffer), &data, &size);
  int64_t frame_duration = output->plan->segments.frame_duration;
  CmafSample coded = {
      .data = g_bytes_new_take(data, size),
      .pts = frame_number(output, GST_BUFFER_PTS(buffer)) * frame_duration,
      .duration = frame_duration,
      .is_sync = is_sync,
  };
  g_array_append_val(output->samples, coded);
  if (output->samples->len < output->segment_frames)
    return true;
  if (!cmaf_writer_write_segment(output->writer, output->samples, error))
    return false;
  if (output->segment + 1 < output->end_segment)
    rung_open_segment(output, output->segment + 1);
  else
    output->segment = output->end_segment;
  return true;
}

static bool on_sample(size_t rung_index, GstSample *sample, gpointer user_data) {
  RungOutput *output = &((SpanOutput *)user_data)->rungs[rung_index];
  return output->error == NULL && rung_add(output, sample, &output->error);
}

static bool push_frames(FramePicker *picker, VideoPipeline *pipeline, int64_t first, int64_t count,
                        EncodeProgressFunc progress, gpointer user_data, GError **error) {
  for (int64_t i = 0; i < count; i++) {
    GstBuffer *buffer = frame_picker_pick(picker, first + i, error);
    if (buffer == NULL || !video_pipeline_push(pipeline, buffer, error))
      return false;
    if (i % 8 == 0)
      progress((double)i / (double)count, user_data);
  }
  return video_pipeline_finish(pipeline, error);
}

/** As players guess it when nothing is said: by the size. */
static bool is_hd(const LadderSource *picture) {
  int32_t width, height;
  ladder_display_size(picture, &width, &height);
  return MIN(width, height) >= 720;
}

static bool run_pipeline(Source *source, const EncodePlan *plan, SpanOutput *output, int64_t first, int64_t count,
                         EncodeProgressFunc progress, gpointer user_data, GError **error) {
  g_autoptr(FramePicker) picker = frame_picker_new(source, &plan->source, plan->segments.frame_rate, first, error);
  if (picker == NULL)
    return false;
  VideoPipelineConfig config = {
      .rungs = plan->rungs,
      .rung_count = plan->rung_count,
      .plan = plan->segments,
      .x264_preset = plan->x264_preset,
      .is_hd = is_hd(&plan->source.picture),
  };
  g_autoptr(GstCaps) caps = frame_picker_caps(picker);
  g_autoptr(VideoPipeline) pipeline = video_pipeline_new(&config, caps, on_sample, output, error);
  return pipeline != NULL && push_frames(picker, pipeline, first, count, progress, user_data, error);
}

static bool rung_finish(RungOutput *output, int64_t span_index, int64_t first_segment, EventSpan *ret_span,
                        GError **error) {
  if (output->writer == NULL || output->segment != output->end_segment) {
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_ENCODER,
                "%s: frames are missing in segment %" G_GINT64_FORMAT, output->rung->name, output->segment);
    return false;
  }
  if (!cmaf_writer_close(output->writer, error))
    return false;
  *ret_span = (EventSpan){
      .span_index = span_index,
      .first_segment = first_segment,
      .file = g_strdup(output->file),
      .init = g_bytes_ref(cmaf_writer_init_segment(output->writer)),
      .segments = g_array_copy((GArray *)cmaf_writer_segments(output->writer)),
  };
  g_strlcpy(ret_span->track, output->rung->name, sizeof ret_span->track);
  g_strlcpy(ret_span->codec, output->codec, sizeof ret_span->codec);
  return true;
}

/** An error of a rung's own says more than what the pipeline made of it. */
static bool prefer_rung_error(SpanOutput *output, GError **error) {
  for (size_t i = 0; i < output->count; i++) {
    if (output->rungs[i].error != NULL) {
      g_clear_error(error);
      g_propagate_error(error, g_steal_pointer(&output->rungs[i].error));
      break;
    }
  }
  return false;
}

bool span_encode(Source *source, const EncodePlan *plan, int64_t span_index, const char *work_dir,
                 EncodeProgressFunc progress, gpointer user_data, GArray **ret_spans, GError **error) {
  int64_t first_segment, segment_count, first_frame, count = 0, frames;
  segment_plan_span(&plan->segments, span_index, &first_segment, &segment_count);
  for (int64_t i = 0; i < segment_count; i++) {
    int64_t start;
    segment_plan_segment(&plan->segments, first_segment + i, &start, &frames);
    count += frames;
  }
  segment_plan_segment(&plan->segments, first_segment, &first_frame, &frames);

  g_auto(SpanOutput) output = {.count = plan->rung_count};
  for (size_t i = 0; i < plan->rung_count; i++)
    rung_init(&output.rungs[i], plan, i, span_index, work_dir);
  if (!run_pipeline(source, plan, &output, first_frame, count, progress, user_data, error))
    return prefer_rung_error(&output, error);

  g_autoptr(GArray) spans = event_spans_new();
  for (size_t i = 0; i < plan->rung_count; i++) {
    EventSpan span = {0};
    if (!rung_finish(&output.rungs[i], span_index, first_segment, &span, error))
      return false;
    g_array_append_val(spans, span);
  }
  *ret_spans = g_steal_pointer(&spans);
  return true;
}
