#include "transcoder/probe.h"

#include "transcoder/error.h"
#include "transcoder/filter_graph.h"
#include "transcoder/frame_reader.h"
#include "transcoder/probe_picture.h"

#include <libavcodec/avcodec.h>

/** Sources up to this size are read to their end to learn when their tracks really end; longer ones only at their
 * tail, unless that finds nothing (a cut-off file). */
#define FULL_SCAN_BYTES (64 * 1024 * 1024)
#define TAIL_SCAN_US (10 * G_TIME_SPAN_SECOND)
#define TINY_US 1000

/** First and last presentation times of the two chosen streams. */
typedef struct {
  int64_t start_us[2], end_us[2];
  bool has_any[2];
} Extent;
enum { VIDEO, AUDIO };

static int64_t to_us(int64_t value, AVRational time_base) {
  return av_rescale_q(value, time_base, AV_TIME_BASE_Q);
}

static bool is_cover(const AVStream *stream) {
  return (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
}

/** The best stream of a kind: the container's default, decodable before not, larger before smaller. */
static int find_stream(AVFormatContext *format, enum AVMediaType type, int related) {
  int best = av_find_best_stream(format, type, -1, related, NULL, 0);
  if (best >= 0 && !is_cover(format->streams[best]))
    return best;
  for (unsigned i = 0; i < format->nb_streams; i++) {
    if (format->streams[i]->codecpar->codec_type == type && !is_cover(format->streams[i]))
      return (int)i;
  }
  return -1;
}

static int find_cover(AVFormatContext *format) {
  for (unsigned i = 0; i < format->nb_streams; i++) {
    if (is_cover(format->streams[i]) && format->streams[i]->attached_pic.size > 0)
      return (int)i;
  }
  return -1;
}

static bool read_picture(AVFormatContext *format, AVStream *stream, int64_t max_pixels, SourceInfo *info,
                         GError **error) {
  const AVCodecParameters *codec = stream->codecpar;
  int64_t pixels = (int64_t)codec->width * codec->height;
  if (codec->width <= 0 || codec->height <= 0 || pixels > max_pixels) {
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_BAD_PICTURE, "the picture is %dx%d", codec->width,
                codec->height);
    return false;
  }
  probe_picture_orientation(stream, &info->filter);
  info->filter.light = probe_picture_light(codec);
  AVRational aspect = av_guess_sample_aspect_ratio(format, stream, NULL);
  info->picture = (LadderSource){
      .coded_width = codec->width,
      .coded_height = codec->height,
      .rotation_deg = info->filter.turn_deg,
      .sample_aspect = {aspect.num, aspect.den},
  };
  info->grid_rate = (Rational){stream->r_frame_rate.num, stream->r_frame_rate.den};
  info->average_rate = (Rational){stream->avg_frame_rate.num, stream->avg_frame_rate.den};
  return true;
}

static bool has_decoder(const AVStream *stream, GError **error) {
  if (avcodec_find_decoder(stream->codecpar->codec_id) != NULL)
    return true;
  g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_UNSUPPORTED, "no decoder for %s",
              avcodec_get_name(stream->codecpar->codec_id));
  return false;
}

static void extent_add(Extent *extent, int kind, const AVPacket *packet, AVRational time_base) {
  int64_t at = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
  if (at == AV_NOPTS_VALUE)
    return;
  int64_t start = to_us(at, time_base), end = to_us(at + MAX(packet->duration, 0), time_base);
  if (!extent->has_any[kind] || start < extent->start_us[kind])
    extent->start_us[kind] = start;
  if (!extent->has_any[kind] || end > extent->end_us[kind])
    extent->end_us[kind] = end;
  extent->has_any[kind] = true;
}

/** Read packets from here to the end. */
static void scan_packets(AVFormatContext *format, const SourceInfo *info, Extent *extent) {
  AVPacket *packet = av_packet_alloc();
  while (av_read_frame(format, packet) >= 0) {
    AVRational time_base = format->streams[packet->stream_index]->time_base;
    if (info->has_video && packet->stream_index == info->video_stream)
      extent_add(extent, VIDEO, packet, time_base);
    else if (info->has_audio && packet->stream_index == info->audio_stream)
      extent_add(extent, AUDIO, packet, time_base);
    av_packet_unref(packet);
  }
  av_packet_free(&packet);
}

static bool extent_is_whole(const Extent *extent, const SourceInfo *info) {
  return (!info->has_video || extent->has_any[VIDEO]) && (!info->has_audio || extent->has_any[AUDIO]);
}

static bool scan_tail(AVFormatContext *format, const SourceInfo *info, Extent *extent) {
  if (format->duration <= 0)
    return false;
  int64_t start = format->start_time != AV_NOPTS_VALUE ? format->start_time : 0;
  int64_t target = start + MAX(format->duration - TAIL_SCAN_US, 0);
  if (avformat_seek_file(format, -1, INT64_MIN, target, target, 0) < 0)
    return false;
  scan_packets(format, info, extent);
  return extent_is_whole(extent, info);
}

/** The start of a stream as its header tells it (edit lists and priming included), else as its packets do. */
static int64_t stream_start(const AVFormatContext *format, int stream, const Extent *extent, int kind,
                            bool is_full) {
  const AVStream *header = format->streams[stream];
  if (header->start_time != AV_NOPTS_VALUE)
    return to_us(header->start_time, header->time_base);
  if (is_full && extent->has_any[kind])
    return extent->start_us[kind];
  return format->start_time != AV_NOPTS_VALUE ? format->start_time : 0;
}

/** The end of a track: where its packets end, but when the header tells nearly the same, what the header says (the
 * last packet's duration is often a guess). */
static int64_t stream_end(const AVFormatContext *format, int stream, const Extent *extent, int kind,
                          int64_t start_us) {
  const AVStream *header = format->streams[stream];
  int64_t end_us = extent->has_any[kind] ? extent->end_us[kind] : start_us;
  if (header->duration != AV_NOPTS_VALUE && header->duration > 0) {
    int64_t told_us = start_us + to_us(header->duration, header->time_base);
    if (ABS(told_us - end_us) < G_TIME_SPAN_SECOND / 2)
      return told_us;
  }
  return end_us;
}

static bool measure(Source *source, SourceInfo *info, GError **error) {
  AVFormatContext *format = source_format(source);
  Extent extent = {0};
  bool is_full = avio_size(format->pb) <= FULL_SCAN_BYTES;
  if (is_full || !scan_tail(format, info, &extent)) {
    source_rewind(source, info->has_video ? info->video_stream : info->audio_stream);
    extent = (Extent){0};
    scan_packets(format, info, &extent);
    is_full = true;
  }
  info->has_video = info->has_video && extent.has_any[VIDEO];
  info->has_audio = info->has_audio && extent.has_any[AUDIO];
  if (!info->has_video && !info->has_audio) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_DAMAGED, "no packet of a track could be read");
    return false;
  }
  int64_t start[2] = {INT64_MAX, INT64_MAX};
  if (info->has_video)
    start[VIDEO] = stream_start(format, info->video_stream, &extent, VIDEO, is_full);
  if (info->has_audio)
    start[AUDIO] = stream_start(format, info->audio_stream, &extent, AUDIO, is_full);
  info->start_us = MIN(start[VIDEO], start[AUDIO]);
  if (info->has_video)
    info->video_duration_us = stream_end(format, info->video_stream, &extent, VIDEO, start[VIDEO]) - info->start_us;
  if (info->has_audio)
    info->audio_duration_us = stream_end(format, info->audio_stream, &extent, AUDIO, start[AUDIO]) - info->start_us;
  return true;
}

static bool choose_streams(AVFormatContext *format, const ProbeLimits *limits, SourceInfo *info, GError **error) {
  info->video_stream = find_stream(format, AVMEDIA_TYPE_VIDEO, -1);
  info->audio_stream = probe_audio_find_main(format, info->video_stream);
  if (info->audio_stream < 0)
    info->audio_stream = find_stream(format, AVMEDIA_TYPE_AUDIO, info->video_stream);
  info->cover_stream = find_cover(format);
  info->has_video = info->video_stream >= 0;
  info->has_audio =
      info->audio_stream >= 0 && format->streams[info->audio_stream]->codecpar->codec_id != AV_CODEC_ID_NONE;
  if (info->has_video) {
    AVStream *stream = format->streams[info->video_stream];
    if (!has_decoder(stream, error) || !read_picture(format, stream, limits->max_pixels, info, error))
      return false;
    g_strlcpy(info->video_codec, avcodec_get_name(stream->codecpar->codec_id), sizeof info->video_codec);
  }
  if (info->has_audio) {
    AVStream *stream = format->streams[info->audio_stream];
    if (!has_decoder(stream, info->has_video ? NULL : error)) {
      info->has_audio = false;
      if (!info->has_video)
        return false;
    }
    g_strlcpy(info->audio_codec, avcodec_get_name(stream->codecpar->codec_id), sizeof info->audio_codec);
  }
  if (!info->has_video && !info->has_audio) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_NO_TRACKS, "only attached pictures or data");
    return false;
  }
  return true;
}

/** Places in thousandths of the lesson where neighbouring frames are looked at, and how many there. */
static const int field_places[] = {20, 300, 500, 700, 900};
#define FIELD_FRAMES 12

/** Look for woven fields where they may be. What cannot be read here is said by the jobs that encode it. */
static void find_fields(Source *source, SourceInfo *info) {
  AVFormatContext *format = source_format(source);
  if (!info->has_video || !probe_picture_may_have_fields(format->streams[info->video_stream]->codecpar))
    return;
  FieldCount count = {0};
  g_autoptr(FrameReader) reader = frame_reader_new(source, info->video_stream, info->start_us, NULL);
  for (size_t i = 0; reader != NULL && i < G_N_ELEMENTS(field_places); i++) {
    g_autoptr(FilterGraph) graph = NULL;
    const AVFrame *frame;
    int64_t time_us;
    if (!frame_reader_seek(reader, info->video_duration_us / 1000 * field_places[i], NULL))
      break;
    for (int n = 0; n < FIELD_FRAMES && (frame = frame_reader_next(reader, &time_us)) != NULL; n++)
      field_count_add(&count, frame, &graph);
  }
  info->filter.fields = field_count_decide(&count);
}

bool probe_source(Source *source, const ProbeLimits *limits, SourceInfo *ret_info, GError **error) {
  AVFormatContext *format = source_format(source);
  SourceInfo info = {.video_stream = -1, .audio_stream = -1, .cover_stream = -1};
  g_strlcpy(info.container, format->iformat->name, sizeof info.container);
  if (!choose_streams(format, limits, &info, error) || !measure(source, &info, error))
    return false;

  int64_t duration_us = MAX(info.video_duration_us, info.audio_duration_us);
  if (duration_us < TINY_US) {
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_TOO_SHORT, "lasts %" G_GINT64_FORMAT " us", duration_us);
    return false;
  }
  if (duration_us > limits->max_duration_us) {
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_TOO_LONG,
                "lasts %" G_GINT64_FORMAT " s, %" G_GINT64_FORMAT " s are allowed",
                duration_us / G_TIME_SPAN_SECOND, limits->max_duration_us / G_TIME_SPAN_SECOND);
    return false;
  }
  find_fields(source, &info);
  if (info.has_audio)
    info.sound_count = probe_audio(format, info.audio_stream, info.sounds);
  *ret_info = info;
  return true;
}
