#include "transcoder/span_copier.h"

#include "media/codec_string.h"
#include "transcoder/cmaf_writer.h"
#include "transcoder/error.h"
#include "transcoder/h264_packet.h"
#include "transcoder/h264_stream.h"
#include "transcoder/packet_skim.h"

#include <stdlib.h>

typedef struct {
  Source *source;
  const EncodePlan *plan;
  AVStream *stream;
  AVPacket *packet;
  bool is_idr;     /**< the packet */
  bool is_damaged; /**< reading ended with an error */
  H264Stream h264;
  CmafWriter *writer;
  char codec[12];
  GArray *samples;                       /**< CmafSample, of the open segment; pts are ticks until it is closed */
  int64_t first_segment, end_segment;    /**< of the span */
  int64_t segment, start_tick, end_tick; /**< the open segment */
} Copier;

static void copier_clear(Copier *copier) {
  av_packet_free(&copier->packet);
  g_clear_pointer(&copier->writer, cmaf_writer_free);
  g_clear_pointer(&copier->samples, g_array_unref);
  h264_stream_clear(&copier->h264);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Copier, copier_clear)

static bool refuse(const Copier *copier, const char *why, GError **error) {
  g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_NOT_COPYABLE,
              "segment %" G_GINT64_FORMAT " cannot be copied: %s", copier->segment, why);
  return false;
}

static void open_segment(Copier *copier, int64_t segment) {
  int64_t count;
  copier->segment = segment;
  segment_plan_segment(&copier->plan->segments, segment, &copier->start_tick, &count);
  copier->end_tick = copier->start_tick + count;
}

static bool open_writer(Copier *copier, const LadderRung *rung, const char *path, GError **error) {
  const AVCodecParameters *codec = copier->stream->codecpar;
  if (!h264_stream_open(&copier->h264, codec->extradata, (size_t)MAX(codec->extradata_size, 0)))
    return refuse(copier, "the configuration is damaged", error);
  size_t size;
  const uint8_t *avcc = g_bytes_get_data(copier->h264.avcc, &size);
  if (!codec_string_from_avcc(avcc, size, copier->codec))
    return refuse(copier, "the configuration is damaged", error);
  CmafTrackConfig config = {
      .kind = TRACK_KIND_VIDEO,
      .timescale_hz = copier->plan->segments.timescale_hz,
      .width = rung->width,
      .height = rung->height,
      .frame_rate = copier->plan->segments.frame_rate,
      .bitrate_bps = rung->bitrate_bps,
      .config = avcc,
      .config_size = size,
  };
  copier->writer = cmaf_writer_new(path, &config, error);
  return copier->writer != NULL;
}

static int compare_samples(gconstpointer a, gconstpointer b) {
  int64_t left = (*(CmafSample *const *)a)->pts, right = (*(CmafSample *const *)b)->pts;
  return (left > right) - (left < right);
}

/** Each frame stands until the next one that is shown; ticks become times. */
static bool set_times(Copier *copier, GError **error) {
  int64_t frame_duration = copier->plan->segments.frame_duration;
  g_autoptr(GPtrArray) shown = g_ptr_array_new();
  for (guint i = 0; i < copier->samples->len; i++)
    g_ptr_array_add(shown, &g_array_index(copier->samples, CmafSample, i));
  g_ptr_array_sort(shown, compare_samples);
  for (guint i = 0; i < shown->len; i++) {
    CmafSample *sample = shown->pdata[i];
    int64_t next = i + 1 < shown->len ? ((CmafSample *)shown->pdata[i + 1])->pts : copier->end_tick;
    if (next <= sample->pts)
      return refuse(copier, "two frames at one time", error);
    sample->duration = (next - sample->pts) * frame_duration;
  }
  for (guint i = 0; i < shown->len; i++)
    ((CmafSample *)shown->pdata[i])->pts *= frame_duration;
  return true;
}

static bool close_segment(Copier *copier, GError **error) {
  if (copier->samples->len == 0)
    return refuse(copier, "its frames are missing", error);
  return set_times(copier, error) && cmaf_writer_write_segment(copier->writer, copier->samples, error);
}

/** The tick of the packet at hand; the first frame of a lesson is shown from its start. */
static int64_t packet_tick(const Copier *copier) {
  int64_t time_us = av_rescale_q(copier->packet->pts, copier->stream->time_base, AV_TIME_BASE_Q);
  return segment_plan_tick_at(copier->plan->segments.frame_rate, time_us - copier->plan->source.start_us);
}

static bool add_packet(Copier *copier, int64_t tick, GError **error) {
  if (tick < copier->start_tick || tick >= copier->end_tick)
    return refuse(copier, "a group of pictures is not closed", error);
  CmafSample sample = {
      .data = h264_packet_copy(&copier->h264.config, copier->h264.data, copier->h264.size_bytes, copier->is_idr),
      .pts = tick,
      .is_sync = copier->is_idr,
  };
  if (sample.data == NULL)
    return refuse(copier, "a packet is damaged, or other than the first ones", error);
  g_array_append_val(copier->samples, sample);
  return true;
}

/** The next packet becomes the one at hand; a damaged one is no IDR. Damage is not passed over: what follows it would
 * be copied without what it builds on. */
static bool read_packet(Copier *copier) {
  AVPacket *packet = copier->packet;
  do {
    av_packet_unref(packet);
    int result = av_read_frame(source_format(copier->source), packet);
    copier->is_damaged = result < 0 && result != AVERROR_EOF;
    if (result < 0)
      return false;
  } while (packet->stream_index != copier->stream->index);
  H264Stream *h264 = &copier->h264;
  h264_stream_take(h264, packet->data, (size_t)packet->size);
  bool is_known = h264_packet_find_idr(&h264->config, h264->data, h264->size_bytes, &copier->is_idr);
  copier->is_idr = is_known && copier->is_idr;
  return true;
}

static bool seek(Copier *copier, int64_t time_us) {
  int64_t target = av_rescale_q(time_us + copier->plan->source.start_us, AV_TIME_BASE_Q, copier->stream->time_base);
  if (time_us <= 0)
    return source_rewind(copier->source, copier->stream->index);
  return avformat_seek_file(source_format(copier->source), copier->stream->index, INT64_MIN, target, target, 0) >=
         0;
}

/** The key frame that the span begins with becomes the packet at hand. */
static bool find_start(Copier *copier, GError **error) {
  static const int64_t steps_back_us[] = {0, 2 * G_TIME_SPAN_SECOND, 12 * G_TIME_SPAN_SECOND, INT64_MAX};
  int64_t start_us = segment_plan_latest_start_us(copier->plan->segments.frame_rate, copier->start_tick);
  bool from_start = copier->start_tick == 0;
  for (size_t i = 0; i < G_N_ELEMENTS(steps_back_us); i++) {
    from_start = from_start || steps_back_us[i] >= start_us;
    if (!seek(copier, from_start ? 0 : start_us - steps_back_us[i]))
      continue;
    while (read_packet(copier) && copier->packet->pts != AV_NOPTS_VALUE) {
      int64_t tick = packet_tick(copier);
      if (copier->is_idr && (tick == copier->start_tick || copier->start_tick == 0))
        return true;
      if (copier->is_idr && tick > copier->start_tick)
        break;
    }
    if (from_start)
      break;
  }
  return refuse(copier, "its key frame is not there", error);
}

/** The packet at hand begins another segment; true in `ret_is_end` when that is no longer of the span. */
static bool turn_segment(Copier *copier, int64_t tick, bool *ret_is_end, GError **error) {
  if (!close_segment(copier, error))
    return false;
  if (tick != copier->end_tick)
    return refuse(copier, "the next one does not start with a key frame", error);
  *ret_is_end = copier->segment + 1 == copier->end_segment;
  if (!*ret_is_end)
    open_segment(copier, copier->segment + 1);
  return true;
}

/** From the packet at hand to the end of the span. */
static bool copy_packets(Copier *copier, GError **error) {
  bool is_end = false;
  int64_t tick = copier->start_tick; /* of the first, whatever its time */
  do {
    if (!packet_skim_is_clean(copier->packet))
      return refuse(copier, "a packet is damaged", error);
    if (tick < 0)
      tick = packet_tick(copier);
    if (copier->is_idr && tick >= copier->end_tick && !turn_segment(copier, tick, &is_end, error))
      return false;
    if (is_end)
      return true;
    if (!add_packet(copier, tick, error))
      return false;
    tick = -1;
  } while (read_packet(copier));
  if (copier->is_damaged)
    return refuse(copier, "the source is damaged", error);
  return copier->segment + 1 == copier->end_segment ? close_segment(copier, error)
                                                    : refuse(copier, "the source ends before its end", error);
}

static bool copy_span(Copier *copier, GError **error) {
  if (!find_start(copier, error) || !copy_packets(copier, error))
    return false;
  return cmaf_writer_close(copier->writer, error);
}

bool span_copy(Source *source, const EncodePlan *plan, size_t rung, int64_t span_index, const char *work_dir,
               EventSpan *ret_span, GError **error) {
  AVFormatContext *format = source_format(source);
  int64_t count;
  if (plan->source.video_stream < 0 || plan->source.video_stream >= (int)format->nb_streams) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_DAMAGED, "the pictures' stream is not there");
    return false;
  }
  g_auto(Copier) copier = {.source = source, .plan = plan, .stream = format->streams[plan->source.video_stream]};
  copier.packet = av_packet_alloc();
  copier.samples = cmaf_samples_new();
  segment_plan_span(&plan->segments, span_index, &copier.first_segment, &count);
  copier.end_segment = copier.first_segment + count;
  open_segment(&copier, copier.first_segment);
  source_choose_stream(source, copier.stream->index);

  const char *name = plan->rungs[rung].name;
  g_autofree char *file = g_strdup_printf("%s-%" G_GINT64_FORMAT ".m4s", name, span_index);
  g_autofree char *path = g_build_filename(work_dir, file, NULL);
  if (!open_writer(&copier, &plan->rungs[rung], path, error) || !copy_span(&copier, error))
    return false;
  *ret_span = (EventSpan){
      .span_index = span_index,
      .first_segment = copier.first_segment,
      .file = g_steal_pointer(&file),
      .init = g_bytes_ref(cmaf_writer_init_segment(copier.writer)),
      .segments = g_array_copy((GArray *)cmaf_writer_segments(copier.writer)),
  };
  g_strlcpy(ret_span->track, name, sizeof ret_span->track);
  g_strlcpy(ret_span->codec, copier.codec, sizeof ret_span->codec);
  return true;
}
