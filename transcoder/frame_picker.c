#include "transcoder/frame_picker.h"

#include "transcoder/error.h"
#include "transcoder/picture_reader.h"

struct FramePicker {
  PictureReader *reader;
  Rational frame_rate;
  AVFrame *shown, *next;
  int64_t next_us;
  bool has_next;
};

/** The latest start of a source frame that is shown at a tick. */
static int64_t latest_start_us(Rational frame_rate, int64_t tick) {
  return rescale_i64(2 * tick + 1, (int64_t)frame_rate.den * G_USEC_PER_SEC, 2 * (int64_t)frame_rate.num);
}

static void read_next(FramePicker *picker) {
  const AVFrame *frame = picture_reader_next(picker->reader, &picker->next_us);
  av_frame_unref(picker->next);
  picker->has_next = frame != NULL && av_frame_ref(picker->next, frame) >= 0;
}

FramePicker *frame_picker_new(Source *source, const SourceInfo *info, Rational frame_rate, int64_t first,
                              GError **error) {
  g_autoptr(FramePicker) picker = g_new0(FramePicker, 1);
  picker->frame_rate = frame_rate;
  picker->shown = av_frame_alloc();
  picker->next = av_frame_alloc();
  picker->reader = picture_reader_new(source, info, error);
  if (picker->reader == NULL)
    return NULL;
  picture_reader_want(picker->reader, FRAMES_CHANGED);
  if (!picture_reader_seek(picker->reader, latest_start_us(frame_rate, first), error))
    return NULL;
  read_next(picker);
  if (!picker->has_next) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_DAMAGED, "no video frame could be decoded");
    return NULL;
  }
  av_frame_move_ref(picker->shown, picker->next);
  read_next(picker);
  return g_steal_pointer(&picker);
}

void frame_picker_free(FramePicker *picker) {
  if (picker == NULL)
    return;
  picture_reader_free(picker->reader);
  av_frame_free(&picker->shown);
  av_frame_free(&picker->next);
  g_free(picker);
}

const AVFrame *frame_picker_pick(FramePicker *picker, int64_t tick) {
  while (picker->has_next && picker->next_us <= latest_start_us(picker->frame_rate, tick)) {
    av_frame_unref(picker->shown);
    av_frame_move_ref(picker->shown, picker->next);
    read_next(picker);
  }
  return picker->shown;
}
