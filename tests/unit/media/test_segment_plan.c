#include "media/segment_plan.h"

#include <glib.h>

#define SECOND_US G_GINT64_CONSTANT(1000000)

static void test_segment_plan_choose_frame_rate(void) {
  static const struct {
    Rational grid, average, want;
  } CASES[] = {
      {{24000, 1001}, {24000, 1001}, {24000, 1001}},
      {{2997, 125}, {2997, 125}, {24000, 1001}}, /* AVI's 23.976 */
      {{30000, 1001}, {30000, 1001}, {30000, 1001}},
      {{2997, 100}, {2997, 100}, {30000, 1001}},
      {{60000, 1001}, {60000, 1001}, {60000, 1001}},
      {{24, 1}, {24, 1}, {24, 1}},
      {{25, 1}, {25, 1}, {25, 1}},
      {{30, 1}, {30, 1}, {30, 1}},
      {{30, 1}, {30000, 1001}, {30000, 1001}},
      {{10, 1}, {10, 1}, {10, 1}},
      {{12, 1}, {12, 1}, {12, 1}},
      {{25, 2}, {25, 2}, {25, 2}},
      {{1000000, 66667}, {1000000, 66667}, {15, 1}},
      {{1, 1}, {1, 1}, {1, 1}},     /* regular and slow: its own */
      {{7, 1}, {7, 1}, {7, 1}},     /* regular and not standard: its own */
      {{1, 4}, {1, 4}, {1, 1}},     /* doubled to at least 1 */
      {{25, 1}, {121, 5}, {25, 1}}, /* some frames lost: still on the grid of 25 */
      {{30, 1}, {55, 2}, {30, 1}},
      {{120, 1}, {120, 1}, {60, 1}}, /* halved */
      {{120, 1}, {1194, 10}, {60, 1}},
      {{120000, 1001}, {120000, 1001}, {60000, 1001}},
      {{100, 1}, {100, 1}, {50, 1}},
      {{240, 1}, {240, 1}, {60, 1}},
      {{144, 1}, {144, 1}, {36, 1}},
      {{121, 2}, {121, 2}, {60, 1}},     /* 60.5 */
      {{120, 1}, {5249, 2633}, {30, 1}}, /* slides at about 2 fps on a grid of 120 */
      {{100, 1}, {5249, 2633}, {25, 1}},
      {{600, 1}, {3, 1}, {25, 1}},    /* QuickTime's clock */
      {{90000, 1}, {25, 1}, {25, 1}}, /* a clock for a grid */
      {{90000, 1}, {24000, 1001}, {24000, 1001}},
      {{1000, 1}, {299, 10}, {30000, 1001}},
      {{1000, 1}, {1000, 1}, {25, 1}}, /* one frame in Matroska */
      {{50, 1}, {25, 1}, {25, 1}},     /* interlaced */
      {{25, 1}, {50, 1}, {25, 1}},     /* an average that cannot be */
      {{90000, 1}, {17, 1}, {25, 1}},  /* between the standard rates */
      {{0, 0}, {0, 0}, {25, 1}},
      {{25, 1}, {0, 0}, {25, 1}},
      {{30, 1}, {0, 1}, {30, 1}},
      {{90000, 1}, {0, 1}, {25, 1}},
      {{0, 0}, {30, 1}, {30, 1}},
      {{0, 0}, {2, 1}, {25, 1}},
      {{-25, 1}, {-25, 1}, {25, 1}},
      {{INT32_MAX, 1}, {INT32_MAX, 1}, {25, 1}},
      {{1, INT32_MAX}, {1, INT32_MAX}, {25, 1}},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
    Rational got = segment_plan_choose_frame_rate(CASES[i].grid, CASES[i].average);
    g_test_message("grid %d/%d average %d/%d: %d/%d", CASES[i].grid.num, CASES[i].grid.den, CASES[i].average.num,
                   CASES[i].average.den, got.num, got.den);
    g_assert_cmpint(got.num, ==, CASES[i].want.num);
    g_assert_cmpint(got.den, ==, CASES[i].want.den);
  }
}

static void test_segment_plan_choose_frame_rate_range(void) {
  for (int round = 0; round < 20000; round++) {
    Rational grid = {g_test_rand_int_range(1, 1 << g_test_rand_int_range(1, 31)),
                     g_test_rand_int_range(1, 1 << g_test_rand_int_range(1, 31))};
    Rational average = g_test_rand_bit() ? grid : (Rational){g_test_rand_int_range(1, 100000), 1001};
    Rational got = segment_plan_choose_frame_rate(grid, average);
    g_assert_true(rational_is_valid(got));
    g_assert_cmpfloat(rational_to_double(got), >=, 1.0);
    g_assert_cmpfloat(rational_to_double(got), <=, 61.2);
  }
}

static void test_segment_plan_new(void) {
  static const struct {
    Rational rate;
    int64_t video_us, audio_us;
    int32_t timescale_hz, frame_duration, gop_frames, segment_frames, span_segments;
    int64_t frames, samples, segments, spans;
    int32_t target_s;
  } CASES[] = {
      {{25, 1}, 60 * SECOND_US, 60 * SECOND_US, 10000, 400, 50, 150, 4, 1500, 2880000, 11, 5, 6},
      {{24000, 1001}, 60 * SECOND_US, 0, 24000, 1001, 48, 144, 4, 1439, 0, 11, 5, 6},
      {{30000, 1001}, 60 * SECOND_US, 0, 30000, 1001, 60, 180, 4, 1798, 0, 11, 5, 6},
      {{60, 1}, 6 * SECOND_US, 6 * SECOND_US, 10020, 167, 120, 360, 4, 360, 288000, 2, 2, 4},
      {{1, 1}, 13 * SECOND_US, 0, 10000, 10000, 2, 6, 4, 13, 0, 3, 3, 6},
      {{1, 5}, 60 * SECOND_US, 0, 10000, 50000, 1, 1, 5, 12, 0, 12, 4, 5},
      {{25, 1}, 1, 0, 10000, 400, 50, 150, 4, 1, 0, 1, 1, 1}, /* at least one frame */
      /* The longer track counts: sound beyond the picture, picture beyond the sound. */
      {{25, 1}, 10 * SECOND_US, 12 * SECOND_US, 10000, 400, 50, 150, 4, 300, 576000, 3, 3, 6},
      {{25, 1}, 12 * SECOND_US, 10 * SECOND_US, 10000, 400, 50, 150, 4, 300, 576000, 3, 3, 6},
      /* Audio alone: 281.25 AAC frames a segment. */
      {{25, 1}, 0, 20 * SECOND_US, 10000, 400, 50, 150, 4, 0, 960000, 4, 3, 6},
      {{30, 1}, 0, 20 * SECOND_US, 10000, 400, 50, 150, 4, 0, 960000, 4, 3, 6},
      {{25, 1}, 0, 1, 10000, 400, 50, 150, 4, 0, 1, 1, 1, 1},
      {{25, 1}, 0, 0, 10000, 400, 50, 150, 4, 0, 0, 0, 0, 1},
      {{0, 0}, 60 * SECOND_US, 0, 10000, 400, 50, 150, 4, 1500, 0, 11, 5, 6}, /* an invalid rate is 25 */
  };
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
    SegmentPlan plan =
        segment_plan_new(CASES[i].rate, CASES[i].video_us, CASES[i].audio_us, 6 * SECOND_US, 24 * SECOND_US);
    g_test_message("case %zu", i);
    g_assert_cmpint(plan.timescale_hz, ==, CASES[i].timescale_hz);
    g_assert_cmpint(plan.frame_duration, ==, CASES[i].frame_duration);
    g_assert_cmpint(plan.gop_frames, ==, CASES[i].gop_frames);
    g_assert_cmpint(plan.segment_frames, ==, CASES[i].segment_frames);
    g_assert_cmpint(plan.span_segments, ==, CASES[i].span_segments);
    g_assert_cmpint(plan.frame_count, ==, CASES[i].frames);
    g_assert_cmpint(plan.audio_sample_count, ==, CASES[i].samples);
    g_assert_cmpint(segment_plan_segment_count(&plan), ==, CASES[i].segments);
    g_assert_cmpint(segment_plan_span_count(&plan), ==, CASES[i].spans);
    g_assert_cmpint(segment_plan_target_duration_s(&plan), ==, CASES[i].target_s);
  }
}

static void test_segment_plan_out_of_range(void) {
  SegmentPlan plan =
      segment_plan_new((Rational){25, 1}, 60 * SECOND_US, 60 * SECOND_US, 6 * SECOND_US, 24 * SECOND_US);
  int64_t first, count;
  segment_plan_span(&plan, 0, &first, &count);
  g_assert_cmpint(first, ==, 0);
  g_assert_cmpint(count, ==, 1);
  segment_plan_span(&plan, 5, &first, &count);
  g_assert_cmpint(first, ==, 11);
  g_assert_cmpint(count, ==, 0);
  segment_plan_span(&plan, -1, &first, &count);
  g_assert_cmpint(count, ==, 0);
  segment_plan_segment(&plan, 11, &first, &count);
  g_assert_cmpint(first, ==, 1500);
  g_assert_cmpint(count, ==, 0);
  segment_plan_segment(&plan, -1, &first, &count);
  g_assert_cmpint(count, ==, 0);
  g_assert_cmpint(segment_plan_audio_boundary(&plan, 0), ==, 0);
  g_assert_cmpint(segment_plan_audio_boundary(&plan, 1), ==, 94);
  g_assert_cmpint(segment_plan_audio_boundary(&plan, 11), ==, segment_plan_audio_frame_count(&plan));
  g_assert_cmpint(segment_plan_audio_boundary(&plan, 12), ==, segment_plan_audio_frame_count(&plan));
  g_assert_cmpint(segment_plan_duration_us(&plan), ==, 60 * SECOND_US);
}

/* Segments tile the frames, spans tile the segments. */
static void assert_tiles(const SegmentPlan *plan) {
  int64_t segments = segment_plan_segment_count(plan), next = 0, first, count;
  for (int64_t i = 0; i < segments; i++) {
    segment_plan_segment(plan, i, &first, &count);
    g_assert_cmpint(first, ==, next);
    g_assert_cmpint(count, >=, 1);
    int64_t whole = i == 0 ? plan->lead_frames : plan->segment_frames;
    if (plan->cuts == NULL)
      g_assert_true(i + 1 == segments ? count <= whole : count == whole);
    next = first + count;
  }
  if (plan->frame_count > 0)
    g_assert_cmpint(next, ==, plan->frame_count);
  next = 0;
  bool is_lead_short = plan->lead_frames < plan->segment_frames;
  for (int64_t i = 0; i < segment_plan_span_count(plan); i++) {
    segment_plan_span(plan, i, &first, &count);
    g_assert_cmpint(first, ==, next);
    g_assert_cmpint(count, >=, 1);
    int64_t doublings = MAX(0, is_lead_short ? i - 1 : i);
    if (i + 1 < segment_plan_span_count(plan))
      g_assert_cmpint(count, ==, doublings < 31 ? MIN(1 << doublings, plan->span_segments) : plan->span_segments);
    g_assert_cmpint(count, <=, plan->span_segments);
    next = first + count;
  }
  g_assert_cmpint(next, ==, segments);
}

/* Every audio segment has a frame, starts at or after its video segment, and less than one AAC frame after. */
static void assert_audio(const SegmentPlan *plan) {
  int64_t segments = segment_plan_segment_count(plan);
  double frame_s = (double)plan->audio_frame_samples / plan->audio_rate_hz;
  for (int64_t i = 0; i < segments; i++) {
    int64_t boundary = segment_plan_audio_boundary(plan, i);
    g_assert_cmpint(segment_plan_audio_boundary(plan, i + 1), >, boundary);
    int64_t first = i == 0 ? 0 : plan->lead_frames + (i - 1) * plan->segment_frames, count;
    if (plan->cuts != NULL)
      segment_plan_segment(plan, i, &first, &count);
    double video_s = (double)first / rational_to_double(plan->frame_rate);
    double late_s = (double)boundary * frame_s - video_s;
    g_assert_cmpfloat(late_s, >=, -1e-6);
    g_assert_cmpfloat(late_s, <, frame_s + 1e-6);
  }
  g_assert_cmpint(segment_plan_audio_boundary(plan, segments), ==, segment_plan_audio_frame_count(plan));
}

/* No duration, rounded to a whole second, is over the target (RFC 8216 §4.3.3.1). */
static void assert_target_duration(const SegmentPlan *plan) {
  int64_t segments = segment_plan_segment_count(plan), first, count;
  double target_s = segment_plan_target_duration_s(plan) + 0.5;
  for (int64_t i = 0; i < segments; i++) {
    if (plan->frame_count > 0) {
      segment_plan_segment(plan, i, &first, &count);
      g_assert_cmpfloat((double)count / rational_to_double(plan->frame_rate), <, target_s);
    }
    if (plan->audio_sample_count > 0) {
      int64_t frames = segment_plan_audio_boundary(plan, i + 1) - segment_plan_audio_boundary(plan, i);
      g_assert_cmpfloat((double)frames * plan->audio_frame_samples / plan->audio_rate_hz, <, target_s);
    }
  }
}

#define AAC_FRAME_US 21334

static void assert_durations(const SegmentPlan *plan, int64_t video_us, int64_t audio_us) {
  int64_t lesson_us = MAX(video_us, audio_us);
  double fps = rational_to_double(plan->frame_rate);
  int64_t frame_us = (int64_t)((double)SECOND_US / fps) + 1;
  g_assert_cmpint(plan->timescale_hz % plan->frame_rate.num, ==, 0);
  g_assert_cmpint(plan->timescale_hz, >=, 10000);
  g_assert_cmpint((int64_t)plan->timescale_hz * plan->frame_rate.den, ==,
                  (int64_t)plan->frame_duration * plan->frame_rate.num);
  g_assert_cmpint(plan->segment_frames % plan->gop_frames, ==, 0);
  g_assert_cmpint(plan->lead_frames, ==, video_us > 0 ? plan->gop_frames : plan->segment_frames);
  g_assert_cmpint(plan->frame_count > 0, ==, video_us > 0);
  g_assert_cmpint(plan->audio_sample_count > 0, ==, audio_us > 0);
  if (video_us > 0)
    g_assert_cmpint(ABS(segment_plan_duration_us(plan) - lesson_us), <=, frame_us);
  if (audio_us > 0) {
    int64_t audio_result_us = rescale_i64(plan->audio_sample_count, SECOND_US, plan->audio_rate_hz);
    g_assert_cmpint(audio_result_us, >, lesson_us - AAC_FRAME_US);
    g_assert_cmpint(audio_result_us, <=, lesson_us + MAX(AAC_FRAME_US, frame_us) + 21);
    if (video_us > 0) /* both tracks end together */
      g_assert_cmpint(ABS(audio_result_us - segment_plan_duration_us(plan)), <=, AAC_FRAME_US);
  }
}

static void test_segment_plan_property(void) {
  static const Rational RATES[] = {{25, 1}, {30000, 1001}, {24000, 1001}, {60, 1}, {50, 1},    {60000, 1001},
                                   {5, 1},  {1, 1},        {1, 5},        {36, 1}, {2997, 125}};
  for (int round = 0; round < 3000; round++) {
    Rational rate = RATES[g_test_rand_int_range(0, G_N_ELEMENTS(RATES))];
    int64_t video_us = g_test_rand_int_range(0, 5) == 0 ? 0 : g_test_rand_int_range(1, 300 * (int)SECOND_US);
    int64_t audio_us = g_test_rand_int_range(0, 5) == 0 ? 0 : g_test_rand_int_range(1, 300 * (int)SECOND_US);
    if (g_test_rand_bit() && video_us > 0 && audio_us > 0)
      audio_us = video_us + g_test_rand_int_range(0, 50000);
    /* Lengths just past a segment's end are the delicate ones. */
    if (g_test_rand_bit())
      video_us -= video_us % (6 * SECOND_US) - g_test_rand_int_range(0, 30000) * (video_us > 0);
    int64_t segment_us = g_test_rand_bit() ? 6 * SECOND_US : g_test_rand_int_range(0, 12) * SECOND_US;
    SegmentPlan plan =
        segment_plan_new(rate, video_us, audio_us, segment_us, g_test_rand_int_range(0, 61) * SECOND_US);
    assert_durations(&plan, video_us, audio_us);
    assert_tiles(&plan);
    assert_target_duration(&plan);
    if (audio_us > 0)
      assert_audio(&plan);
  }
}

/** Ten hours at 29.97: the audio does not drift away from the video. */
static void test_segment_plan_no_drift(void) {
  SegmentPlan plan = segment_plan_new((Rational){30000, 1001}, 36000 * SECOND_US, 36000 * SECOND_US, 6 * SECOND_US,
                                      24 * SECOND_US);
  assert_tiles(&plan);
  assert_audio(&plan);
  assert_target_duration(&plan);
}

/** Nothing that a broken header may claim overflows or loops. */
static void test_segment_plan_extreme(void) {
  static const int32_t RATE_PARTS[] = {INT32_MIN, -1, 0, 1, 2, 9999, 1000003, INT32_MAX - 1, INT32_MAX};
  static const int64_t DURATIONS[] = {INT64_MIN, -1, 0, 1, SECOND_US, INT64_MAX};
  const size_t parts = G_N_ELEMENTS(RATE_PARTS), durations = G_N_ELEMENTS(DURATIONS);
  for (size_t i = 0; i < parts * parts * durations * durations * durations; i++) {
    Rational rate = {RATE_PARTS[i % parts], RATE_PARTS[i / parts % parts]};
    size_t j = i / parts / parts;
    SegmentPlan plan = segment_plan_new(rate, DURATIONS[j % durations], DURATIONS[j / durations % durations],
                                        DURATIONS[j / durations / durations], DURATIONS[j % durations]);
    g_assert_cmpint(plan.gop_frames, >=, 1);
    g_assert_cmpint(plan.segment_frames, >=, 1);
    g_assert_cmpint(plan.span_segments, >=, 1);
    g_assert_cmpint(plan.timescale_hz, >=, 1);
    g_assert_cmpint(plan.frame_duration, >=, 1);
    g_assert_cmpint(segment_plan_target_duration_s(&plan), >=, 1);
    g_assert_cmpint(segment_plan_span_count(&plan), <=, segment_plan_segment_count(&plan));
    g_assert_cmpint(segment_plan_duration_us(&plan), >=, 0);
  }
}

static void test_segment_plan_tick_at(void) {
  static const struct {
    Rational rate;
    int64_t time_us, tick;
  } CASES[] = {
      {{25, 1}, 0, 0},
      {{25, 1}, 20000, 0},
      {{25, 1}, 20001, 1},
      {{25, 1}, 59999, 1},
      {{25, 1}, 40000, 1},
      {{25, 1}, -20000, -1},
      {{25, 1}, -19999, 0},
      {{25, 1}, -59999, -1},
      {{30, 1}, 16667, 0},
      {{30, 1}, 16668, 1},
      {{30000, 1001}, 33367, 1},
      {{30000, 1001}, 33366, 1},
      {{30, 1}, 3600000033, 108000},
      {{60000, 1001}, 3603600000, 216000},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
    int64_t tick = segment_plan_tick_at(CASES[i].rate, CASES[i].time_us);
    g_assert_cmpint(tick, ==, CASES[i].tick);
    g_assert_cmpint(segment_plan_latest_start_us(CASES[i].rate, tick), >=, CASES[i].time_us);
    g_assert_cmpint(segment_plan_latest_start_us(CASES[i].rate, tick - 1), <, CASES[i].time_us);
  }
}

/* At 25 frames a second: 150 frames are wanted, none under 50; 50 in the first, none under 17. */
static void test_segment_plan_choose_cuts(void) {
  static const struct {
    const char *name;
    int64_t frame_count, keys[10];
    size_t key_count;
    int64_t cuts[8];
    size_t cut_count;
    int32_t target_s;
  } CASES[] = {
      {"every 2 s", 500, {0, 50, 100, 150, 200, 250, 300, 350, 400, 450}, 10, {0, 50, 200, 350}, 4, 6},
      {"every 2 s, to the end", 450, {0, 50, 100, 150, 200, 250, 300, 350, 400}, 9, {0, 50, 200, 350}, 4, 6},
      {"every 2 s, and a little more",
       460,
       {0, 50, 100, 150, 200, 250, 300, 350, 400, 450},
       10,
       {0, 50, 200, 350},
       4,
       6},
      {"every 4 s: the earlier of two", 500, {0, 100, 200, 300, 400}, 5, {0, 100, 200, 300}, 4, 8},
      {"every 3.5 s", 500, {0, 88, 175, 263, 350, 438}, 6, {0, 88, 263, 438}, 4, 7},
      {"scene cuts", 700, {0, 30, 140, 158, 240, 331, 340, 460, 560, 650}, 10, {0, 30, 158, 331, 460, 650}, 6, 8},
      {"none near", 700, {0, 20, 40, 400}, 4, {0, 40, 400}, 3, 14},
      {"one alone", 40, {0}, 1, {0}, 1, 2},
      {"no key frame at 0", 400, {140, 300}, 2, {0, 140, 300}, 3, 6},
      {"past the end", 400, {0, 150, 399, 400, 500}, 5, {0, 150}, 2, 10},
      {"no key frame", 400, {0}, 0, {0}, 0, 6},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
    int64_t cuts[11];
    SegmentPlan plan = segment_plan_new((Rational){25, 1}, CASES[i].frame_count * SECOND_US / 25,
                                        CASES[i].frame_count * SECOND_US / 25, 6 * SECOND_US, 24 * SECOND_US);
    size_t count = segment_plan_choose_cuts(&plan, CASES[i].keys, CASES[i].key_count, cuts);
    g_test_message("%s", CASES[i].name);
    g_assert_cmpint(count, ==, CASES[i].cut_count);
    for (size_t cut = 0; cut < count; cut++)
      g_assert_cmpint(cuts[cut], ==, CASES[i].cuts[cut]);
    g_assert_cmpint(segment_plan_set_cuts(&plan, cuts, count), ==, count > 0);
    g_assert_cmpint(segment_plan_target_duration_s(&plan), ==, CASES[i].target_s);
    assert_tiles(&plan);
    assert_audio(&plan);
    assert_target_duration(&plan);
  }
}

static void test_segment_plan_set_cuts_refused(void) {
  static const struct {
    int64_t cuts[4];
    size_t count;
  } CASES[] = {
      {{0}, 0},           {{1}, 1},       {{-1, 100}, 2},      {{0, 100, 100}, 3},
      {{0, 200, 100}, 3}, {{0, 1500}, 2}, {{0, INT64_MAX}, 2}, {{0, INT64_MIN, 100}, 3},
  };
  SegmentPlan plan = segment_plan_new((Rational){25, 1}, 60 * SECOND_US, 60 * SECOND_US, 6 * SECOND_US, 0);
  SegmentPlan sound = segment_plan_new((Rational){25, 1}, 0, 60 * SECOND_US, 6 * SECOND_US, 0);
  SegmentPlan fast = segment_plan_new((Rational){120, 1}, 60 * SECOND_US, 60 * SECOND_US, 6 * SECOND_US, 0);
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++)
    g_assert_false(segment_plan_set_cuts(&plan, CASES[i].cuts, CASES[i].count));
  g_assert_null(plan.cuts);
  g_assert_false(segment_plan_set_cuts(&sound, (const int64_t[]){0, 100}, 2));
  g_assert_false(segment_plan_set_cuts(&fast, (const int64_t[]){0, 1, 2}, 3)); /* no AAC frame between them */
  g_assert_true(segment_plan_set_cuts(&plan, (const int64_t[]){0, 100}, 2));
}

/* Key frames anywhere, at most 4 s apart: segments between a third of the wanted length and 4 s over it. */
static void test_segment_plan_cuts_property(void) {
  static const Rational RATES[] = {{25, 1}, {30000, 1001}, {60, 1}, {5, 1}, {1, 1}};
  for (int round = 0; round < 1000; round++) {
    Rational rate = RATES[g_test_rand_int_range(0, G_N_ELEMENTS(RATES))];
    int64_t video_us = g_test_rand_int_range(1, 300 * (int)SECOND_US);
    int64_t audio_us = g_test_rand_bit() ? 0 : video_us + g_test_rand_int_range(-30000, 30000);
    SegmentPlan plan = segment_plan_new(rate, video_us, MAX(audio_us, 0), 6 * SECOND_US, 36 * SECOND_US);
    int64_t gop = 4 * plan.gop_frames / 2, tick = 0, keys[600], cuts[601];
    size_t key_count = 0;
    while (tick < plan.frame_count && key_count < 600) {
      keys[key_count++] = tick;
      tick += g_test_rand_int_range(1, (int)gop + 1);
    }
    size_t count = segment_plan_choose_cuts(&plan, keys, key_count, cuts);
    g_assert_true(segment_plan_set_cuts(&plan, cuts, count));
    assert_tiles(&plan);
    assert_target_duration(&plan);
    if (audio_us > 0)
      assert_audio(&plan);
    for (size_t i = 0; i + 1 < count && key_count < 600; i++) {
      g_assert_cmpint(cuts[i + 1] - cuts[i], <=, plan.segment_frames + gop);
      g_assert_cmpint(3 * (cuts[i + 1] - cuts[i]), >=, i == 0 ? plan.lead_frames : plan.segment_frames);
    }
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/segment-plan/choose-frame-rate", test_segment_plan_choose_frame_rate);
  g_test_add_func("/segment-plan/choose-frame-rate-range", test_segment_plan_choose_frame_rate_range);
  g_test_add_func("/segment-plan/new", test_segment_plan_new);
  g_test_add_func("/segment-plan/out-of-range", test_segment_plan_out_of_range);
  g_test_add_func("/segment-plan/property", test_segment_plan_property);
  g_test_add_func("/segment-plan/no-drift", test_segment_plan_no_drift);
  g_test_add_func("/segment-plan/extreme", test_segment_plan_extreme);
  g_test_add_func("/segment-plan/tick-at", test_segment_plan_tick_at);
  g_test_add_func("/segment-plan/choose-cuts", test_segment_plan_choose_cuts);
  g_test_add_func("/segment-plan/set-cuts-refused", test_segment_plan_set_cuts_refused);
  g_test_add_func("/segment-plan/cuts-property", test_segment_plan_cuts_property);
  return g_test_run();
}
