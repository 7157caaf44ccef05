#include "transcoder/picture_scaler.h"

#include "transcoder/error.h"
#include "transcoder/plane_scaler.h"

#include <libavutil/buffer.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

/** What vector code may want, and read past the end. */
#define PLANE_ALIGNMENT 64
/** swscale's positions of chroma samples between luma samples, in 1/256 of a luma sample: co-sited, in the middle. */
enum { CHROMA_COSITED = 0, CHROMA_BETWEEN = 128 };
/** Taller pictures that do not say are taken for BT.709, as players do. */
#define SD_HEIGHT_MAX 576

/** All of a picture that a conversion depends on. */
typedef struct {
  int width, height;
  enum AVPixelFormat format;
  int colorspace; /**< AVColorSpace, never unspecified */
  bool is_full_range;
  bool is_chroma_centred;
} PictureShape;

struct PictureScaler {
  PictureScalerConfig config;
  PictureShape shape; /**< of the input that `context` is for */
  struct SwsContext *context;
  PlaneScaler *luma, *chroma; /**< in place of `context` where only the size differs */
  AVBufferPool *pool;
};

PictureScaler *picture_scaler_new(const PictureScalerConfig *config) {
  PictureScaler *scaler = g_new0(PictureScaler, 1);
  scaler->config = *config;
  int size = av_image_get_buffer_size(AV_PIX_FMT_YUV420P, config->width, config->height, PLANE_ALIGNMENT);
  scaler->pool = av_buffer_pool_init((size_t)size + PLANE_ALIGNMENT, NULL);
  return scaler;
}

void picture_scaler_free(PictureScaler *scaler) {
  if (scaler == NULL)
    return;
  sws_freeContext(scaler->context);
  plane_scaler_free(scaler->luma);
  plane_scaler_free(scaler->chroma);
  av_buffer_pool_uninit(&scaler->pool);
  g_free(scaler);
}

static bool is_full_range(const AVFrame *frame) {
  return frame->color_range == AVCOL_RANGE_JPEG || frame->format == AV_PIX_FMT_YUVJ420P ||
         frame->format == AV_PIX_FMT_YUVJ422P || frame->format == AV_PIX_FMT_YUVJ444P ||
         frame->format == AV_PIX_FMT_YUVJ440P || frame->format == AV_PIX_FMT_YUVJ411P;
}

/** swscale's table of matrices goes by the same numbers as the frames do. */
static int matrix_of(const AVFrame *frame) {
  switch (frame->colorspace) {
  case AVCOL_SPC_BT709:
  case AVCOL_SPC_FCC:
  case AVCOL_SPC_SMPTE240M:
  case AVCOL_SPC_BT2020_NCL:
    return (int)frame->colorspace;
  case AVCOL_SPC_BT2020_CL:
    return AVCOL_SPC_BT2020_NCL;
  case AVCOL_SPC_BT470BG:
  case AVCOL_SPC_SMPTE170M:
    return AVCOL_SPC_SMPTE170M;
  default:
    return frame->height > SD_HEIGHT_MAX ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
  }
}

static PictureShape shape_of(const AVFrame *frame) {
  return (PictureShape){
      .width = frame->width,
      .height = frame->height,
      .format = (enum AVPixelFormat)frame->format,
      .colorspace = matrix_of(frame),
      .is_full_range = is_full_range(frame),
      .is_chroma_centred = frame->chroma_location == AVCHROMA_LOC_CENTER,
  };
}

static bool is_same_shape(const PictureShape *a, const PictureShape *b) {
  return a->width == b->width && a->height == b->height && a->format == b->format &&
         a->colorspace == b->colorspace && a->is_full_range == b->is_full_range &&
         a->is_chroma_centred == b->is_chroma_centred;
}

static int target_matrix(const PictureScaler *scaler) {
  return scaler->config.is_hd ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
}

/** But for its size. */
static bool is_right_kind(const PictureScaler *scaler, const PictureShape *shape) {
  return shape->format == AV_PIX_FMT_YUV420P && !shape->is_full_range && shape->colorspace == target_matrix(scaler);
}

static bool is_right_already(const PictureScaler *scaler, const AVFrame *frame, const PictureShape *shape) {
  return frame->linesize[0] > 0 && shape->width == scaler->config.width && shape->height == scaler->config.height &&
         is_right_kind(scaler, shape);
}

static void set_sizes(struct SwsContext *context, const PictureScaler *scaler, const PictureShape *shape) {
  av_opt_set_int(context, "srcw", shape->width, 0);
  av_opt_set_int(context, "srch", shape->height, 0);
  av_opt_set_int(context, "src_format", shape->format, 0);
  av_opt_set_int(context, "dstw", scaler->config.width, 0);
  av_opt_set_int(context, "dsth", scaler->config.height, 0);
  av_opt_set_int(context, "dst_format", AV_PIX_FMT_YUV420P, 0);
  av_opt_set_int(context, "sws_flags", SWS_BICUBIC, 0);
  av_opt_set_int(context, "src_range", shape->is_full_range, 0);
  av_opt_set_int(context, "dst_range", 0, 0);
}

/** Samples of 4:2:0 and 4:2:2 stand at the left of their pair, but for JPEG's, in the middle. */
static void set_chroma_positions(struct SwsContext *context, const PictureShape *shape) {
  const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(shape->format);
  bool is_rgb = (format->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) != 0;
  if (!is_rgb && format->log2_chroma_w == 1)
    av_opt_set_int(context, "src_h_chr_pos", shape->is_chroma_centred ? CHROMA_BETWEEN : CHROMA_COSITED, 0);
  if (!is_rgb && format->log2_chroma_h == 1)
    av_opt_set_int(context, "src_v_chr_pos", CHROMA_BETWEEN, 0);
  av_opt_set_int(context, "dst_h_chr_pos", CHROMA_COSITED, 0);
  av_opt_set_int(context, "dst_v_chr_pos", CHROMA_BETWEEN, 0);
}

/** Planes of our own where that can be; else false. */
static bool prepare_planes(PictureScaler *scaler, const PictureShape *shape) {
  int width = scaler->config.width, height = scaler->config.height;
  PlaneScalerConfig luma = {shape->width, shape->height, width, height, false, false};
  PlaneScalerConfig chroma = {
      AV_CEIL_RSHIFT(shape->width, 1), AV_CEIL_RSHIFT(shape->height, 1), width / 2, height / 2, true, false};
  if (!is_right_kind(scaler, shape) || shape->is_chroma_centred || !plane_scaler_can(&luma) ||
      !plane_scaler_can(&chroma))
    return false;
  scaler->luma = plane_scaler_new(&luma);
  scaler->chroma = plane_scaler_new(&chroma);
  return true;
}

static bool prepare(PictureScaler *scaler, const PictureShape *shape, GError **error) {
  if ((scaler->context != NULL || scaler->luma != NULL) && is_same_shape(&scaler->shape, shape))
    return true;
  g_clear_pointer(&scaler->context, sws_freeContext);
  g_clear_pointer(&scaler->luma, plane_scaler_free);
  g_clear_pointer(&scaler->chroma, plane_scaler_free);
  scaler->shape = *shape;
  if (prepare_planes(scaler, shape))
    return true;
  int result = AVERROR(EINVAL);
  if (sws_isSupportedInput(shape->format)) {
    scaler->context = sws_alloc_context();
    set_sizes(scaler->context, scaler, shape);
    set_chroma_positions(scaler->context, shape);
    result = sws_init_context(scaler->context, NULL, NULL);
  }
  if (result < 0) {
    const char *name = av_get_pix_fmt_name(shape->format);
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_UNSUPPORTED,
                "a picture of %dx%d in pixel format %s cannot be scaled", shape->width, shape->height,
                name != NULL ? name : "unknown");
    g_clear_pointer(&scaler->context, sws_freeContext);
    return false;
  }
  sws_setColorspaceDetails(scaler->context, sws_getCoefficients(shape->colorspace), shape->is_full_range,
                           sws_getCoefficients(target_matrix(scaler)), 0, 0, 1 << 16, 1 << 16);
  return true;
}

/** A frame out of the pool. */
static AVFrame *new_frame(PictureScaler *scaler, GError **error) {
  int width = scaler->config.width, height = scaler->config.height;
  AVFrame *frame = av_frame_alloc();
  AVBufferRef *buffer = frame != NULL ? av_buffer_pool_get(scaler->pool) : NULL;
  if (buffer == NULL) {
    av_frame_free(&frame);
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "out of memory");
    return NULL;
  }
  frame->buf[0] = buffer;
  frame->format = AV_PIX_FMT_YUV420P;
  frame->width = width;
  frame->height = height;
  frame->colorspace = (enum AVColorSpace)target_matrix(scaler);
  frame->color_range = AVCOL_RANGE_MPEG;
  frame->chroma_location = AVCHROMA_LOC_LEFT;
  av_image_fill_arrays(frame->data, frame->linesize, buffer->data, AV_PIX_FMT_YUV420P, width, height,
                       PLANE_ALIGNMENT);
  return frame;
}

static void scale_planes(PictureScaler *scaler, const AVFrame *frame, AVFrame *scaled) {
  for (int i = 0; i < 3; i++)
    plane_scaler_run(i == 0 ? scaler->luma : scaler->chroma, frame->data[i], frame->linesize[i], scaled->data[i],
                     scaled->linesize[i]);
}

static AVFrame *resize(PictureScaler *scaler, const AVFrame *frame, const PictureShape *shape, GError **error) {
  if (!prepare(scaler, shape, error))
    return NULL;
  AVFrame *scaled = new_frame(scaler, error);
  if (scaled == NULL)
    return NULL;
  if (scaler->luma != NULL) {
    scale_planes(scaler, frame, scaled);
    return scaled;
  }
  int result = sws_scale(scaler->context, (const uint8_t *const *)frame->data, frame->linesize, 0, frame->height,
                         scaled->data, scaled->linesize);
  if (result >= 0)
    return scaled;
  av_frame_free(&scaled);
  transcoder_set_av_error(error, TRANSCODER_ERROR_UNSUPPORTED, result, "scaling a picture");
  return NULL;
}

AVFrame *picture_scaler_scale(PictureScaler *scaler, const AVFrame *frame, GError **error) {
  PictureShape shape = shape_of(frame);
  return is_right_already(scaler, frame, &shape) ? av_frame_clone(frame) : resize(scaler, frame, &shape, error);
}
