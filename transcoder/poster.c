#include "transcoder/poster.h"

#include "transcoder/error.h"
#include "transcoder/key_frame_reader.h"
#include "transcoder/media_allow_list.h"
#include "transcoder/picture_reader.h"
#include "transcoder/picture_score.h"
#include "transcoder/still.h"
#include "transcoder/waveform.h"

#include <libavcodec/avcodec.h>

#define POSTER_SHORT_SIDE_MAX 720

/** Key frames are looked at here, in thousandths of the lesson: neither its very start nor its end, where titles fade
 * and thanks are said. */
static const int key_places[] = {40, 80, 120, 160, 220, 280, 350, 420, 500, 580, 660, 750};
/** Fewer different key frames are no choice. */
#define CANDIDATES_MIN 4
/** Without a choice of key frames so much of the start is decoded, and a picture in so many of it looked at. */
#define DECODED_US (30 * G_TIME_SPAN_SECOND)
#define DECODED_CANDIDATES 15

/** The best so far. */
typedef struct {
  AVFrame *frame;
  double score;
  int count;
} Choice;

static void choice_clear(Choice *choice) {
  av_frame_free(&choice->frame);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Choice, choice_clear)

static void consider(Choice *choice, const AVFrame *frame) {
  double score;
  if (!picture_score(frame, &score, NULL))
    return;
  choice->count++;
  if (choice->frame != NULL && score <= choice->score)
    return;
  av_frame_free(&choice->frame);
  choice->frame = av_frame_clone(frame);
  choice->score = score;
}

static void consider_key_frames(Source *source, const SourceInfo *info, Choice *choice) {
  g_autoptr(KeyFrameReader) reader = key_frame_reader_new(source, info, NULL);
  int64_t last_us = INT64_MIN, time_us;
  for (size_t i = 0; reader != NULL && i < G_N_ELEMENTS(key_places); i++) {
    const AVFrame *frame = key_frame_reader_read(reader, info->video_duration_us / 1000 * key_places[i], &time_us);
    if (frame != NULL && time_us != last_us)
      consider(choice, frame);
    if (frame != NULL)
      last_us = time_us;
  }
}

/** The start, frame by frame. */
static bool consider_start(Source *source, const SourceInfo *info, Choice *choice, GError **error) {
  g_autoptr(PictureReader) reader = picture_reader_new(source, info, error);
  int64_t step_us = MIN(info->video_duration_us, DECODED_US) / DECODED_CANDIDATES, next_us = 0, time_us;
  if (reader == NULL || !picture_reader_seek(reader, 0, error))
    return false;
  for (int left = DECODED_CANDIDATES; left > 0;) {
    const AVFrame *frame = picture_reader_next(reader, &time_us);
    if (frame == NULL)
      break;
    if (time_us < next_us)
      continue;
    consider(choice, frame);
    next_us = time_us + step_us;
    left--;
  }
  return true;
}

static bool pick_frame(Source *source, const SourceInfo *info, Choice *choice, GError **error) {
  consider_key_frames(source, info, choice);
  if (choice->count < CANDIDATES_MIN || choice->score < PICTURE_SCORE_POOR) {
    bool ok = consider_start(source, info, choice, choice->frame == NULL ? error : NULL);
    if (!ok && choice->frame == NULL)
      return false;
  }
  if (choice->frame == NULL)
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_DAMAGED, "no frame for a poster");
  return choice->frame != NULL;
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
  StillConfig still = {.quantizer = STILL_QUANTIZER_POSTER};
  poster_size(picture, &still.width, &still.height);
  return still_write_jpeg(frame, &still, path, error);
}

static bool make_from_video(Source *source, const EncodePlan *plan, const char *path, GError **error) {
  g_auto(Choice) choice = {0};
  return pick_frame(source, &plan->source, &choice, error) &&
         make_from_frame(choice.frame, &plan->source.picture, path, error);
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
