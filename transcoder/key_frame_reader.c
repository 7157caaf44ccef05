#include "transcoder/key_frame_reader.h"

#include "transcoder/error.h"
#include "transcoder/media_allow_list.h"
#include "transcoder/picture_filter.h"

#include <libavcodec/avcodec.h>

/** A key frame that does not come within so many packets is not looked for any longer. */
#define SEARCH_PACKETS_MAX 4000
/** Key frames that may be damaged, one after the other. */
#define TRIES_MAX 3
#define DISTANCE_MAX_US G_TIME_SPAN_MINUTE

/** Where distances are measured, in thousandths of the lesson. */
static const int distance_places[] = {100, 300, 500, 700};

struct KeyFrameReader {
  Source *source;
  int stream;
  AVRational time_base;
  int64_t start_us;
  AVCodecContext *decoder;
  AVPacket *packet;
  AVFrame *decoded;
  PictureFilter *filter; /**< NULL: frames are shown as they are */
  AVFrame *shown;        /**< given last */
  int64_t shown_us;
};

static bool open_decoder(KeyFrameReader *reader, GError **error) {
  const AVStream *stream = source_format(reader->source)->streams[reader->stream];
  const AVCodec *codec = media_allow_list_find_decoder(stream->codecpar->codec_id);
  int result = AVERROR_DECODER_NOT_FOUND;
  if (codec != NULL) {
    reader->decoder = avcodec_alloc_context3(codec);
    reader->decoder->pkt_timebase = stream->time_base;
    reader->decoder->thread_count = 1; /* threads only delay single frames */
    reader->decoder->max_pixels = source_max_pixels(reader->source);
    result = avcodec_parameters_to_context(reader->decoder, stream->codecpar);
  }
  if (result >= 0)
    result = avcodec_open2(reader->decoder, codec, NULL);
  if (result >= 0)
    return true;
  transcoder_set_av_error(error, TRANSCODER_ERROR_UNSUPPORTED, result, "the decoder does not start");
  return false;
}

KeyFrameReader *key_frame_reader_new(Source *source, const SourceInfo *info, GError **error) {
  if (info->timing.is_linear || info->timing.is_counted) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_DAMAGED, "the source cannot seek");
    return NULL;
  }
  g_autoptr(KeyFrameReader) reader = g_new0(KeyFrameReader, 1);
  reader->source = source;
  reader->stream = info->video_stream;
  reader->time_base = source_format(source)->streams[info->video_stream]->time_base;
  reader->start_us = info->start_us;
  reader->packet = av_packet_alloc();
  reader->decoded = av_frame_alloc();
  if (picture_filter_is_needed(&info->filter))
    reader->filter = picture_filter_new(&info->filter);
  source_choose_stream(source, info->video_stream);
  return open_decoder(reader, error) ? g_steal_pointer(&reader) : NULL;
}

void key_frame_reader_free(KeyFrameReader *reader) {
  if (reader == NULL)
    return;
  avcodec_free_context(&reader->decoder);
  av_packet_free(&reader->packet);
  av_frame_free(&reader->decoded);
  av_frame_free(&reader->shown);
  picture_filter_free(reader->filter);
  g_free(reader);
}

static bool seek(KeyFrameReader *reader, int64_t time_us) {
  int64_t target = av_rescale_q(time_us + reader->start_us, AV_TIME_BASE_Q, reader->time_base);
  return (time_us > 0 &&
          avformat_seek_file(source_format(reader->source), reader->stream, INT64_MIN, target, target, 0) >= 0) ||
         source_rewind(reader->source, reader->stream);
}

/** The next key packet becomes reader->packet. */
static bool read_key_packet(KeyFrameReader *reader, int64_t *ret_time_us) {
  for (int i = 0; i < SEARCH_PACKETS_MAX; i++) {
    av_packet_unref(reader->packet);
    if (!source_read(reader->source, reader->packet))
      return false;
    const AVPacket *packet = reader->packet;
    int64_t at = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
    if ((packet->flags & AV_PKT_FLAG_KEY) == 0 || at == AV_NOPTS_VALUE)
      continue;
    *ret_time_us = av_rescale_q(at, reader->time_base, AV_TIME_BASE_Q) - reader->start_us;
    return true;
  }
  return false;
}

static AVFrame *filter(KeyFrameReader *reader, const AVFrame *frame) {
  if (reader->filter == NULL)
    return av_frame_clone(frame);
  picture_filter_reset(reader->filter);
  if (!picture_filter_push(reader->filter, frame, 0, NULL) || !picture_filter_push(reader->filter, NULL, 0, NULL))
    return NULL;
  return picture_filter_pull(reader->filter);
}

/** The packet alone, to the decoder's end. */
static AVFrame *decode(KeyFrameReader *reader) {
  avcodec_flush_buffers(reader->decoder);
  av_frame_unref(reader->decoded);
  if (avcodec_send_packet(reader->decoder, reader->packet) < 0 || avcodec_send_packet(reader->decoder, NULL) < 0 ||
      avcodec_receive_frame(reader->decoder, reader->decoded) < 0)
    return NULL;
  return filter(reader, reader->decoded);
}

const AVFrame *key_frame_reader_read(KeyFrameReader *reader, int64_t time_us, int64_t *ret_time_us) {
  int64_t key_us;
  if (!seek(reader, time_us))
    return NULL;
  for (int i = 0; i < TRIES_MAX && read_key_packet(reader, &key_us); i++) {
    if (reader->shown == NULL || key_us != reader->shown_us) {
      AVFrame *frame = decode(reader);
      if (frame == NULL)
        continue;
      av_frame_free(&reader->shown);
      reader->shown = frame;
      reader->shown_us = key_us;
    }
    *ret_time_us = key_us;
    return reader->shown;
  }
  return NULL;
}

static int64_t distance_at(KeyFrameReader *reader, int64_t time_us) {
  int64_t first_us, second_us;
  if (!seek(reader, time_us) || !read_key_packet(reader, &first_us) || !read_key_packet(reader, &second_us))
    return INT64_MAX;
  return second_us - first_us <= DISTANCE_MAX_US ? MAX(second_us - first_us, 1) : INT64_MAX;
}

int64_t key_frame_reader_distance_us(KeyFrameReader *reader, int64_t duration_us) {
  int64_t longest_us = 1;
  for (size_t i = 0; i < G_N_ELEMENTS(distance_places); i++)
    longest_us = MAX(longest_us, distance_at(reader, duration_us / 1000 * distance_places[i]));
  return longest_us;
}
