#include "transcoder/still.h"

#include "transcoder/error.h"
#include "transcoder/picture_scaler.h"

#include <libavcodec/avcodec.h>

AVFrame *still_scale(const AVFrame *frame, int32_t width, int32_t height, GError **error) {
  PictureScalerConfig config = {.width = width, .height = height, .is_hd = false};
  g_autoptr(PictureScaler) scaler = picture_scaler_new(&config);
  return picture_scaler_scale(scaler, frame, error);
}

/** From video range (16 to 235, chroma 16 to 240) to all of 0 to 255. */
static void widen_plane(uint8_t *data, int stride, int width, int height, bool is_chroma) {
  uint8_t wide[256];
  for (int value = 0; value < 256; value++) {
    int widened = is_chroma ? ((value - 128) * 255 + (value < 128 ? -112 : 112)) / 224 + 128
                            : ((value - 16) * 255 + 109) / 219;
    wide[value] = (uint8_t)CLAMP(widened, 0, 255);
  }
  for (int y = 0; y < height; y++) {
    uint8_t *row = data + (ptrdiff_t)y * stride;
    for (int x = 0; x < width; x++)
      row[x] = wide[row[x]];
  }
}

static bool widen(AVFrame *frame) {
  if (av_frame_make_writable(frame) < 0)
    return false;
  for (int plane = 0; plane < 3; plane++) {
    int shift = plane > 0 ? 1 : 0;
    widen_plane(frame->data[plane], frame->linesize[plane], (frame->width + shift) >> shift,
                (frame->height + shift) >> shift, plane > 0);
  }
  frame->format = AV_PIX_FMT_YUVJ420P;
  frame->color_range = AVCOL_RANGE_JPEG;
  return true;
}

static AVCodecContext *open_encoder(const AVFrame *frame, int quantizer, GError **error) {
  const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
  AVCodecContext *encoder = avcodec_alloc_context3(codec);
  encoder->width = frame->width;
  encoder->height = frame->height;
  encoder->pix_fmt = AV_PIX_FMT_YUVJ420P;
  encoder->color_range = AVCOL_RANGE_JPEG;
  encoder->time_base = (AVRational){1, 25};
  encoder->thread_count = 1;
  encoder->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
  encoder->global_quality = quantizer * FF_QP2LAMBDA;
  int result = codec != NULL ? avcodec_open2(encoder, codec, NULL) : AVERROR_ENCODER_NOT_FOUND;
  if (result >= 0)
    return encoder;
  transcoder_set_av_error(error, TRANSCODER_ERROR_ENCODER, result, "the JPEG encoder does not start");
  avcodec_free_context(&encoder);
  return NULL;
}

static bool save(const AVPacket *packet, const char *path, GError **error) {
  g_autoptr(GError) cause = NULL;
  if (g_file_set_contents(path, (const char *)packet->data, packet->size, &cause))
    return true;
  g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_STORAGE, cause->message);
  return false;
}

static bool encode(AVFrame *frame, int quantizer, const char *path, GError **error) {
  AVCodecContext *encoder = open_encoder(frame, quantizer, error);
  if (encoder == NULL)
    return false;
  AVPacket *packet = av_packet_alloc();
  frame->quality = encoder->global_quality;
  frame->pts = 0;
  int result = avcodec_send_frame(encoder, frame);
  if (result >= 0)
    result = avcodec_receive_packet(encoder, packet);
  if (result < 0)
    transcoder_set_av_error(error, TRANSCODER_ERROR_ENCODER, result, "the JPEG encoder gave nothing");
  bool ok = result >= 0 && save(packet, path, error);
  av_packet_free(&packet);
  avcodec_free_context(&encoder);
  return ok;
}

bool still_write_jpeg(const AVFrame *frame, const StillConfig *config, const char *path, GError **error) {
  AVFrame *scaled = still_scale(frame, config->width, config->height, error);
  if (scaled == NULL)
    return false;
  bool ok = widen(scaled);
  if (!ok)
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "out of memory");
  ok = ok && encode(scaled, config->quantizer, path, error);
  av_frame_free(&scaled);
  return ok;
}
