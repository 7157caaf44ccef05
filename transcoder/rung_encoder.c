#include "transcoder/rung_encoder.h"

#include "media/codec_string.h"
#include "transcoder/cmaf_writer.h"
#include "transcoder/error.h"
#include "transcoder/h264_encoder.h"

struct RungEncoder {
  const LadderRung *rung;
  const SegmentPlan *segments;
  const char *work_dir;
  RungSpanFunc on_span;
  gpointer user_data;
  H264Encoder *h264;
  int64_t last_span; /**< of the pictures put in */
  GQueue coming;     /**< Picture without a frame: how each further span begins whose pictures x264 still holds */
  CmafWriter *writer;
  char codec[16];
  char *file;
  GArray *samples; /**< CmafSample, of the open segment */
  int64_t span_index, first_segment, end_segment;
  int64_t segment; /**< the open one */
  int64_t segment_first_tick, segment_end_tick;
};

static void open_segment(RungEncoder *encoder, int64_t segment) {
  int64_t count;
  encoder->segment = segment;
  segment_plan_segment(encoder->segments, segment, &encoder->segment_first_tick, &count);
  encoder->segment_end_tick = encoder->segment_first_tick + count;
}

static bool open_writer(RungEncoder *encoder, GError **error) {
  gsize size;
  const uint8_t *avcc = g_bytes_get_data(h264_encoder_avcc(encoder->h264), &size);
  char codec[12];
  if (!codec_string_from_avcc(avcc, size, codec)) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_ENCODER,
                        "the encoder's configuration is no avcC");
    return false;
  }
  g_strlcpy(encoder->codec, codec, sizeof encoder->codec);
  g_autofree char *path = g_build_filename(encoder->work_dir, encoder->file, NULL);
  CmafTrackConfig config = {
      .kind = TRACK_KIND_VIDEO,
      .timescale_hz = encoder->segments->timescale_hz,
      .width = encoder->rung->width,
      .height = encoder->rung->height,
      .frame_rate = encoder->segments->frame_rate,
      .bitrate_bps = encoder->rung->bitrate_bps,
      .config = avcc,
      .config_size = size,
  };
  encoder->writer = cmaf_writer_new(path, &config, error);
  return encoder->writer != NULL;
}

static bool open_span(RungEncoder *encoder, int64_t span_index, GError **error) {
  int64_t count;
  g_free(encoder->file);
  encoder->file = g_strdup_printf("%s-%" G_GINT64_FORMAT ".m4s", encoder->rung->name, span_index);
  encoder->span_index = span_index;
  segment_plan_span(encoder->segments, span_index, &encoder->first_segment, &count);
  encoder->end_segment = encoder->first_segment + count;
  open_segment(encoder, encoder->first_segment);
  return open_writer(encoder, error);
}

RungEncoder *rung_encoder_new(const RungEncoderConfig *config, GError **error) {
  g_autoptr(RungEncoder) encoder = g_new0(RungEncoder, 1);
  encoder->rung = &config->plan->rungs[config->rung_index];
  encoder->segments = &config->plan->segments;
  encoder->work_dir = config->work_dir;
  encoder->on_span = config->on_span;
  encoder->user_data = config->user_data;
  encoder->last_span = config->span_index;
  encoder->samples = cmaf_samples_new();
  g_queue_init(&encoder->coming);
  H264EncoderConfig h264 = {.rung = encoder->rung,
                            .frame_rate = encoder->segments->frame_rate,
                            .preset = config->plan->x264_preset,
                            .is_hd = config->is_hd,
                            .threads = config->threads};
  encoder->h264 = h264_encoder_new(&h264, error);
  if (encoder->h264 == NULL || !open_span(encoder, config->span_index, error))
    return NULL;
  return g_steal_pointer(&encoder);
}

void rung_encoder_free(RungEncoder *encoder) {
  if (encoder == NULL)
    return;
  h264_encoder_free(encoder->h264);
  cmaf_writer_free(encoder->writer);
  g_array_unref(encoder->samples);
  g_queue_clear_full(&encoder->coming, g_free);
  g_free(encoder->file);
  g_free(encoder);
}

static gint compare_ticks(gconstpointer a, gconstpointer b) {
  int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
  return (left > right) - (left < right);
}

/** Each picture lasts until the next one in the order of showing. */
static void set_durations(RungEncoder *encoder) {
  GArray *samples = encoder->samples;
  g_autofree int64_t *shown = g_new(int64_t, samples->len + 1);
  for (guint i = 0; i < samples->len; i++)
    shown[i] = g_array_index(samples, CmafSample, i).pts;
  shown[samples->len] = encoder->segment_end_tick * encoder->segments->frame_duration;
  qsort(shown, samples->len, sizeof *shown, compare_ticks);
  for (guint i = 0; i < samples->len; i++) {
    CmafSample *sample = &g_array_index(samples, CmafSample, i);
    const int64_t *here = bsearch(&sample->pts, shown, samples->len, sizeof *shown, compare_ticks);
    sample->duration = here[1] - here[0];
  }
}

static bool close_segment(RungEncoder *encoder, GError **error) {
  const CmafSample *first = (const CmafSample *)(gconstpointer)encoder->samples->data;
  if (encoder->samples->len == 0 || !first->is_sync ||
      first->pts != encoder->segment_first_tick * encoder->segments->frame_duration) {
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_ENCODER,
                "%s: segment %" G_GINT64_FORMAT " does not start on a key frame", encoder->rung->name,
                encoder->segment);
    return false;
  }
  set_durations(encoder);
  return cmaf_writer_write_segment(encoder->writer, encoder->samples, error);
}

static void hand_out_span(RungEncoder *encoder) {
  EventSpan span = {
      .span_index = encoder->span_index,
      .first_segment = encoder->first_segment,
      .file = g_strdup(encoder->file),
      .init = g_bytes_ref(cmaf_writer_init_segment(encoder->writer)),
      .segments = g_array_copy((GArray *)cmaf_writer_segments(encoder->writer)),
  };
  g_strlcpy(span.track, encoder->rung->name, sizeof span.track);
  g_strlcpy(span.codec, encoder->codec, sizeof span.codec);
  encoder->on_span(&span, encoder->user_data);
}

/** With its last segment. */
static bool close_span(RungEncoder *encoder, GError **error) {
  if (!close_segment(encoder, error))
    return false;
  if (encoder->segment + 1 != encoder->end_segment) {
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_ENCODER, "%s: segment %" G_GINT64_FORMAT " has no frames",
                encoder->rung->name, encoder->segment + 1);
    return false;
  }
  if (!cmaf_writer_close(encoder->writer, error))
    return false;
  hand_out_span(encoder);
  g_clear_pointer(&encoder->writer, cmaf_writer_free);
  return true;
}

/** A key frame at `tick` may begin another segment, or another span. */
static bool turn(RungEncoder *encoder, int64_t tick, GError **error) {
  const Picture *coming = g_queue_peek_head(&encoder->coming);
  if (coming != NULL && tick == coming->tick) {
    g_autofree Picture *start = g_queue_pop_head(&encoder->coming);
    return close_span(encoder, error) && open_span(encoder, start->span, error);
  }
  if (tick != encoder->segment_end_tick || encoder->segment + 1 == encoder->end_segment)
    return true;
  if (!close_segment(encoder, error))
    return false;
  open_segment(encoder, encoder->segment + 1);
  return true;
}

static bool take_sample(RungEncoder *encoder, const H264Sample *sample, GError **error) {
  if (sample->size == 0)
    return true;
  if (sample->is_sync && !turn(encoder, sample->tick, error))
    return false;
  if (sample->tick < encoder->segment_first_tick || sample->tick >= encoder->segment_end_tick) {
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_ENCODER,
                "%s: frame %" G_GINT64_FORMAT " came in segment %" G_GINT64_FORMAT, encoder->rung->name,
                sample->tick, encoder->segment);
    return false;
  }
  CmafSample coded = {
      .data = g_bytes_new(sample->data, sample->size),
      .pts = sample->tick * encoder->segments->frame_duration,
      .is_sync = sample->is_sync,
  };
  g_array_append_val(encoder->samples, coded);
  return true;
}

bool rung_encoder_add(RungEncoder *encoder, const Picture *picture, GError **error) {
  if (picture->span != encoder->last_span) {
    Picture *start = g_new(Picture, 1);
    *start = (Picture){.tick = picture->tick, .span = picture->span};
    g_queue_push_tail(&encoder->coming, start);
    encoder->last_span = picture->span;
  }
  H264Sample sample;
  return h264_encoder_encode(encoder->h264, picture->frame, picture->tick, picture->is_key, &sample, error) &&
         take_sample(encoder, &sample, error);
}

bool rung_encoder_finish(RungEncoder *encoder, GError **error) {
  H264Sample sample;
  do {
    if (!h264_encoder_drain(encoder->h264, &sample, error) || !take_sample(encoder, &sample, error))
      return false;
  } while (sample.size > 0);
  return close_span(encoder, error);
}
