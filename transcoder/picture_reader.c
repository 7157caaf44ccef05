#include "transcoder/picture_reader.h"

#include "transcoder/error.h"
#include "transcoder/picture_filter.h"

struct PictureReader {
  FrameReader *frames;
  PictureFilter *filter; /**< NULL: frames are shown as they are */
  bool needs_neighbours; /**< a frame's picture depends on the frames beside it */
  AVFrame *current;      /**< what next() gave last; with a filter only */
  GQueue *ahead;         /**< AVFrame, filtered by seek() and not yet given */
  int64_t unfiltered;
  GError *problem; /**< the filter's first */
  bool at_end;
};

PictureReader *picture_reader_new(Source *source, const SourceInfo *info, GError **error) {
  g_autoptr(PictureReader) reader = g_new0(PictureReader, 1);
  reader->ahead = g_queue_new();
  reader->frames = frame_reader_new(source, info->video_stream, info->start_us, error);
  if (reader->frames == NULL)
    return NULL;
  if (picture_filter_is_needed(&info->filter))
    reader->filter = picture_filter_new(&info->filter);
  reader->needs_neighbours = info->filter.fields != PICTURE_FIELDS_NONE;
  return g_steal_pointer(&reader);
}

static void free_frame(gpointer frame) {
  AVFrame *owned = frame;
  av_frame_free(&owned);
}

void picture_reader_free(PictureReader *reader) {
  if (reader == NULL)
    return;
  frame_reader_free(reader->frames);
  picture_filter_free(reader->filter);
  av_frame_free(&reader->current);
  g_queue_free_full(reader->ahead, free_frame);
  g_clear_error(&reader->problem);
  g_free(reader);
}

void picture_reader_want(PictureReader *reader, FramesWanted wanted) {
  frame_reader_want(reader->frames, reader->needs_neighbours ? FRAMES_ALL : wanted);
}

/** One decoded frame, or the end, into the filter. A frame that it refuses is passed over. */
static void feed(PictureReader *reader) {
  int64_t time_us = 0;
  const AVFrame *frame = frame_reader_next(reader->frames, &time_us);
  reader->at_end = frame == NULL;
  g_autoptr(GError) problem = NULL;
  if (picture_filter_push(reader->filter, frame, time_us, &problem))
    return;
  reader->unfiltered++;
  if (reader->problem == NULL)
    reader->problem = g_steal_pointer(&problem);
}

static AVFrame *read_filtered(PictureReader *reader) {
  while (true) {
    AVFrame *frame = picture_filter_pull(reader->filter);
    if (frame != NULL || reader->at_end)
      return frame;
    feed(reader);
  }
}

/** Filter up to the first picture after `time_us`; it and the one before it stay ahead. Returns how many pictures at or
 * before `time_us` there were. */
static int64_t advance_to(PictureReader *reader, int64_t time_us) {
  AVFrame *frame;
  int64_t count = 0;
  while ((frame = read_filtered(reader)) != NULL) {
    if (frame->pts <= time_us) {
      g_queue_clear_full(reader->ahead, free_frame);
      count++;
    }
    g_queue_push_tail(reader->ahead, frame);
    if (frame->pts > time_us)
      break;
  }
  return count;
}

static bool seek_once(PictureReader *reader, int64_t time_us, int64_t early_us, GError **error) {
  if (!frame_reader_seek(reader->frames, MAX(time_us - early_us, 0), error))
    return false;
  picture_filter_reset(reader->filter);
  g_queue_clear_full(reader->ahead, free_frame);
  reader->at_end = false;
  return true;
}

static bool seek_filtered(PictureReader *reader, int64_t time_us, GError **error) {
  static const int64_t early_us[] = {200000, G_USEC_PER_SEC, 10 * G_USEC_PER_SEC, INT64_MAX};
  for (size_t i = 0; i < G_N_ELEMENTS(early_us); i++) {
    bool from_start = early_us[i] >= time_us;
    if (!seek_once(reader, time_us, reader->needs_neighbours ? MIN(early_us[i], MAX(time_us, 0)) : 0, error))
      return false;
    /* The first picture after a seek lacks its neighbour. */
    if (advance_to(reader, time_us) > 1 || from_start || !reader->needs_neighbours)
      break;
  }
  if (!g_queue_is_empty(reader->ahead))
    return true;
  if (reader->problem != NULL)
    g_propagate_error(error, g_error_copy(reader->problem));
  else
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_DAMAGED, "no video frame could be decoded");
  return false;
}

bool picture_reader_seek(PictureReader *reader, int64_t time_us, GError **error) {
  return reader->filter != NULL ? seek_filtered(reader, time_us, error)
                                : frame_reader_seek(reader->frames, time_us, error);
}

const AVFrame *picture_reader_next(PictureReader *reader, int64_t *ret_time_us) {
  if (reader->filter == NULL)
    return frame_reader_next(reader->frames, ret_time_us);
  av_frame_free(&reader->current);
  reader->current = g_queue_pop_head(reader->ahead);
  if (reader->current == NULL)
    reader->current = read_filtered(reader);
  if (reader->current != NULL)
    *ret_time_us = reader->current->pts;
  return reader->current;
}

int64_t picture_reader_damaged(const PictureReader *reader) {
  return frame_reader_damaged(reader->frames) + reader->unfiltered;
}
