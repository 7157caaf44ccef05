#include "transcoder/picture_buffer.h"

#include "transcoder/error.h"

#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

struct PictureConverter {
  GstVideoInfo video;      /**< of the buffers */
  enum AVPixelFormat from; /**< frames of this format and size go in as they are */
  int width, height;
  struct SwsContext *scaler; /**< for all others; kept while the input stays the same */
  enum AVPixelFormat to;     /**< what the scaler makes */
};

/** Formats that both sides lay out the same way. */
static const struct {
  enum AVPixelFormat av;
  GstVideoFormat gst;
} formats[] = {
    {AV_PIX_FMT_YUV420P, GST_VIDEO_FORMAT_I420},
    {AV_PIX_FMT_YUVJ420P, GST_VIDEO_FORMAT_I420},
    {AV_PIX_FMT_NV12, GST_VIDEO_FORMAT_NV12},
    {AV_PIX_FMT_YUV422P, GST_VIDEO_FORMAT_Y42B},
    {AV_PIX_FMT_YUVJ422P, GST_VIDEO_FORMAT_Y42B},
    {AV_PIX_FMT_YUV444P, GST_VIDEO_FORMAT_Y444},
    {AV_PIX_FMT_YUVJ444P, GST_VIDEO_FORMAT_Y444},
    {AV_PIX_FMT_YUV420P10LE, GST_VIDEO_FORMAT_I420_10LE},
    {AV_PIX_FMT_YUV422P10LE, GST_VIDEO_FORMAT_I422_10LE},
    {AV_PIX_FMT_YUYV422, GST_VIDEO_FORMAT_YUY2},
    {AV_PIX_FMT_UYVY422, GST_VIDEO_FORMAT_UYVY},
    {AV_PIX_FMT_GRAY8, GST_VIDEO_FORMAT_GRAY8},
    {AV_PIX_FMT_RGB24, GST_VIDEO_FORMAT_RGB},
    {AV_PIX_FMT_BGRA, GST_VIDEO_FORMAT_BGRA},
};

static GstVideoFormat find_format(enum AVPixelFormat format) {
  for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
    if (formats[i].av == format)
      return formats[i].gst;
  }
  return GST_VIDEO_FORMAT_UNKNOWN;
}

static bool is_full_range(const AVFrame *frame) {
  return frame->color_range == AVCOL_RANGE_JPEG || frame->format == AV_PIX_FMT_YUVJ420P ||
         frame->format == AV_PIX_FMT_YUVJ422P || frame->format == AV_PIX_FMT_YUVJ444P;
}

/** What the frame says of its colours, where it says something; the rest stays GStreamer's guess by size. */
static void set_colorimetry(GstVideoInfo *video, const AVFrame *frame) {
  if (!GST_VIDEO_INFO_IS_YUV(video))
    return;
  video->chroma_site = GST_VIDEO_CHROMA_SITE_MPEG2; /* as H.264 and MPEG have it when nothing is said */
  GstVideoColorMatrix matrix = gst_video_color_matrix_from_iso((guint)frame->colorspace);
  GstVideoTransferFunction transfer = gst_video_transfer_function_from_iso((guint)frame->color_trc);
  GstVideoColorPrimaries primaries = gst_video_color_primaries_from_iso((guint)frame->color_primaries);
  if (matrix != GST_VIDEO_COLOR_MATRIX_UNKNOWN && matrix != GST_VIDEO_COLOR_MATRIX_RGB)
    video->colorimetry.matrix = matrix;
  if (transfer != GST_VIDEO_TRANSFER_UNKNOWN)
    video->colorimetry.transfer = transfer;
  if (primaries != GST_VIDEO_COLOR_PRIMARIES_UNKNOWN)
    video->colorimetry.primaries = primaries;
  video->colorimetry.range = is_full_range(frame) ? GST_VIDEO_COLOR_RANGE_0_255 : GST_VIDEO_COLOR_RANGE_16_235;
}

PictureConverter *picture_converter_new(const AVFrame *first, GError **error) {
  g_autoptr(PictureConverter) converter = g_new0(PictureConverter, 1);
  converter->width = first->width;
  converter->height = first->height;
  converter->from = (enum AVPixelFormat)first->format;
  converter->to = converter->from;
  GstVideoFormat format = find_format(converter->from);
  if (format == GST_VIDEO_FORMAT_UNKNOWN) {
    format = GST_VIDEO_FORMAT_I420;
    converter->to = AV_PIX_FMT_YUV420P;
    if (!sws_isSupportedInput(converter->from)) {
      g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_UNSUPPORTED, "pixel format %s",
                  av_get_pix_fmt_name(converter->from));
      return NULL;
    }
  }
  gst_video_info_set_format(&converter->video, format, (guint)first->width, (guint)first->height);
  set_colorimetry(&converter->video, first);
  return g_steal_pointer(&converter);
}

void picture_converter_free(PictureConverter *converter) {
  if (converter == NULL)
    return;
  sws_freeContext(converter->scaler);
  g_free(converter);
}

GstCaps *picture_converter_caps(const PictureConverter *converter, int rate_num, int rate_den) {
  GstVideoInfo video = converter->video;
  video.fps_n = rate_num;
  video.fps_d = rate_den;
  return gst_video_info_to_caps(&video);
}

static int plane_rows(const PictureConverter *converter, guint plane) {
  gint components[GST_VIDEO_MAX_COMPONENTS];
  gst_video_format_info_component(converter->video.finfo, plane, components);
  return GST_VIDEO_INFO_COMP_HEIGHT(&converter->video, components[0]);
}

static void free_frame(gpointer frame) {
  AVFrame *owned = frame;
  av_frame_free(&owned);
}

static GstBuffer *wrap_planes(const PictureConverter *converter, const AVFrame *frame) {
  guint planes = GST_VIDEO_INFO_N_PLANES(&converter->video);
  gsize offsets[GST_VIDEO_MAX_PLANES] = {0}, total = 0;
  gint strides[GST_VIDEO_MAX_PLANES] = {0};
  GstBuffer *buffer = gst_buffer_new();
  for (guint plane = 0; plane < planes; plane++) {
    gsize size = (gsize)frame->linesize[plane] * (gsize)plane_rows(converter, plane);
    AVFrame *held = av_frame_clone(frame);
    gst_buffer_append_memory(buffer, gst_memory_new_wrapped(GST_MEMORY_FLAG_READONLY, frame->data[plane], size, 0,
                                                            size, held, free_frame));
    offsets[plane] = total;
    strides[plane] = frame->linesize[plane];
    total += size;
  }
  gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(&converter->video),
                                 (guint)converter->width, (guint)converter->height, planes, offsets, strides);
  return buffer;
}

/** Convert into a frame of the converter's own size and format. */
static AVFrame *convert(PictureConverter *converter, const AVFrame *frame) {
  converter->scaler =
      sws_getCachedContext(converter->scaler, frame->width, frame->height, (enum AVPixelFormat)frame->format,
                           converter->width, converter->height, converter->to, SWS_BILINEAR, NULL, NULL, NULL);
  if (converter->scaler == NULL)
    return NULL;
  AVFrame *converted = av_frame_alloc();
  converted->width = converter->width;
  converted->height = converter->height;
  converted->format = converter->to;
  if (av_frame_get_buffer(converted, 0) < 0 ||
      sws_scale(converter->scaler, (const uint8_t *const *)frame->data, frame->linesize, 0, frame->height,
                converted->data, converted->linesize) < 0)
    av_frame_free(&converted);
  return converted;
}

GstBuffer *picture_converter_wrap(PictureConverter *converter, const AVFrame *frame) {
  bool same = frame->width == converter->width && frame->height == converter->height &&
              frame->format == (int)converter->to && frame->linesize[0] > 0;
  if (same)
    return wrap_planes(converter, frame);
  AVFrame *converted = convert(converter, frame);
  if (converted == NULL)
    return NULL;
  GstBuffer *buffer = wrap_planes(converter, converted);
  av_frame_free(&converted);
  return buffer;
}
