#include "transcoder/frame_reader.h"

#include "transcoder/error.h"
#include "transcoder/h264_packet.h"
#include "transcoder/media_allow_list.h"

#include <libavcodec/avcodec.h>

#define DECODER_THREADS 2
/** After a seek the decoder gets nothing before a key frame, unless none comes for this many packets. */
#define KEY_SEARCH_PACKETS 2000

/** On the way to the frame that a seek is for, pictures that no other refers to are passed over up to here. */
#define SEEK_MARGIN_US G_TIME_SPAN_SECOND
/** A picture of nothing but skipped macroblocks has its headers and at most one byte for so many of them, and at most
 * this many more than the smallest of its kind: a pointer that moves by a few pixels takes eight. */
#define STILL_HEADER_BYTES 16
#define STILL_MACROBLOCKS_PER_BYTE 100
#define STILL_SPARE_BYTES 4

/** The frame that a seek is for, the one after it, and one to spare. */
#define PENDING_MAX 3

struct FrameReader {
  Source *source;
  int stream;
  AVRational time_base, rate; /**< rate: of pictures, {0, 0} unknown */
  AVCodecContext *decoder;
  AVPacket *packet;
  AVFrame *current; /**< what next() gave last */
  int64_t current_us;
  AVFrame *pending[PENDING_MAX]; /**< read ahead by seek(), oldest first */
  int64_t pending_us[PENDING_MAX];
  int pending_count;
  int64_t start_us;
  int64_t next_us; /**< expected time of a frame without one of its own */
  FramesWanted wanted;
  int64_t pass_until_us; /**< before, only referenced pictures are decoded */
  int64_t passed_us;     /**< latest time of a picture that may have been passed over since the last seek */
  int still_bytes
      [2]; /**< of the smallest picture that may show nothing new, by whether others refer to it; 0: none */
  size_t nal_length_bytes; /**< H.264: of the sizes in packets; 0: start codes */
  int64_t changed_pts;     /**< the last that shows something new, as far as was read; INT64_MIN: none */
  int skip_to_key;         /**< packets that may still be skipped to find a key frame */
  int64_t counted;         /**< pictures so far, where those have no time stamps */
  int64_t damaged;
  bool at_end;
};

static AVStream *stream_of(FrameReader *reader) {
  return source_format(reader->source)->streams[reader->stream];
}

static bool open_decoder(FrameReader *reader, GError **error) {
  const AVCodecParameters *parameters = stream_of(reader)->codecpar;
  const AVCodec *codec = media_allow_list_find_decoder(parameters->codec_id);
  if (codec == NULL) {
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_UNSUPPORTED, "%s is not taken",
                avcodec_get_name(parameters->codec_id));
    return false;
  }
  reader->decoder = avcodec_alloc_context3(codec);
  int result = avcodec_parameters_to_context(reader->decoder, parameters);
  reader->decoder->pkt_timebase = reader->time_base;
  reader->decoder->thread_count = DECODER_THREADS;
  reader->decoder->max_pixels = source_max_pixels(reader->source);
  if (result >= 0)
    result = avcodec_open2(reader->decoder, codec, NULL);
  if (result < 0) {
    transcoder_set_av_error(error, TRANSCODER_ERROR_UNSUPPORTED, result, "the decoder does not start");
    return false;
  }
  return true;
}

/** ISO/IEC 14496-15, 5.3.3.1.2: a configuration begins with 1, and its fifth byte tells the length. */
static size_t nal_length_bytes(const AVCodecParameters *parameters) {
  bool is_avcc = parameters->extradata_size >= 7 && parameters->extradata[0] == 1;
  return is_avcc ? (parameters->extradata[4] & 3) + 1 : 0;
}

FrameReader *frame_reader_new(Source *source, int stream, int64_t start_us, GError **error) {
  g_autoptr(FrameReader) reader = g_new0(FrameReader, 1);
  reader->source = source;
  reader->stream = stream;
  reader->time_base = stream_of(reader)->time_base;
  reader->rate = stream_of(reader)->avg_frame_rate;
  reader->start_us = start_us;
  reader->nal_length_bytes = nal_length_bytes(stream_of(reader)->codecpar);
  reader->pass_until_us = reader->passed_us = reader->changed_pts = INT64_MIN;
  reader->packet = av_packet_alloc();
  reader->current = av_frame_alloc();
  for (int i = 0; i < PENDING_MAX; i++)
    reader->pending[i] = av_frame_alloc();
  source_choose_stream(source, stream);
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
  for (int i = 0; i < PENDING_MAX; i++)
    av_frame_free(&reader->pending[i]);
  g_free(reader);
}

/** Whether a packet comes before the key frame that is looked for after a seek. */
static bool is_before_key(FrameReader *reader, const AVPacket *packet) {
  if (reader->skip_to_key == 0)
    return false;
  bool is_key = (packet->flags & AV_PKT_FLAG_KEY) != 0;
  reader->skip_to_key = is_key ? 0 : reader->skip_to_key - 1;
  return !is_key;
}

void frame_reader_want(FrameReader *reader, FramesWanted wanted) {
  reader->wanted = wanted;
}

/** Whether it is as small as only pictures are that take all from others. */
static bool is_smallest_kind(FrameReader *reader, const AVPacket *packet) {
  enum { MACROBLOCK_SAMPLES = 16 * 16 };
  int64_t samples = (int64_t)reader->decoder->width * reader->decoder->height;
  if (packet->size > STILL_HEADER_BYTES + samples / MACROBLOCK_SAMPLES / STILL_MACROBLOCKS_PER_BYTE)
    return false;
  bool is_reference = h264_packet_is_reference(packet->data, (size_t)packet->size, reader->nal_length_bytes);
  int *smallest = &reader->still_bytes[is_reference];
  bool is_smallest = *smallest > 0 && packet->size <= *smallest + STILL_SPARE_BYTES;
  if (*smallest == 0 || packet->size < *smallest)
    *smallest = packet->size;
  return is_smallest;
}

/** Of H.264 alone: elsewhere a few bytes may show a picture that was sent before (VP9, AV1). A picture that is shown
 * before one that was sent earlier may take what is new from that one. */
static bool is_still(FrameReader *reader, const AVPacket *packet) {
  if (reader->decoder->codec_id != AV_CODEC_ID_H264)
    return false;
  if (is_smallest_kind(reader, packet))
    return packet->pts > reader->changed_pts;
  reader->changed_pts = MAX(reader->changed_pts, packet->pts);
  return false;
}

/** Tell the decoder whether the packet's picture may be passed over when no other refers to it. */
static void choose_effort(FrameReader *reader, const AVPacket *packet) {
  reader->decoder->skip_frame = AVDISCARD_DEFAULT;
  if (reader->decoder->codec_type != AVMEDIA_TYPE_VIDEO || packet->pts == AV_NOPTS_VALUE ||
      source_timing(reader->source)->is_counted)
    return;
  int64_t time_us = av_rescale_q(packet->pts, reader->time_base, AV_TIME_BASE_Q) - reader->start_us;
  if (time_us >= reader->pass_until_us && (reader->wanted == FRAMES_ALL || !is_still(reader, packet)))
    return;
  reader->decoder->skip_frame = AVDISCARD_NONREF;
  if (time_us < reader->pass_until_us)
    reader->passed_us = MAX(reader->passed_us, time_us);
}

/** Feed the decoder one packet of the stream, or the end. */
static void feed(FrameReader *reader) {
  while (true) {
    if (!source_read(reader->source, reader->packet)) {
      reader->at_end = true;
      avcodec_send_packet(reader->decoder, NULL);
      return;
    }
    if (is_before_key(reader, reader->packet)) {
      av_packet_unref(reader->packet);
      continue;
    }
    choose_effort(reader, reader->packet);
    int result = avcodec_send_packet(reader->decoder, reader->packet);
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
    return av_rescale_q(frame->pkt_duration, reader->time_base, AV_TIME_BASE_Q);
  AVRational rate = reader->rate;
  return rate.num > 0 && rate.den > 0 ? av_rescale(G_USEC_PER_SEC, rate.den, rate.num) : G_USEC_PER_SEC / 25;
}

/** The time of a picture that has no usable time stamp: by its number. */
static int64_t count_frame(FrameReader *reader) {
  Rational rate = source_timing(reader->source)->rate;
  return rescale_i64(reader->counted++, (int64_t)rate.den * G_USEC_PER_SEC, rate.num);
}

static int64_t frame_time_us(FrameReader *reader, const AVFrame *frame) {
  if (frame->width > 0 && source_timing(reader->source)->is_counted)
    return count_frame(reader);
  int64_t time_us = reader->next_us;
  if (frame->best_effort_timestamp != AV_NOPTS_VALUE)
    time_us = av_rescale_q(frame->best_effort_timestamp, reader->time_base, AV_TIME_BASE_Q) - reader->start_us;
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

/** The oldest pending frame goes. */
static void drop_pending(FrameReader *reader) {
  AVFrame *oldest = reader->pending[0];
  av_frame_unref(oldest);
  reader->pending_count--;
  for (int i = 0; i + 1 < PENDING_MAX; i++) {
    reader->pending[i] = reader->pending[i + 1];
    reader->pending_us[i] = reader->pending_us[i + 1];
  }
  reader->pending[PENDING_MAX - 1] = oldest;
}

const AVFrame *frame_reader_next(FrameReader *reader, int64_t *ret_time_us) {
  av_frame_unref(reader->current);
  if (reader->pending_count > 0) {
    av_frame_move_ref(reader->current, reader->pending[0]);
    reader->current_us = reader->pending_us[0];
    drop_pending(reader);
  } else if (!decode(reader, reader->current, &reader->current_us)) {
    return NULL;
  }
  *ret_time_us = reader->current_us;
  return reader->current;
}

static bool seek_packets(FrameReader *reader, int64_t time_us) {
  int64_t target = av_rescale_q(time_us + reader->start_us, AV_TIME_BASE_Q, reader->time_base);
  return !source_timing(reader->source)->is_linear && source_seek(reader->source, reader->stream, target);
}

/** Forget what was decoded: what comes next is from `time_us`. */
static void forget(FrameReader *reader, int64_t time_us) {
  avcodec_flush_buffers(reader->decoder);
  av_frame_unref(reader->current);
  while (reader->pending_count > 0)
    drop_pending(reader);
  reader->at_end = false;
  reader->next_us = MAX(time_us, 0);
  reader->counted = 0;
  reader->pass_until_us = reader->passed_us = reader->changed_pts = INT64_MIN;
}

static void rewind_to(FrameReader *reader, int64_t time_us) {
  reader->skip_to_key = KEY_SEARCH_PACKETS;
  if (time_us <= 0 || !seek_packets(reader, time_us)) {
    source_rewind(reader->source, reader->stream);
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
  while (true) {
    while (reader->pending_count >= 2 && reader->pending_us[1] <= time_us)
      drop_pending(reader);
    int count = reader->pending_count;
    if (count >= 2 || (count == 1 && reader->pending_us[0] > time_us) ||
        !decode(reader, reader->pending[count], &reader->pending_us[count]))
      return;
    reader->pending_count++;
  }
}

/** What was given last becomes the first to be given again. */
static void put_back(FrameReader *reader) {
  AVFrame *spare = reader->pending[PENDING_MAX - 1];
  for (int i = PENDING_MAX - 1; i > 0; i--) {
    reader->pending[i] = reader->pending[i - 1];
    reader->pending_us[i] = reader->pending_us[i - 1];
  }
  reader->pending[0] = spare;
  av_frame_move_ref(spare, reader->current);
  reader->pending_us[0] = reader->current_us;
  reader->pending_count++;
}

/** In a linear source there is only onwards, or all over again. */
static void seek_linear(FrameReader *reader, int64_t time_us) {
  if (reader->current->buf[0] != NULL && reader->pending_count < PENDING_MAX)
    put_back(reader);
  if (reader->pending_count == 0 || reader->pending_us[0] > time_us)
    rewind_to(reader, 0);
  advance_to(reader, time_us);
}

/** Decode from `start_us` on up to the frame at `time_us`, quickly. When what was passed over might have been that frame,
 * once more with all of them. */
static void seek_from(FrameReader *reader, int64_t start_us, int64_t time_us) {
  rewind_to(reader, start_us);
  reader->pass_until_us = time_us - SEEK_MARGIN_US;
  advance_to(reader, time_us);
  if (reader->passed_us == INT64_MIN || (reader->pending_count > 0 && reader->pending_us[0] >= reader->passed_us))
    return;
  rewind_to(reader, start_us);
  advance_to(reader, time_us);
}

static bool fail_without_frame(FrameReader *reader, GError **error) {
  g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_DAMAGED, "no %s frame could be decoded",
              av_get_media_type_string(stream_of(reader)->codecpar->codec_type));
  return false;
}

bool frame_reader_seek(FrameReader *reader, int64_t time_us, GError **error) {
  static const int64_t steps_back_us[] = {0, 2 * G_TIME_SPAN_SECOND, 12 * G_TIME_SPAN_SECOND,
                                          60 * G_TIME_SPAN_SECOND, INT64_MAX};
  if (source_timing(reader->source)->is_linear) {
    seek_linear(reader, time_us);
    return reader->pending_count > 0 || fail_without_frame(reader, error);
  }
  for (size_t i = 0; i < G_N_ELEMENTS(steps_back_us); i++) {
    bool from_start = steps_back_us[i] >= time_us;
    seek_from(reader, from_start ? 0 : time_us - steps_back_us[i], time_us);
    if (reader->pending_count > 0 && (reader->pending_us[0] <= time_us || from_start))
      return true;
    if (from_start)
      break;
  }
  return fail_without_frame(reader, error);
}

int64_t frame_reader_damaged(const FrameReader *reader) {
  return reader->damaged;
}
