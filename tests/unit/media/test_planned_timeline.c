#include "media/hls_playlist.h"
#include "media/planned_timeline.h"

static GArray *published(const int64_t *durations, size_t count) {
  GArray *segments = g_array_new(FALSE, FALSE, sizeof(HlsSegment));
  for (size_t i = 0; i < count; i++) {
    HlsSegment segment = {.duration = durations[i], .length_bytes = 100};
    g_array_append_val(segments, segment);
  }
  return segments;
}

static void assert_durations(const GArray *segments, const int64_t *durations, size_t count) {
  g_assert_cmpuint(segments->len, ==, count);
  for (size_t i = 0; i < count; i++)
    g_assert_cmpint(g_array_index(segments, HlsSegment, i).duration, ==, durations[i]);
}

/* 25 fps in 12,800 Hz: 512 a frame. */
static void test_planned_timeline_pictures(void) {
  static const int32_t frames[] = {150, 150, 37};
  PlannedTimeline timeline = {.segment_frames = frames, .segment_count = 3, .frame_rate = {25, 1}};
  g_autoptr(GArray) none = published(NULL, 0);
  planned_timeline_extend(&timeline, 12800, 1, none);
  assert_durations(none, (const int64_t[]){76800, 76800, 18944}, 3);
  g_assert_cmpint(g_array_index(none, HlsSegment, 0).length_bytes, ==, 0);

  g_autoptr(GArray) some = published((const int64_t[]){76800}, 1);
  planned_timeline_extend(&timeline, 12800, 1, some);
  assert_durations(some, (const int64_t[]){76800, 76800, 18944}, 3);
  g_assert_cmpint(g_array_index(some, HlsSegment, 0).length_bytes, ==, 100);

  g_autoptr(GArray) all = published((const int64_t[]){1, 2, 3, 4}, 4);
  planned_timeline_extend(&timeline, 12800, 1, all);
  assert_durations(all, (const int64_t[]){1, 2, 3, 4}, 4);
}

/* Sound is cut at the first AAC frame at or after the cut of the pictures: 6 s are 281.25 frames. */
static void test_planned_timeline_sound(void) {
  static const int32_t frames[] = {150, 150, 150, 150};
  PlannedTimeline timeline = {.segment_frames = frames, .segment_count = 4, .frame_rate = {25, 1}};
  g_autoptr(GArray) sound = published(NULL, 0);
  planned_timeline_extend(&timeline, 48000, PLANNED_TIMELINE_AAC_SAMPLES, sound);
  assert_durations(sound, (const int64_t[]){282 * 1024, 281 * 1024, 281 * 1024, 281 * 1024}, 4);
}

/* What was published differently from the plan is made up for at once. */
static void test_planned_timeline_difference(void) {
  static const int32_t frames[] = {180, 180, 180};
  PlannedTimeline timeline = {.segment_frames = frames, .segment_count = 3, .frame_rate = {30, 1}};
  g_autoptr(GArray) segments = published((const int64_t[]){6100}, 1);
  planned_timeline_extend(&timeline, 1000, 1, segments);
  assert_durations(segments, (const int64_t[]){6100, 5900, 6000}, 3);

  g_autoptr(GArray) beyond = published((const int64_t[]){60000}, 1);
  planned_timeline_extend(&timeline, 1000, 1, beyond);
  assert_durations(beyond, (const int64_t[]){60000, 1, 1}, 3);
}

/* Three hours at 30000/1001: the end is where the frames say, to the tick. */
static void test_planned_timeline_no_drift(void) {
  g_autofree int32_t *frames = g_new(int32_t, 1800);
  for (size_t i = 0; i < 1800; i++)
    frames[i] = 180;
  PlannedTimeline timeline = {.segment_frames = frames, .segment_count = 1800, .frame_rate = {30000, 1001}};
  g_autoptr(GArray) segments = published(NULL, 0);
  planned_timeline_extend(&timeline, 30000, 1, segments);
  int64_t end = 0;
  for (guint i = 0; i < segments->len; i++)
    end += g_array_index(segments, HlsSegment, i).duration;
  g_assert_cmpint(end, ==, INT64_C(1800) * 180 * 1001);
}

static void test_planned_timeline_hostile(void) {
  static const int32_t frames[] = {INT32_MAX, INT32_MAX};
  PlannedTimeline timeline = {.segment_frames = frames, .segment_count = 2, .frame_rate = {0, 0}};
  g_autoptr(GArray) segments = published(NULL, 0);
  planned_timeline_extend(&timeline, 48000, 1024, segments);
  g_assert_cmpuint(segments->len, ==, 0);
  timeline.frame_rate = (Rational){1, INT32_MAX};
  planned_timeline_extend(&timeline, INT32_MAX, 1, segments);
  g_assert_cmpuint(segments->len, ==, 2);
  g_assert_cmpint(g_array_index(segments, HlsSegment, 1).duration, >=, 1);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/planned_timeline/pictures", test_planned_timeline_pictures);
  g_test_add_func("/planned_timeline/sound", test_planned_timeline_sound);
  g_test_add_func("/planned_timeline/difference", test_planned_timeline_difference);
  g_test_add_func("/planned_timeline/no_drift", test_planned_timeline_no_drift);
  g_test_add_func("/planned_timeline/hostile", test_planned_timeline_hostile);
  return g_test_run();
}
