#include "transcoder/probe.h"

#include "transcoder/error.h"
#include "transcoder/filter_graph.h"
#include "transcoder/frame_reader.h"
#include "transcoder/media_allow_list.h"
#include "transcoder/probe_picture.h"
#include "transcoder/probe_timing.h"

#include <libavcodec/avcodec.h>

#define TINY_US 1000

static bool is_cover(const AVStream *stream) {
  return (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
}

/** How good a video stream is: decodable, seen (programs announce streams that never come), the container's default,
 * large. */
static int64_t rate_video(const AVStream *stream) {
  const AVCodecParameters *codec = stream->codecpar;
  int64_t pixels = (int64_t)codec->width * codec->height;
  int64_t rate = CLAMP(pixels, 0, G_MAXINT32);
  if ((stream->disposition & AV_DISPOSITION_DEFAULT) != 0)
    rate += INT64_C(1) << 40;
  if (pixels > 0 && codec->format >= 0)
    rate += INT64_C(1) << 41;
  if (media_allow_list_find_decoder(codec->codec_id) != NULL)
    rate += INT64_C(1) << 42;
  return rate;
}

static int find_video(const AVFormatContext *format) {
  int best = -1;
  for (unsigned i = 0; i < format->nb_streams; i++) {
    const AVStream *stream = format->streams[i];
    if (stream->codecpar->codec_type != AVMEDIA_TYPE_VIDEO || is_cover(stream))
      continue;
    if (best < 0 || rate_video(stream) > rate_video(format->streams[best]))
      best = (int)i;
  }
  return best;
}

/** The best audio stream, of the video's program when it is in one. */
static int find_audio(AVFormatContext *format, int video) {
  int best = av_find_best_stream(format, AVMEDIA_TYPE_AUDIO, -1, video, NULL, 0);
  for (unsigned i = 0; best < 0 && i < format->nb_streams; i++) {
    if (format->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO)
      best = (int)i;
  }
  return best;
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
  if (media_allow_list_find_decoder(stream->codecpar->codec_id) != NULL)
    return true;
  g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_UNSUPPORTED, "%s is not taken",
              avcodec_get_name(stream->codecpar->codec_id));
  return false;
}

static bool choose_streams(AVFormatContext *format, const ProbeLimits *limits, SourceInfo *info, GError **error) {
  info->video_stream = find_video(format);
  info->audio_stream = probe_audio_find_main(format, info->video_stream);
  if (info->audio_stream < 0)
    info->audio_stream = find_audio(format, info->video_stream);
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

int64_t source_info_duration_us(const SourceInfo *info) {
  return MAX(info->video_duration_us, info->audio_duration_us);
}

bool probe_source(Source *source, const ProbeLimits *limits, SourceInfo *ret_info, GError **error) {
  AVFormatContext *format = source_format(source);
  SourceInfo info = {.video_stream = -1, .audio_stream = -1, .cover_stream = -1};
  g_strlcpy(info.container, format->iformat->name, sizeof info.container);
  if (!choose_streams(format, limits, &info, error) || !probe_timing(source, &info, error))
    return false;

  int64_t duration_us = source_info_duration_us(&info);
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
    info.sound_count = probe_audio(source_format(source), info.audio_stream, info.sounds);
  info.text_count = probe_text(source_format(source), info.texts);
  *ret_info = info;
  return true;
}
