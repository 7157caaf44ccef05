#include "transcoder/aac_encoder.h"

#include "transcoder/error.h"

#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <string.h>

/** From here on libavcodec's "fast" coder takes a third of the time and brings less noise; below it is 1 dB too quiet, as
 * it leaves out treble. docs/notes/loudness.md has the measurements. */
#define FAST_CODER_BPS 96000

struct AacEncoder {
  AVCodecContext *context;
  AVFrame *frame;
  AVPacket *packet;
  int64_t next_pts;
};

static bool fail(GError **error, int result, const char *what) {
  transcoder_set_av_error(error, TRANSCODER_ERROR_ENCODER, result, what);
  return false;
}

static bool open_context(AacEncoder *encoder, int32_t rate_hz, int64_t bitrate_bps, GError **error) {
  const AVCodec *codec = avcodec_find_encoder_by_name("aac");
  encoder->context = codec != NULL ? avcodec_alloc_context3(codec) : NULL;
  if (encoder->context == NULL) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_ENCODER, "no AAC encoder");
    return false;
  }
  AVCodecContext *context = encoder->context;
  context->sample_rate = rate_hz;
  context->sample_fmt = AV_SAMPLE_FMT_FLTP;
  context->bit_rate = bitrate_bps;
  context->time_base = (AVRational){1, rate_hz};
  context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
  av_channel_layout_default(&context->ch_layout, SOUND_CHANNELS);
  if (bitrate_bps >= FAST_CODER_BPS)
    av_opt_set(context->priv_data, "aac_coder", "fast", 0);
  int result = avcodec_open2(context, codec, NULL);
  return result >= 0 || fail(error, result, "the AAC encoder does not start");
}

AacEncoder *aac_encoder_new(int32_t rate_hz, int64_t bitrate_bps, GError **error) {
  g_autoptr(AacEncoder) encoder = g_new0(AacEncoder, 1);
  encoder->frame = av_frame_alloc();
  encoder->packet = av_packet_alloc();
  return open_context(encoder, rate_hz, bitrate_bps, error) ? g_steal_pointer(&encoder) : NULL;
}

void aac_encoder_free(AacEncoder *encoder) {
  if (encoder == NULL)
    return;
  avcodec_free_context(&encoder->context);
  av_frame_free(&encoder->frame);
  av_packet_free(&encoder->packet);
  g_free(encoder);
}

static bool send(AacEncoder *encoder, float *const planes[SOUND_CHANNELS], GError **error) {
  AVFrame *frame = encoder->frame;
  av_frame_unref(frame);
  frame->nb_samples = AAC_FRAME_SAMPLES;
  frame->format = AV_SAMPLE_FMT_FLTP;
  frame->sample_rate = encoder->context->sample_rate;
  frame->pts = encoder->next_pts;
  encoder->next_pts += AAC_FRAME_SAMPLES;
  int result = av_channel_layout_copy(&frame->ch_layout, &encoder->context->ch_layout);
  if (result >= 0)
    result = av_frame_get_buffer(frame, 0);
  if (result < 0)
    return fail(error, result, "encoding AAC");
  for (int channel = 0; channel < SOUND_CHANNELS; channel++)
    memcpy(frame->data[channel], planes[channel], AAC_FRAME_SAMPLES * sizeof(float));
  result = avcodec_send_frame(encoder->context, frame);
  return result >= 0 || fail(error, result, "encoding AAC");
}

bool aac_encoder_encode(AacEncoder *encoder, float *const planes[SOUND_CHANNELS], GPtrArray *frames,
                        GError **error) {
  if (planes == NULL)
    avcodec_send_frame(encoder->context, NULL);
  else if (!send(encoder, planes, error))
    return false;
  int result;
  while ((result = avcodec_receive_packet(encoder->context, encoder->packet)) >= 0) {
    if (encoder->packet->pts >= 0) /* not priming */
      g_ptr_array_add(frames, g_bytes_new(encoder->packet->data, (gsize)encoder->packet->size));
    av_packet_unref(encoder->packet);
  }
  return result == AVERROR(EAGAIN) || result == AVERROR_EOF || fail(error, result, "encoding AAC");
}
