#include "transcoder/change_detector.h"

#include "transcoder/picture_compare.h"

#define SLIDE_STAYS_US (1500 * 1000)
/** Shares of what is drawn (picture_compare_share()): this much is new on another slide, and this much may change
 * while one stays (a pointer, a stroke, a film in a corner). */
#define SHARE_OTHER 0.6
#define SHARE_SAME 0.3

struct ChangeDetector {
  AVFrame *kept;
  int row; /**< where the last difference was */
  int64_t stay_ticks;
  AVFrame *slide;     /**< the slide that is shown; no data before the first picture */
  AVFrame *candidate; /**< what may be the next one; no data when there is none */
  int64_t candidate_tick, candidate_changes;
  GArray *slides; /**< int64_t */
};

ChangeDetector *change_detector_new(Rational tick_rate) {
  ChangeDetector *detector = g_new0(ChangeDetector, 1);
  detector->kept = av_frame_alloc();
  detector->slide = av_frame_alloc();
  detector->candidate = av_frame_alloc();
  detector->slides = g_array_new(FALSE, FALSE, sizeof(int64_t));
  detector->stay_ticks =
      MAX(1, rescale_i64(SLIDE_STAYS_US, tick_rate.num, (int64_t)tick_rate.den * G_USEC_PER_SEC));
  return detector;
}

void change_detector_free(ChangeDetector *detector) {
  if (detector == NULL)
    return;
  av_frame_free(&detector->kept);
  av_frame_free(&detector->slide);
  av_frame_free(&detector->candidate);
  g_array_unref(detector->slides);
  g_free(detector);
}

static bool is_set(const AVFrame *frame) {
  return frame->data[0] != NULL;
}

static void hold(AVFrame *place, const AVFrame *frame) {
  av_frame_unref(place);
  if (av_frame_ref(place, frame) < 0)
    av_frame_unref(place);
}

/** A candidate that has stayed by `tick` is the slide. Most of the time nothing may have moved on it: a shot of a camera
 * is no slide. */
static void settle(ChangeDetector *detector, int64_t tick) {
  int64_t stayed = tick - detector->candidate_tick;
  if (!is_set(detector->candidate) || stayed < detector->stay_ticks)
    return;
  if (2 * detector->candidate_changes <= stayed)
    g_array_append_val(detector->slides, detector->candidate_tick);
  av_frame_unref(detector->slide);
  av_frame_move_ref(detector->slide, detector->candidate);
}

static void follow_slide(ChangeDetector *detector, const AVFrame *frame, int64_t tick) {
  settle(detector, tick);
  if (!is_set(detector->slide)) {
    hold(detector->slide, frame);
    return;
  }
  double share = picture_compare_share(frame, detector->slide);
  if (share < SHARE_OTHER) {
    av_frame_unref(detector->candidate);
    if (share < SHARE_SAME) /* strokes add up: the slide is what it has become */
      hold(detector->slide, frame);
    return;
  }
  if (is_set(detector->candidate) && picture_compare_share(frame, detector->candidate) < SHARE_SAME) {
    detector->candidate_changes++;
    return;
  }
  hold(detector->candidate, frame);
  detector->candidate_tick = tick;
  detector->candidate_changes = 0;
}

bool change_detector_is_new(ChangeDetector *detector, const AVFrame *frame, int64_t tick) {
  if (is_set(detector->kept) && picture_compare_is_alike(frame, detector->kept, &detector->row)) {
    settle(detector, tick);
    return false;
  }
  hold(detector->kept, frame);
  follow_slide(detector, frame, tick);
  return true;
}

const AVFrame *change_detector_kept(const ChangeDetector *detector) {
  return detector->kept;
}

bool change_detector_is_undecided(const ChangeDetector *detector, int64_t tick) {
  return is_set(detector->candidate) && detector->candidate_tick < tick;
}

GArray *change_detector_slides(ChangeDetector *detector, int64_t end_tick) {
  settle(detector, end_tick);
  return g_array_copy(detector->slides);
}
