/** Tells which pictures show something new, and where a lesson goes on to another slide.
 *
 * Every picture is compared with the last one that was kept, not with the one before it: slow changes add up and are
 * seen. A slide change is a picture of which most is new, and that then stays: little of it changes for a second and
 * a half, and most of the time nothing.
 * Threads: one thread per detector. */
#pragma once

#include "media/rational.h"

#include <glib.h>
#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct ChangeDetector ChangeDetector;

/** `tick_rate`: ticks per second. */
ChangeDetector *change_detector_new(Rational tick_rate);
void change_detector_free(ChangeDetector *detector);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChangeDetector, change_detector_free)

/** Whether `frame`, shown from `tick` on, shows something else than the last kept picture; then it is the one that is
 * kept. Ticks grow. The first picture is new. */
bool change_detector_is_new(ChangeDetector *detector, const AVFrame *frame, int64_t tick);

/** The picture kept last, the detector's; its data are as they were when it came. */
const AVFrame *change_detector_kept(const ChangeDetector *detector);

/** Whether a picture from before `tick`, of which most is new, has not stayed long enough yet: the next pictures tell. */
bool change_detector_is_undecided(const ChangeDetector *detector, int64_t tick);

/** The ticks (int64_t) of slide changes so far, in order; a change is known when its slide has stayed. `end_tick`: the
 * pictures end here, the last one may have stayed up to it. The caller's. */
GArray *change_detector_slides(ChangeDetector *detector, int64_t end_tick);
