#include "media/segment_plan.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>

#define MICROSECONDS G_GINT64_CONSTANT(1000000)
#define GOP_DURATION_S 2
#define AUDIO_RATE_HZ 48000
#define AUDIO_FRAME_SAMPLES 1024
#define TIMESCALE_MIN_HZ 10000
/* A grid beyond this is a container's clock, not a camera's. */
#define GRID_MAX_FPS 300
#define LESSON_MAX_FPS 60
#define SEGMENT_MAX_US (G_GINT64_CONSTANT(3600) * MICROSECONDS)
/* Longer than any lesson; keeps every product of a plan inside 64 bits. */
#define DURATION_MAX_US (G_GINT64_CONSTANT(365) * 24 * 3600 * MICROSECONDS)

static const Rational DEFAULT_RATE = {25, 1};

static const Rational STANDARD_RATES[] = {
    {5, 1},  {6, 1},  {8, 1},        {10, 1}, {12, 1}, {25, 2}, {15, 1},       {20, 1}, {24000, 1001},
    {24, 1}, {25, 1}, {30000, 1001}, {30, 1}, {48, 1}, {50, 1}, {60000, 1001}, {60, 1},
};

/* The standard rate nearest to `fps` when it is within `tolerance` of it. */
static bool find_standard_rate(double fps, double tolerance, Rational *ret_rate) {
  double best_error = tolerance;
  bool is_found = false;
  for (size_t i = 0; i < G_N_ELEMENTS(STANDARD_RATES); i++) {
    double standard = rational_to_double(STANDARD_RATES[i]);
    double error = fabs(fps - standard) / standard;
    if (error <= best_error) {
      best_error = error;
      *ret_rate = STANDARD_RATES[i];
      is_found = true;
    }
  }
  return is_found;
}

/* Halved or doubled into the range of lessons; 2 % of room lets 60.5 count as 60. */
static Rational fold_rate(Rational rate) {
  while (rational_is_valid(rate) && rational_to_double(rate) > LESSON_MAX_FPS * 1.02)
    rate = rational_reduce(rate.num, 2 * (int64_t)rate.den);
  while (rational_is_valid(rate) && rate.num < rate.den)
    rate = rational_reduce(2 * (int64_t)rate.num, rate.den);
  return rate;
}

static Rational choose_regular_rate(Rational grid, Rational average) {
  /* The same power of two for both: an average just above the limit must not be halved once more than the grid. */
  Rational folded = fold_rate(grid);
  if (!rational_is_valid(folded))
    return DEFAULT_RATE;
  double scale = rational_to_double(folded) / rational_to_double(grid);
  double average_fps = rational_to_double(average) * scale;
  Rational rate = folded;
  if (!find_standard_rate(average_fps, 0.002, &rate) &&
      !find_standard_rate(rational_to_double(folded), 0.02, &rate))
    find_standard_rate(average_fps, 0.02, &rate);
  return rate;
}

static Rational choose_irregular_rate(Rational grid, Rational average) {
  Rational rate = DEFAULT_RATE;
  double average_fps = rational_to_double(average);
  while (average_fps > LESSON_MAX_FPS * 1.02)
    average_fps /= 2;
  if (average_fps >= 10 && find_standard_rate(average_fps, 0.02, &rate))
    return rate;
  if (!rational_is_valid(grid))
    return DEFAULT_RATE;
  int64_t grid_fps = llround(rational_to_double(grid));
  bool is_thirty = grid_fps > 0 && grid_fps % 30 == 0 && grid_fps % 25 != 0;
  return is_thirty ? (Rational){30, 1} : DEFAULT_RATE;
}

Rational segment_plan_choose_frame_rate(Rational grid, Rational average) {
  if (!rational_is_valid(average)) {
    Rational rate = DEFAULT_RATE;
    if (rational_is_valid(grid))
      find_standard_rate(rational_to_double(grid), 0.002, &rate);
    return rate;
  }
  if (!rational_is_valid(grid))
    return choose_irregular_rate(grid, average);
  double grid_fps = rational_to_double(grid);
  if (rational_to_double(average) > 1.1 * grid_fps)
    average = grid; /* more frames than the grid has room for: a wrong average (AVI with B-frames) */
  bool is_regular = grid_fps <= GRID_MAX_FPS && fabs(rational_to_double(average) - grid_fps) <= 0.1 * grid_fps;
  return is_regular ? choose_regular_rate(grid, average) : choose_irregular_rate(grid, average);
}

/* a * b * c / d rounded up, for non-negative numbers; clamped. */
static int64_t scale_up(int64_t a, int64_t b, int64_t c, int64_t d) {
  unsigned __int128 product = (unsigned __int128)a * (uint64_t)b * (uint64_t)c;
  unsigned __int128 quotient = (product + (uint64_t)d - 1) / (uint64_t)d;
  return quotient > INT64_MAX ? INT64_MAX : (int64_t)quotient;
}

static int64_t divide_up(int64_t a, int64_t b) {
  return a / b + (a % b != 0);
}

/* First frame of a segment that is there. */
static int64_t segment_start(const SegmentPlan *plan, int64_t index) {
  if (plan->cuts != NULL)
    return plan->cuts[index];
  return index == 0 ? 0 : plan->lead_frames + (index - 1) * plan->segment_frames;
}

static bool has_short_lead(const SegmentPlan *plan) {
  return plan->lead_frames < plan->segment_frames;
}

/* The first AAC frame at or after a video frame's time. */
static int64_t audio_frame_at(const SegmentPlan *plan, int64_t video_frame) {
  return scale_up(video_frame, plan->frame_rate.den, plan->audio_rate_hz,
                  (int64_t)plan->frame_rate.num * plan->audio_frame_samples);
}

static void plan_grid(SegmentPlan *plan, int64_t segment_duration_us, int64_t span_duration_us) {
  int64_t num = plan->frame_rate.num, den = plan->frame_rate.den;
  int64_t factor = MAX(1, divide_up(TIMESCALE_MIN_HZ, num));
  factor = MAX(1, MIN(factor, INT32_MAX / den));
  plan->timescale_hz = (int32_t)(num * factor);
  plan->frame_duration = (int32_t)(den * factor);
  plan->gop_frames = (int32_t)MAX(1, rescale_i64(GOP_DURATION_S, num, den));
  int64_t segment_us = CLAMP(segment_duration_us, 0, SEGMENT_MAX_US);
  int64_t gops = MAX(1, rescale_i64(rescale_i64(segment_us, num, den * MICROSECONDS), 1, plan->gop_frames));
  plan->segment_frames = (int32_t)(gops * plan->gop_frames);
  int64_t span_us = CLAMP(span_duration_us, 0, DURATION_MAX_US);
  int64_t segments = rescale_i64(rescale_i64(span_us, num, den * MICROSECONDS), 1, plan->segment_frames);
  plan->span_segments = (int32_t)CLAMP(segments, 1, INT32_MAX);
}

static int64_t samples_of_frames(const SegmentPlan *plan, int64_t frames) {
  return rescale_i64(frames * plan->frame_rate.den, plan->audio_rate_hz, plan->frame_rate.num);
}

/* The nearest number of frames; one more when the sound would lose an AAC frame or more at the end. */
static int64_t count_frames(const SegmentPlan *plan, int64_t lesson_us, bool has_audio) {
  int64_t frames = MAX(1, rescale_i64(lesson_us, plan->frame_rate.num, plan->frame_rate.den * MICROSECONDS));
  int64_t samples = rescale_i64(lesson_us, plan->audio_rate_hz, MICROSECONDS);
  bool cuts_sound = has_audio && samples - samples_of_frames(plan, frames) >= plan->audio_frame_samples;
  return frames + (cuts_sound ? 1 : 0);
}

/* The last segment gets at least one AAC frame. */
static void lengthen_sound(SegmentPlan *plan) {
  if (plan->frame_count == 0 || plan->audio_sample_count == 0)
    return;
  int64_t last_start = segment_start(plan, segment_plan_segment_count(plan) - 1);
  int64_t least_samples = audio_frame_at(plan, last_start) * AUDIO_FRAME_SAMPLES + 1;
  plan->audio_sample_count = MAX(plan->audio_sample_count, least_samples);
}

SegmentPlan segment_plan_new(Rational frame_rate, int64_t video_duration_us, int64_t audio_duration_us,
                             int64_t segment_duration_us, int64_t span_duration_us) {
  int64_t video_us = CLAMP(video_duration_us, 0, DURATION_MAX_US);
  int64_t audio_us = CLAMP(audio_duration_us, 0, DURATION_MAX_US);
  int64_t lesson_us = MAX(video_us, audio_us);
  double fps = rational_to_double(frame_rate);
  bool is_usable = rational_is_valid(frame_rate) && fps <= GRID_MAX_FPS && fps >= 1.0 / 3600;
  SegmentPlan plan = {
      .frame_rate = is_usable && video_us > 0 ? rational_reduce(frame_rate.num, frame_rate.den) : DEFAULT_RATE,
      .audio_rate_hz = AUDIO_RATE_HZ,
      .audio_frame_samples = AUDIO_FRAME_SAMPLES,
  };
  plan_grid(&plan, segment_duration_us, span_duration_us);
  plan.lead_frames = video_us > 0 ? plan.gop_frames : plan.segment_frames;
  if (video_us > 0)
    plan.frame_count = count_frames(&plan, lesson_us, audio_us > 0);
  if (audio_us > 0)
    plan.audio_sample_count = MAX(1, plan.frame_count > 0 ? samples_of_frames(&plan, plan.frame_count)
                                                          : rescale_i64(lesson_us, AUDIO_RATE_HZ, MICROSECONDS));
  lengthen_sound(&plan);
  return plan;
}

int64_t segment_plan_latest_start_us(Rational frame_rate, int64_t tick) {
  return rescale_i64(2 * tick + 1, (int64_t)frame_rate.den * MICROSECONDS, 2 * (int64_t)frame_rate.num);
}

int64_t segment_plan_tick_at(Rational frame_rate, int64_t time_us) {
  int64_t tick = rescale_i64(time_us, frame_rate.num, frame_rate.den * MICROSECONDS) - 1;
  while (segment_plan_latest_start_us(frame_rate, tick) < time_us)
    tick++; /* at most twice: the guess above is nearly right */
  return tick;
}

/* Index of the key frame that ends the segment starting at `start`: the one nearest to the wanted length, the earlier
 * of two that are as near; none nearer than a third of it, to the lesson's end neither. `key_count` when the end is
 * nearer still. */
static size_t find_cut(const SegmentPlan *plan, const int64_t *keys, size_t key_count, size_t from, int64_t start) {
  int64_t length = start == 0 ? plan->lead_frames : plan->segment_frames, wanted = start + length;
  while (from < key_count && keys[from] < start + divide_up(length, 3))
    from++;
  size_t best = from;
  for (size_t i = from; i < key_count && keys[i] < plan->frame_count; i++) {
    if (llabs(keys[i] - wanted) < llabs(keys[best] - wanted))
      best = i;
    if (keys[i] >= wanted)
      break;
  }
  bool is_end = best == key_count || plan->frame_count - keys[best] < divide_up(plan->segment_frames, 3) ||
                llabs(plan->frame_count - wanted) <= llabs(keys[best] - wanted);
  return is_end ? key_count : best;
}

size_t segment_plan_choose_cuts(const SegmentPlan *plan, const int64_t *keys, size_t key_count, int64_t *ret_cuts) {
  if (key_count == 0 || plan->frame_count == 0)
    return 0;
  size_t count = 0;
  ret_cuts[count++] = 0;
  for (size_t key = find_cut(plan, keys, key_count, 0, 0); key < key_count;
       key = find_cut(plan, keys, key_count, key + 1, keys[key]))
    ret_cuts[count++] = keys[key];
  return count;
}

bool segment_plan_set_cuts(SegmentPlan *plan, const int64_t *cuts, size_t count) {
  bool is_plan = rational_is_valid(plan->frame_rate) && plan->audio_rate_hz > 0 && plan->audio_frame_samples > 0;
  if (!is_plan || plan->frame_count == 0 || count == 0 || cuts[0] != 0 || cuts[count - 1] >= plan->frame_count)
    return false;
  int64_t longest = SEGMENT_MAX_US / MICROSECONDS * plan->frame_rate.num / plan->frame_rate.den;
  for (size_t i = 0; i < count; i++) {
    int64_t next = i + 1 < count ? cuts[i + 1] : plan->frame_count;
    bool is_short =
        i + 1 < count && (next <= cuts[i] || audio_frame_at(plan, next) <= audio_frame_at(plan, cuts[i]));
    if (is_short || next - cuts[i] > MAX(longest, plan->segment_frames))
      return false;
  }
  plan->cuts = cuts;
  plan->cut_count = (int64_t)count;
  lengthen_sound(plan);
  return true;
}

int64_t segment_plan_segment_count(const SegmentPlan *plan) {
  if (plan->cuts != NULL)
    return plan->cut_count;
  if (plan->frame_count > 0)
    return 1 + divide_up(MAX(0, plan->frame_count - plan->lead_frames), plan->segment_frames);
  int64_t audio_frames = segment_plan_audio_frame_count(plan);
  if (audio_frames == 0)
    return 0;
  /* Audio alone: as many as have an AAC frame of their own, so those i with audio_frame_at(i * segment) < count. */
  int64_t last = rescale_i64(audio_frames - 1, (int64_t)plan->audio_frame_samples * plan->frame_rate.num,
                             (int64_t)plan->frame_rate.den * plan->audio_rate_hz * plan->segment_frames);
  while (last > 0 && audio_frame_at(plan, last * plan->segment_frames) >= audio_frames)
    last--; /* at most once: the division above rounds to nearest */
  return last + 1;
}

/* Spans double from one segment until they are full: a viewer who starts with the first has twice as long for each
 * next one. A short lead does not count: a full segment comes next. First segment of span `index`, as if the lesson
 * never ended. */
static int64_t span_start(const SegmentPlan *plan, int64_t index) {
  int64_t start = 0, size = 1;
  if (has_short_lead(plan) && index > 0) {
    start = 1;
    index--;
  }
  for (; index > 0 && size < plan->span_segments; index--, size *= 2)
    start += size;
  return start + index * plan->span_segments;
}

int64_t segment_plan_span_count(const SegmentPlan *plan) {
  int64_t segments = segment_plan_segment_count(plan), ramp = 0;
  while (span_start(plan, ramp) < segments &&
         span_start(plan, ramp + 1) - span_start(plan, ramp) < plan->span_segments)
    ramp++;
  return ramp + divide_up(MAX(0, segments - span_start(plan, ramp)), plan->span_segments);
}

void segment_plan_span(const SegmentPlan *plan, int64_t span_index, int64_t *ret_first_segment,
                       int64_t *ret_count) {
  int64_t segments = segment_plan_segment_count(plan);
  if (span_index < 0 || span_index >= segment_plan_span_count(plan)) {
    *ret_first_segment = segments;
    *ret_count = 0;
    return;
  }
  int64_t first = span_start(plan, span_index);
  *ret_first_segment = first;
  *ret_count = MIN(span_start(plan, span_index + 1), segments) - first;
}

/* Frames that the segments tile: the video's, or of the grid that cuts audio alone. */
static int64_t tiled_frame_count(const SegmentPlan *plan) {
  if (plan->frame_count > 0)
    return plan->frame_count;
  int64_t frames = scale_up(plan->audio_sample_count, plan->frame_rate.num, 1,
                            (int64_t)plan->frame_rate.den * plan->audio_rate_hz);
  int64_t segments = segment_plan_segment_count(plan);
  if (segments == 0)
    return 0;
  return CLAMP(frames, (segments - 1) * plan->segment_frames + 1, segments * plan->segment_frames);
}

void segment_plan_segment(const SegmentPlan *plan, int64_t segment_index, int64_t *ret_first_frame,
                          int64_t *ret_count) {
  int64_t frames = tiled_frame_count(plan), segments = segment_plan_segment_count(plan);
  if (segment_index < 0 || segment_index >= segments) {
    *ret_first_frame = frames;
    *ret_count = 0;
    return;
  }
  int64_t first = segment_start(plan, segment_index);
  *ret_first_frame = first;
  *ret_count = (segment_index + 1 < segments ? segment_start(plan, segment_index + 1) : frames) - first;
}

int64_t segment_plan_audio_frame_count(const SegmentPlan *plan) {
  return divide_up(plan->audio_sample_count, plan->audio_frame_samples);
}

int64_t segment_plan_audio_boundary(const SegmentPlan *plan, int64_t segment_index) {
  int64_t audio_frames = segment_plan_audio_frame_count(plan);
  if (segment_index <= 0)
    return 0;
  if (segment_index >= segment_plan_segment_count(plan))
    return audio_frames;
  return MIN(audio_frame_at(plan, segment_start(plan, segment_index)), audio_frames);
}

int64_t segment_plan_duration_us(const SegmentPlan *plan) {
  if (plan->frame_count > 0)
    return rescale_i64(plan->frame_count, plan->frame_rate.den * MICROSECONDS, plan->frame_rate.num);
  return rescale_i64(plan->audio_sample_count, MICROSECONDS, plan->audio_rate_hz);
}

/* Longest segments of a plan: all of a regular one but the first and last are equal, or differ by one AAC frame. */
typedef struct {
  int64_t frames, audio_frames;
} LongestSegment;

static void measure_segment(const SegmentPlan *plan, int64_t index, LongestSegment *longest) {
  int64_t first, count;
  segment_plan_segment(plan, index, &first, &count);
  int64_t audio_frames = segment_plan_audio_boundary(plan, index + 1) - segment_plan_audio_boundary(plan, index);
  longest->frames = MAX(longest->frames, count);
  longest->audio_frames = MAX(longest->audio_frames, audio_frames);
}

static LongestSegment find_longest_segment(const SegmentPlan *plan) {
  LongestSegment longest = {0};
  int64_t segments = segment_plan_segment_count(plan);
  for (int64_t i = 0; plan->cuts != NULL && i < segments; i++)
    measure_segment(plan, i, &longest);
  if (plan->cuts == NULL && segments > 0) {
    int64_t first_full = MIN(has_short_lead(plan) ? 1 : 0, segments - 1);
    measure_segment(plan, 0, &longest);
    measure_segment(plan, first_full, &longest);
    measure_segment(plan, segments - 1, &longest);
    if (first_full < segments - 1)
      longest.audio_frames = MAX(longest.audio_frames, audio_frame_at(plan, plan->segment_frames));
  }
  return longest;
}

int32_t segment_plan_target_duration_s(const SegmentPlan *plan) {
  LongestSegment longest = find_longest_segment(plan);
  int64_t longest_us = 0;
  if (plan->frame_count > 0)
    longest_us = scale_up(longest.frames, plan->frame_rate.den, MICROSECONDS, plan->frame_rate.num);
  if (plan->audio_sample_count > 0) {
    int64_t audio_us = scale_up(longest.audio_frames, plan->audio_frame_samples, MICROSECONDS, plan->audio_rate_hz);
    longest_us = MAX(longest_us, audio_us);
  }
  /* An EXTINF is a difference of two rounded times, so up to one microsecond longer than the segment. */
  return (int32_t)CLAMP((longest_us + 1 + MICROSECONDS / 2) / MICROSECONDS, 1, INT32_MAX);
}
