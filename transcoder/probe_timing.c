#include "transcoder/probe_timing.h"

#include "transcoder/error.h"

#include <libavutil/avstring.h>

/** Sources up to this size are read to their end to learn when their tracks really end; longer ones only at their
 * tail, unless that finds nothing (a cut-off file). What comes off the air is always read: its clock may jump. */
#define FULL_SCAN_BYTES (64 * 1024 * 1024)
#define TAIL_SCAN_US (10 * G_TIME_SPAN_SECOND)
/** Key frames further apart, or seeks that land further from their aim: reading in one go is cheaper. */
#define KEY_DISTANCE_US (60 * G_TIME_SPAN_SECOND)
/** Where a seek is tried when the length is not known. */
#define BLIND_SEEK_US (10 * G_TIME_SPAN_SECOND)
#define KEY_SEARCH_PACKETS 3000
/** One picture in this many without a time stamp: none are trusted. */
#define UNTIMED_SHARE 10

/** What the packets of the two chosen streams tell. Times are microseconds of the source's clock. */
typedef struct {
  int64_t start_us[2], end_us[2];
  bool has_any[2];
  int64_t pictures, untimed;       /**< video packets, and those without any time stamp */
  int64_t key_us, key_distance_us; /**< latest key frame, and the longest way between two */
} Extent;
enum { VIDEO, AUDIO };

static int64_t to_us(int64_t value, AVRational time_base) {
  return CLAMP(av_rescale_q(value, time_base, AV_TIME_BASE_Q), -SOURCE_TIME_MAX, SOURCE_TIME_MAX);
}

static void extent_add_picture(Extent *extent, const AVPacket *packet, int64_t at_us) {
  if ((packet->flags & AV_PKT_FLAG_KEY) != 0) {
    extent->key_distance_us = MAX(extent->key_distance_us, extent->has_any[VIDEO] ? at_us - extent->key_us : 0);
    extent->key_us = at_us;
  }
}

static void extent_add(Extent *extent, int kind, const AVPacket *packet, AVRational time_base) {
  int64_t at = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
  if (kind == VIDEO) {
    extent->pictures++;
    extent->untimed += at == AV_NOPTS_VALUE;
  }
  if (at == AV_NOPTS_VALUE)
    return;
  int64_t start = to_us(at, time_base), end = to_us(at + packet->duration, time_base);
  if (kind == VIDEO)
    extent_add_picture(extent, packet, start);
  if (!extent->has_any[kind] || start < extent->start_us[kind])
    extent->start_us[kind] = start;
  if (!extent->has_any[kind] || end > extent->end_us[kind])
    extent->end_us[kind] = end;
  extent->has_any[kind] = true;
}

/** Read packets from here to the end. */
static void scan_packets(Source *source, const SourceInfo *info, Extent *extent) {
  AVFormatContext *format = source_format(source);
  AVPacket *packet = av_packet_alloc();
  while (source_read(source, packet)) {
    AVRational time_base = format->streams[packet->stream_index]->time_base;
    if (info->has_video && packet->stream_index == info->video_stream)
      extent_add(extent, VIDEO, packet, time_base);
    else if (info->has_audio && packet->stream_index == info->audio_stream)
      extent_add(extent, AUDIO, packet, time_base);
    av_packet_unref(packet);
  }
  av_packet_free(&packet);
  if (extent->has_any[VIDEO])
    extent->key_distance_us = MAX(extent->key_distance_us, extent->end_us[VIDEO] - extent->key_us);
}

static bool extent_is_whole(const Extent *extent, const SourceInfo *info) {
  return (!info->has_video || extent->has_any[VIDEO]) && (!info->has_audio || extent->has_any[AUDIO]);
}

static int64_t container_start_us(const AVFormatContext *format) {
  return format->start_time != AV_NOPTS_VALUE ? format->start_time : 0;
}

/** 0: not known. */
static int64_t container_duration_us(const AVFormatContext *format) {
  return MAX(format->duration, 0);
}

static bool scan_tail(Source *source, const SourceInfo *info, Extent *extent) {
  AVFormatContext *format = source_format(source);
  int64_t duration_us = container_duration_us(format);
  if (duration_us == 0)
    return false;
  int64_t target = container_start_us(format) + MAX(duration_us - TAIL_SCAN_US, 0);
  if (!source_seek(source, -1, target))
    return false;
  scan_packets(source, info, extent);
  return extent_is_whole(extent, info);
}

/** Whether the container's own index, read when it was opened, leads to every place of the video. */
static bool has_index(AVFormatContext *format, AVStream *stream) {
  int count = avformat_index_get_entries_count(stream);
  int64_t duration_us = container_duration_us(format);
  int64_t start_us = container_start_us(format), last_key_us = start_us, end_us = start_us + duration_us;
  if (count < 2 || duration_us == 0)
    return false;
  for (int i = 0; i < count; i++) {
    const AVIndexEntry *entry = avformat_index_get_entry(stream, i);
    if ((entry->flags & AVINDEX_KEYFRAME) == 0)
      continue;
    int64_t key_us = to_us(entry->timestamp, stream->time_base);
    if (key_us - last_key_us > KEY_DISTANCE_US)
      return false;
    last_key_us = key_us;
  }
  return end_us - last_key_us <= KEY_DISTANCE_US;
}

/** Bare pictures one after the other: their time stamps are made up by the demuxer, not always in order. */
static bool is_bare(const AVInputFormat *container) {
  static const char bare[] = "h264,hevc,m4v,mpegvideo,mjpeg,obu,vc1";
  return (container->flags & AVFMT_NOTIMESTAMPS) != 0 || av_match_list(container->name, bare, ',') != 0;
}

/** The time of the first key frame from here on; false when none comes. */
static bool find_key(Source *source, int stream, int64_t *ret_time_us) {
  AVPacket *packet = av_packet_alloc();
  bool is_found = false;
  for (int i = 0; i < KEY_SEARCH_PACKETS && !is_found && source_read(source, packet); i++) {
    int64_t at = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
    is_found = packet->stream_index == stream && (packet->flags & AV_PKT_FLAG_KEY) != 0 && at != AV_NOPTS_VALUE;
    if (is_found)
      *ret_time_us = to_us(at, source_format(source)->streams[stream]->time_base);
    av_packet_unref(packet);
  }
  av_packet_free(&packet);
  return is_found;
}

/** Whether spans of the video can be read from a place in the middle. */
static bool can_seek(Source *source, int stream) {
  AVFormatContext *format = source_format(source);
  if (is_bare(format->iformat))
    return false;
  if (has_index(format, format->streams[stream]))
    return true;
  int64_t duration_us = container_duration_us(format);
  int64_t target_us = container_start_us(format) + (duration_us > 0 ? duration_us / 2 : BLIND_SEEK_US);
  int64_t target = av_rescale_q(target_us, AV_TIME_BASE_Q, format->streams[stream]->time_base), landed_us;
  if (!source_seek(source, stream, target) || !find_key(source, stream, &landed_us))
    return false;
  /* Transport streams are entered between key frames: the reader goes back a little further then. */
  return ABS(landed_us - target_us) <= KEY_DISTANCE_US;
}

/** The start of a stream as its header tells it (edit lists and priming included), else as its packets do. */
static int64_t stream_start(const AVFormatContext *format, int stream, const Extent *extent, int kind,
                            bool is_full) {
  const AVStream *header = format->streams[stream];
  if (header->start_time != AV_NOPTS_VALUE)
    return to_us(header->start_time, header->time_base);
  if (is_full && extent->has_any[kind])
    return extent->start_us[kind];
  return container_start_us(format);
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

/** Read all of the source as one that cannot be entered in the middle, and find out whether it is. */
static bool scan_whole(Source *source, SourceInfo *info, bool is_seekable, Extent *extent, GError **error) {
  SourceTiming *timing = &info->timing;
  timing->is_linear = true;
  if (!source_set_timing(source, timing, error))
    return false;
  *extent = (Extent){0};
  scan_packets(source, info, extent);
  bool has_times = !is_bare(source_format(source)->iformat) && extent->untimed * UNTIMED_SHARE <= extent->pictures;
  timing->is_counted = info->has_video && extent->pictures > 0 && !has_times;
  timing->rate = rational_is_valid(info->average_rate) ? info->average_rate : info->grid_rate;
  if (!rational_is_valid(timing->rate))
    timing->rate = (Rational){25, 1};
  timing->is_linear = !is_seekable || timing->is_counted || source_jumps(source) > 0 ||
                      (info->has_video && extent->key_distance_us > KEY_DISTANCE_US);
  return source_set_timing(source, timing, error);
}

/** In a linear source the packets are believed before the header, which knows of the first part at best. */
static void set_lengths(Source *source, SourceInfo *info, const Extent *extent, bool is_full) {
  const AVFormatContext *format = source_format(source);
  const int streams[2] = {info->video_stream, info->audio_stream};
  const bool has_track[2] = {info->has_video, info->has_audio};
  int64_t start_us[2] = {INT64_MAX, INT64_MAX}, end_us[2] = {0};
  bool is_measured = info->timing.is_linear && is_full;
  for (int kind = 0; kind < 2; kind++) {
    if (!has_track[kind])
      continue;
    start_us[kind] =
        is_measured ? extent->start_us[kind] : stream_start(format, streams[kind], extent, kind, is_full);
    end_us[kind] =
        is_measured ? extent->end_us[kind] : stream_end(format, streams[kind], extent, kind, start_us[kind]);
  }
  if (info->has_video && info->timing.is_counted) {
    const Rational *rate = &info->timing.rate;
    start_us[VIDEO] = info->has_audio ? start_us[AUDIO] : 0;
    end_us[VIDEO] = start_us[VIDEO] + rescale_i64(extent->pictures, (int64_t)rate->den * G_USEC_PER_SEC, rate->num);
  }
  info->start_us = MIN(start_us[VIDEO], start_us[AUDIO]);
  info->video_duration_us = info->has_video ? end_us[VIDEO] - info->start_us : 0;
  info->audio_duration_us = info->has_audio ? end_us[AUDIO] - info->start_us : 0;
}

bool probe_timing(Source *source, SourceInfo *info, GError **error) {
  AVFormatContext *format = source_format(source);
  bool is_air = (format->iformat->flags & AVFMT_TS_DISCONT) != 0;
  bool is_seekable = !info->has_video || can_seek(source, info->video_stream);
  bool is_full = is_air || !is_seekable || avio_size(format->pb) <= FULL_SCAN_BYTES;
  Extent extent = {0};
  info->timing = (SourceTiming){
      .streams = {info->has_video ? info->video_stream : -1, info->has_audio ? info->audio_stream : -1}};
  if (is_full || !scan_tail(source, info, &extent)) {
    if (!scan_whole(source, info, is_seekable, &extent, error))
      return false;
    is_full = true;
  }
  bool has_pictures = extent.has_any[VIDEO] || (info->timing.is_counted && extent.pictures > 0);
  info->has_video = info->has_video && has_pictures;
  info->has_audio = info->has_audio && extent.has_any[AUDIO];
  if (!info->has_video && !info->has_audio) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_DAMAGED, "no packet of a track could be read");
    return false;
  }
  set_lengths(source, info, &extent, is_full);
  return true;
}
