#include "transcoder/frame_reader.h"

#include "transcoder/error.h"

#include <libavcodec/avcodec.h>

#define DECODER_THREADS 2
/** After a seek the decoder gets nothing before a key frame, unless none comes for this many packets. */
#define KEY_SEARCH_PACKETS 2000

struct FrameReader {
  Source *source;
  AVFormatContext *format;
  AVStream *stream;
  AVCodecContext *decoder;
  AVPacket *packet;
  AVFrame *current;    /**< what next() gave last */
  AVFrame *pending[2]; /**< read ahead by seek(), oldest first */
  int64_t pending_us[2];
  int pending_count;
  int64_t start_us;
  int64_t next_us; /**< expected time of a frame without one of its own */
  int skip_to_key; /**< packets that may still be skipped to find a key frame */
  int64_t damaged;
  bool at_end;
};

static bool open_decoder(FrameReader *reader, GError **error) {
  const AVCodec *codec = avcodec_find_decoder(reader->stream->codecpar->codec_id);
  if (codec == NULL) {
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_UNSUPPORTED, "no decoder for %s",
                avcodec_get_name(reader->stream->codecpar->codec_id));
    return false;
  }
  reader->decoder = avcodec_alloc_context3(codec);
  int result = avcodec_parameters_to_context(reader->decoder, reader->stream->codecpar);
  reader->decoder->pkt_timebase = reader->stream->time_base;
  reader->decoder->thread_count = DECODER_THREADS;
  if (result >= 0)
    result = avcodec_open2(reader->decoder, codec, NULL);
  if (result < 0) {
    transcoder_set_av_error(error, TRANSCODER_ERROR_UNSUPPORTED, result, "the decoder does not start");
    return false;
  }
  return true;
}

FrameReader *frame_reader_new(Source *source, int stream, int64_t start_us, GError **error) {
  g_autoptr(FrameReader) reader = g_new0(FrameReader, 1);
  reader->source = source;
  reader->format = source_format(source);
  reader->stream = reader->format->streams[stream];
  reader->start_us = start_us;
  reader->packet = av_packet_alloc();
  reader->current = av_frame_alloc();
  reader->pending[0] = av_frame_alloc();
  reader->pending[1] = av_frame_alloc();
  for (unsigned i = 0; i < reader->format->nb_streams; i++)
    reader->format->streams[i]->discard = (int)i == stream ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  if (!open_decoder(reader, error))
    return NULL;
  return g_steal_pointer(&reader);
}

void frame_reader_free(FrameReader *reader) {
  if (reader == NULL)
    return;
  avcodec_free_context(&reader->decoder);
  av_packet_free(&reader->packet);
  av_frame_free(&reader->current);
  av_frame_free(&reader->pending[0]);
  av_frame_free(&reader->pending[1]);
  g_free(reader);
}

static bool is_unwanted(FrameReader *reader, const AVPacket *packet) {
  if (packet->stream_index != reader->stream->index)
    return true;
  if (reader->skip_to_key == 0)
    return false;
  bool is_key = (packet->flags & AV_PKT_FLAG_KEY) != 0;
  reader->skip_to_key = is_key ? 0 : reader->skip_to_key - 1;
  return !is_key;
}

/** Feed the decoder one packet of the stream, or the end. */
static void feed(FrameReader *reader) {
  while (true) {
    int result = av_read_frame(reader->format, reader->packet);
    if (result < 0) {
      reader->at_end = true;
      avcodec_send_packet(reader->decoder, NULL);
      return;
    }
    if (is_unwanted(reader, reader->packet)) {
      av_packet_unref(reader->packet);
      continue;
    }
    result = avcodec_send_packet(reader->decoder, reader->packet);
    av_packet_unref(reader->packet);
    if (result >= 0)
      return;
    reader->damaged++;
  }
}

static int64_t frame_duration_us(const FrameReader *reader, const AVFrame *frame) {
  if (frame->nb_samples > 0 && frame->sample_rate > 0)
    return av_rescale(frame->nb_samples, G_USEC_PER_SEC, frame->sample_rate);
  if (frame->pkt_duration > 0)
    return av_rescale_q(frame->pkt_duration, reader->stream->time_base, AV_TIME_BASE_Q);
  AVRational rate = reader->stream->avg_frame_rate;
  return rate.num > 0 && rate.den > 0 ? av_rescale(G_USEC_PER_SEC, rate.den, rate.num) : G_USEC_PER_SEC / 25;
}

static int64_t frame_time_us(FrameReader *reader, const AVFrame *frame) {
  int64_t time_us = reader->next_us;
  if (frame->best_effort_timestamp != AV_NOPTS_VALUE)
    time_us =
        av_rescale_q(frame->best_effort_timestamp, reader->stream->time_base, AV_TIME_BASE_Q) - reader->start_us;
  reader->next_us = time_us + frame_duration_us(reader, frame);
  return time_us;
}

/** Decode one frame into `frame`. */
static bool decode(FrameReader *reader, AVFrame *frame, int64_t *ret_time_us) {
  while (true) {
    int result = avcodec_receive_frame(reader->decoder, frame);
    if (result >= 0) {
      *ret_time_us = frame_time_us(reader, frame);
      return true;
    }
    if (result == AVERROR_EOF)
      return false;
    if (result == AVERROR(EAGAIN)) {
      if (reader->at_end)
        return false;
      feed(reader);
    } else {
      reader->damaged++;
      if (reader->at_end)
        return false;
      feed(reader);
    }
  }
}

const AVFrame *frame_reader_next(FrameReader *reader, int64_t *ret_time_us) {
  av_frame_unref(reader->current);
  if (reader->pending_count > 0) {
    av_frame_move_ref(reader->current, reader->pending[0]);
    *ret_time_us = reader->pending_us[0];
    reader->pending_count--;
    av_frame_move_ref(reader->pending[0], reader->pending[1]);
    reader->pending_us[0] = reader->pending_us[1];
    return reader->current;
  }
  return decode(reader, reader->current, ret_time_us) ? reader->current : NULL;
}

static bool seek_packets(FrameReader *reader, int64_t time_us) {
  int64_t target = av_rescale_q(time_us + reader->start_us, AV_TIME_BASE_Q, reader->stream->time_base);
  return avformat_seek_file(reader->format, reader->stream->index, INT64_MIN, target, target, 0) >= 0;
}

/** Forget what was decoded: what comes next is from `time_us`. */
static void forget(FrameReader *reader, int64_t time_us) {
  avcodec_flush_buffers(reader->decoder);
  av_frame_unref(reader->pending[0]);
  av_frame_unref(reader->pending[1]);
  reader->pending_count = 0;
  reader->at_end = false;
  reader->next_us = MAX(time_us, 0);
}

static void rewind_to(FrameReader *reader, int64_t time_us) {
  reader->skip_to_key = KEY_SEARCH_PACKETS;
  if (time_us <= 0 || !seek_packets(reader, time_us)) {
    source_rewind(reader->source, reader->stream->index);
    reader->skip_to_key = 0;
  }
  forget(reader, time_us);
}

bool frame_reader_jump(FrameReader *reader, int64_t time_us) {
  if (!seek_packets(reader, time_us))
    return false;
  reader->skip_to_key = 0;
  forget(reader, time_us);
  return true;
}

/** Decode up to the last frame at or before `time_us`; it and the one after it become pending. */
static void advance_to(FrameReader *reader, int64_t time_us) {
  AVFrame *frame = reader->current;
  int64_t frame_us;
  av_frame_unref(frame);
  while (reader->pending_count < 2 && decode(reader, frame, &frame_us)) {
    if (frame_us <= time_us && reader->pending_count == 1) {
      av_frame_unref(reader->pending[0]);
      reader->pending_count = 0;
    }
    av_frame_move_ref(reader->pending[reader->pending_count], frame);
    reader->pending_us[reader->pending_count++] = frame_us;
    if (frame_us > time_us)
      break;
  }
}

bool frame_reader_seek(FrameReader *reader, int64_t time_us, GError **error) {
  static const int64_t steps_back_us[] = {0, 2 * G_TIME_SPAN_SECOND, 12 * G_TIME_SPAN_SECOND,
                                          60 * G_TIME_SPAN_SECOND, INT64_MAX};
  for (size_t i = 0; i < G_N_ELEMENTS(steps_back_us); i++) {
    bool from_start = steps_back_us[i] >= time_us;
    rewind_to(reader, from_start ? 0 : time_us - steps_back_us[i]);
    advance_to(reader, time_us);
    if (reader->pending_count > 0 && (reader->pending_us[0] <= time_us || from_start))
      return true;
    if (from_start)
      break;
  }
  g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_DAMAGED, "no %s frame could be decoded",
              av_get_media_type_string(reader->stream->codecpar->codec_type));
  return false;
}

int64_t frame_reader_damaged(const FrameReader *reader) {
  return reader->damaged;
}
