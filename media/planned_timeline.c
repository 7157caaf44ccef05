#include "media/planned_timeline.h"

#include "media/hls_playlist.h"

/* No lesson ends later: keeps hostile values from overflowing. */
#define CUT_MAX (INT64_C(1) << 60)

/* The time of the cut after `frames` frames, at the first step at or after it. */
static int64_t cut_after(const PlannedTimeline *timeline, int64_t frames, int32_t timescale_hz, int32_t step) {
  int64_t steps_num = (int64_t)timeline->frame_rate.den * timescale_hz;
  int64_t steps_den = (int64_t)timeline->frame_rate.num * step;
  int64_t whole = MIN(rescale_i64(frames, steps_num, steps_den), CUT_MAX / step - 1); /* nearest: maybe before */
  __int128 difference = (__int128)frames * steps_num - (__int128)whole * steps_den;
  return (difference > 0 ? whole + 1 : whole) * step;
}

static int64_t published_end(const GArray *segments) {
  int64_t end = 0;
  for (guint i = 0; i < segments->len; i++)
    end += g_array_index(segments, HlsSegment, i).duration;
  return end;
}

void planned_timeline_extend(const PlannedTimeline *timeline, int32_t timescale_hz, int32_t step,
                             GArray *segments) {
  if (!rational_is_valid(timeline->frame_rate) || timescale_hz <= 0 || step <= 0)
    return;
  int64_t end = published_end(segments), frames = 0;
  size_t published = segments->len;
  for (size_t i = 0; i < timeline->segment_count; i++) {
    frames += timeline->segment_frames[i];
    if (i < published)
      continue;
    int64_t cut = cut_after(timeline, frames, timescale_hz, step);
    HlsSegment planned = {.duration = MAX(cut - end, step)};
    g_array_append_val(segments, planned);
    end += planned.duration;
  }
}
