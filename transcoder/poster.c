#include "transcoder/poster.h"

#include "transcoder/error.h"
#include "transcoder/media_allow_list.h"
#include "transcoder/picture_buffer.h"
#include "transcoder/picture_reader.h"
#include "transcoder/still.h"
#include "transcoder/waveform.h"

#include <libavcodec/avcodec.h>
#include <libavutil/pixdesc.h>
#include <math.h>

#define POSTER_SHORT_SIDE_MAX 720

/** Where candidates are taken, in thousandths of the lesson. */
static const int candidate_places[] = {80, 200, 350, 500, 650};

/** How much there is to see in a frame: contrast and detail of its luma, sampled on a grid. */
static double score_frame(const AVFrame *frame) {
  const AVPixFmtDescriptor *format = av_pix_fmt_desc_get((enum AVPixelFormat)frame->format);
  if (format == NULL || (format->flags & AV_PIX_FMT_FLAG_RGB) != 0 || format->comp[0].depth != 8 ||
      format->comp[0].step != 1)
    return 1.0;
  double sum = 0, squares = 0, detail = 0;
  int64_t count = 0;
  int step_x = MAX(frame->width / 160, 1), step_y = MAX(frame->height / 90, 1);
  for (int y = 0; y < frame->height; y += step_y) {
    const uint8_t *row = frame->data[0] + (ptrdiff_t)y * frame->linesize[0];
    for (int x = 0; x + 1 < frame->width; x += step_x, count++) {
      sum += row[x];
      squares += (double)row[x] * row[x];
      detail += abs(row[x] - row[x + 1]);
    }
  }
  if (count == 0)
    return 0;
  double mean = sum / (double)count, variance = squares / (double)count - mean * mean;
  double lightness = mean < 40 ? mean / 40 : 1.0; /* dark frames count less */
  return lightness * (sqrt(MAX(variance, 0)) + 4 * detail / (double)count);
}

static bool pick_frame(Source *source, const EncodePlan *plan, AVFrame *best, GError **error) {
  g_autoptr(PictureReader) reader = picture_reader_new(source, &plan->source, error);
  if (reader == NULL)
    return false;
  double best_score = -1;
  for (size_t i = 0; i < G_N_ELEMENTS(candidate_places); i++) {
    int64_t time_us = plan->source.video_duration_us / 1000 * candidate_places[i];
    if (!picture_reader_seek(reader, time_us, error))
      return false;
    const AVFrame *frame = picture_reader_next(reader, &time_us);
    if (frame == NULL)
      continue;
    double score = score_frame(frame);
    if (score > best_score) {
      best_score = score;
      av_frame_unref(best);
      av_frame_ref(best, frame);
    }
  }
  if (best_score >= 0)
    return true;
  g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_DAMAGED, "no frame for a poster");
  return false;
}

/** Size of the poster: as shown, at most 720 on the short side. */
static void poster_size(const LadderSource *picture, int32_t *ret_width, int32_t *ret_height) {
  int32_t width, height;
  ladder_display_size(picture, &width, &height);
  int32_t short_side = MIN(width, height);
  if (short_side > POSTER_SHORT_SIDE_MAX) {
    width = (int32_t)rescale_i64(width, POSTER_SHORT_SIDE_MAX, short_side) & ~1;
    height = (int32_t)rescale_i64(height, POSTER_SHORT_SIDE_MAX, short_side) & ~1;
  }
  *ret_width = MAX(width, 2);
  *ret_height = MAX(height, 2);
}

static bool make_from_frame(const AVFrame *frame, const LadderSource *picture, const char *path, GError **error) {
  int32_t width, height;
  poster_size(picture, &width, &height);
  g_autoptr(PictureConverter) converter = picture_converter_new(frame, error);
  if (converter == NULL)
    return false;
  g_autoptr(GstCaps) caps = picture_converter_caps(converter, 1, 1);
  GstBuffer *buffer = picture_converter_wrap(converter, frame);
  if (buffer == NULL) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_UNSUPPORTED, "the picture cannot be converted");
    return false;
  }
  StillConfig still = {.width = width, .height = height};
  return still_write_jpeg(buffer, caps, &still, path, error);
}

static bool make_from_video(Source *source, const EncodePlan *plan, const char *path, GError **error) {
  AVFrame *frame = av_frame_alloc();
  bool ok = pick_frame(source, plan, frame, error) && make_from_frame(frame, &plan->source.picture, path, error);
  av_frame_free(&frame);
  return ok;
}

/** The attached picture of a sound file. */
static bool make_from_cover(Source *source, int stream_index, const char *path, GError **error) {
  AVStream *stream = source_format(source)->streams[stream_index];
  const AVCodec *codec = media_allow_list_find_decoder(stream->codecpar->codec_id);
  AVCodecContext *decoder = codec != NULL ? avcodec_alloc_context3(codec) : NULL;
  AVFrame *frame = av_frame_alloc();
  bool ok = decoder != NULL && avcodec_parameters_to_context(decoder, stream->codecpar) >= 0 &&
            avcodec_open2(decoder, codec, NULL) >= 0 && avcodec_send_packet(decoder, &stream->attached_pic) >= 0 &&
            avcodec_send_packet(decoder, NULL) >= 0 && avcodec_receive_frame(decoder, frame) >= 0;
  if (ok) {
    LadderSource picture = {.coded_width = frame->width, .coded_height = frame->height};
    ok = make_from_frame(frame, &picture, path, error);
  } else {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_DAMAGED,
                        "the attached picture cannot be decoded");
  }
  av_frame_free(&frame);
  avcodec_free_context(&decoder);
  return ok;
}

bool poster_make(Source *source, const EncodePlan *plan, const char *path, GError **error) {
  if (plan->source.has_video)
    return make_from_video(source, plan, path, error);
  if (plan->source.cover_stream >= 0 && make_from_cover(source, plan->source.cover_stream, path, NULL))
    return true;
  g_autofree float *peaks = g_new0(float, WAVEFORM_BARS);
  return waveform_measure(source, &plan->source, peaks, error) && waveform_write_jpeg(peaks, path, error);
}
