/** Sources made by the tests: video whose luma tells the number of each frame, and sound whose samples tell their
 * place, through libavformat's own encoders and muxers. */
#pragma once

#include "transcoder/source.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <unistd.h>

#define FIXTURE_WIDTH 128
#define FIXTURE_HEIGHT 96
#define FIXTURE_CODES 54     /**< frame numbers are told apart modulo this */
#define FIXTURE_HOLD_STEP 13 /**< between pictures that stand */
#define FIXTURE_AUDIO_RATE 48000

typedef struct {
  const char *muxer; /**< "matroska", "mp4", "avi", "mpegts" */
  int frames;        /**< video frames; 0: no video */
  AVRational rate;
  int gop, b_frames;
  int audio_frames; /**< PCM or AC-3 frames of 1536 samples; 0: no sound */
  int audio_gap_at; /**< this frame and later ones come `audio_gap_ms` late; 0: no gap */
  int audio_gap_ms;
  int audio_drift_ppm;    /**< the sound's clock runs so much slow */
  int64_t video_delay_ms; /**< the video starts this late */
  int hold;               /**< pictures stand for so many frames; 0: one. What they show differs more then */
  const char *language;   /**< of the sound; NULL: none */
} FixtureSource;

static inline uint8_t fixture_luma(int64_t frame) {
  return (uint8_t)(20 + 4 * (frame % FIXTURE_CODES));
}

/** The frame number (modulo FIXTURE_CODES) that a decoded picture shows. */
static inline int fixture_code(const AVFrame *frame) {
  int sum = 0;
  for (int y = 0; y < 8; y++) {
    for (int x = 0; x < 8; x++)
      sum += frame->data[0][(frame->height / 2 + y) * frame->linesize[0] + frame->width / 2 + x];
  }
  return (sum / 64 - 20 + 2) / 4;
}

static inline AVCodecContext *fixture_open_video(const FixtureSource *source, int flags) {
  AVCodecContext *encoder = avcodec_alloc_context3(avcodec_find_encoder(AV_CODEC_ID_MPEG4));
  encoder->width = FIXTURE_WIDTH;
  encoder->height = FIXTURE_HEIGHT;
  encoder->pix_fmt = AV_PIX_FMT_YUV420P;
  encoder->time_base = av_inv_q(source->rate);
  encoder->framerate = source->rate;
  encoder->gop_size = source->gop;
  encoder->max_b_frames = source->b_frames;
  encoder->global_quality = 2 * FF_QP2LAMBDA; /* no frame may be taken for the one before it */
  encoder->flags |= AV_CODEC_FLAG_QSCALE;
  encoder->flags |= flags;
  g_assert_cmpint(avcodec_open2(encoder, NULL, NULL), >=, 0);
  return encoder;
}

static inline AVCodecContext *fixture_open_audio(int flags) {
  AVCodecContext *encoder = avcodec_alloc_context3(avcodec_find_encoder(AV_CODEC_ID_AC3));
  encoder->sample_rate = FIXTURE_AUDIO_RATE;
  encoder->sample_fmt = AV_SAMPLE_FMT_FLTP;
  encoder->bit_rate = 192000;
  encoder->time_base = (AVRational){1, FIXTURE_AUDIO_RATE};
  encoder->flags |= flags;
  av_channel_layout_default(&encoder->ch_layout, 2);
  g_assert_cmpint(avcodec_open2(encoder, NULL, NULL), >=, 0);
  return encoder;
}

static inline void fixture_write(AVFormatContext *format, AVStream *stream, AVCodecContext *encoder, AVFrame *frame,
                                 int64_t delay_ms) {
  g_assert_cmpint(avcodec_send_frame(encoder, frame), >=, 0);
  AVPacket *packet = av_packet_alloc();
  while (avcodec_receive_packet(encoder, packet) >= 0) {
    av_packet_rescale_ts(packet, encoder->time_base, stream->time_base);
    int64_t delay = av_rescale_q(delay_ms, (AVRational){1, 1000}, stream->time_base);
    packet->pts += delay;
    packet->dts += delay;
    packet->stream_index = stream->index;
    g_assert_cmpint(av_interleaved_write_frame(format, packet), >=, 0);
  }
  av_packet_free(&packet);
}

static inline AVStream *fixture_add_stream(AVFormatContext *format, AVCodecContext *encoder) {
  AVStream *stream = avformat_new_stream(format, NULL);
  avcodec_parameters_from_context(stream->codecpar, encoder);
  stream->time_base = encoder->time_base;
  stream->avg_frame_rate = encoder->framerate;
  return stream;
}

static inline void fixture_write_video(AVFormatContext *format, AVStream *stream, AVCodecContext *encoder,
                                       int number, int hold, int64_t delay_ms) {
  AVFrame *frame = av_frame_alloc();
  frame->width = FIXTURE_WIDTH;
  frame->height = FIXTURE_HEIGHT;
  frame->format = AV_PIX_FMT_YUV420P;
  frame->pts = number;
  g_assert_cmpint(av_frame_get_buffer(frame, 0), >=, 0);
  int shown = hold > 1 ? number / hold * FIXTURE_HOLD_STEP : number;
  memset(frame->data[0], fixture_luma(shown), (size_t)frame->linesize[0] * FIXTURE_HEIGHT);
  memset(frame->data[1], 128, (size_t)frame->linesize[1] * FIXTURE_HEIGHT / 2);
  memset(frame->data[2], 128, (size_t)frame->linesize[2] * FIXTURE_HEIGHT / 2);
  fixture_write(format, stream, encoder, frame, delay_ms);
  av_frame_free(&frame);
}

/** A constant level: what stays constant through a lossy codec. */
static inline void fixture_write_audio(AVFormatContext *format, AVStream *stream, AVCodecContext *encoder,
                                       int number, int64_t delay_ms) {
  AVFrame *frame = av_frame_alloc();
  frame->nb_samples = encoder->frame_size;
  frame->format = encoder->sample_fmt;
  frame->sample_rate = encoder->sample_rate;
  frame->pts = (int64_t)number * encoder->frame_size;
  av_channel_layout_copy(&frame->ch_layout, &encoder->ch_layout);
  g_assert_cmpint(av_frame_get_buffer(frame, 0), >=, 0);
  for (int channel = 0; channel < 2; channel++) {
    for (int i = 0; i < frame->nb_samples; i++)
      ((float *)(void *)frame->data[channel])[i] = (i / 24) % 2 == 0 ? 0.5f : -0.5f; /* 1 kHz, square */
  }
  fixture_write(format, stream, encoder, frame, delay_ms);
  av_frame_free(&frame);
}

static inline void fixture_write_all(AVFormatContext *format, const FixtureSource *source, AVCodecContext *video,
                                     AVCodecContext *audio) {
  AVStream *video_stream = video != NULL ? fixture_add_stream(format, video) : NULL;
  AVStream *audio_stream = audio != NULL ? fixture_add_stream(format, audio) : NULL;
  if (audio_stream != NULL && source->language != NULL)
    av_dict_set(&audio_stream->metadata, "language", source->language, 0);
  g_assert_cmpint(avformat_write_header(format, NULL), >=, 0);
  for (int i = 0; i < source->frames; i++)
    fixture_write_video(format, video_stream, video, i, source->hold, source->video_delay_ms);
  if (video != NULL)
    fixture_write(format, video_stream, video, NULL, source->video_delay_ms);
  for (int i = 0; i < source->audio_frames; i++) {
    bool is_late = source->audio_gap_at > 0 && i >= source->audio_gap_at;
    int64_t drift_ms = (int64_t)i * 1536 * source->audio_drift_ppm / FIXTURE_AUDIO_RATE / 1000;
    fixture_write_audio(format, audio_stream, audio, i, drift_ms + (is_late ? source->audio_gap_ms : 0));
  }
  g_assert_cmpint(av_write_trailer(format), >=, 0);
}

/** Write the source to a new temporary file; caller unlinks and frees. */
static inline char *fixture_make(const FixtureSource *source) {
  g_autofree char *name = g_strdup_printf("kapok-fixture-%s-XXXXXX", source->muxer);
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp(name, &path, NULL);
  g_assert_cmpint(fd, >=, 0);
  close(fd);
  AVFormatContext *format = NULL;
  g_assert_cmpint(avformat_alloc_output_context2(&format, NULL, source->muxer, path), >=, 0);
  int flags = (format->oformat->flags & AVFMT_GLOBALHEADER) != 0 ? AV_CODEC_FLAG_GLOBAL_HEADER : 0;
  AVCodecContext *video = source->frames > 0 ? fixture_open_video(source, flags) : NULL;
  AVCodecContext *audio = source->audio_frames > 0 ? fixture_open_audio(flags) : NULL;
  g_assert_cmpint(avio_open(&format->pb, path, AVIO_FLAG_WRITE), >=, 0);
  fixture_write_all(format, source, video, audio);
  avio_closep(&format->pb);
  avcodec_free_context(&video);
  avcodec_free_context(&audio);
  avformat_free_context(format);
  return g_steal_pointer(&path);
}

/** Open as a source and remove the file's name. */
static inline Source *fixture_open(const FixtureSource *description, int *ret_fd) {
  g_autofree char *path = fixture_make(description);
  GError *error = NULL;
  *ret_fd = open(path, O_RDONLY | O_CLOEXEC);
  Source *source = source_open(*ret_fd, &error);
  g_assert_no_error(error);
  g_unlink(path);
  return source;
}
