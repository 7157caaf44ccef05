#include "transcoder/timeline.h"

#include <glib.h>

enum { VIDEO, AUDIO };
#define FRAME_US 40000
#define SOUND_US 32000
#define SECOND_US G_GINT64_CONSTANT(1000000)
#define TV_LEAP_US (10 * SECOND_US)

typedef struct {
  Timeline timeline;
  int64_t end_us[TIMELINE_TRACKS]; /**< latest ends, shifted */
} Run;

static int64_t show(Run *run, int track, int64_t time_us) {
  int64_t duration_us = track == VIDEO ? FRAME_US : SOUND_US;
  int64_t at_us = time_us + timeline_shift(&run->timeline, track, time_us, duration_us);
  run->end_us[track] = MAX(run->end_us[track], at_us + duration_us);
  return at_us;
}

/** A part of `seconds` whose clock begins at `clock_us`, the sound `late_us` behind the pictures in the file: where
 * pictures and sound of its start are put. Asserts that within the part nothing drifts. */
static void show_part(Run *run, int64_t clock_us, int64_t seconds, int64_t late_us, int64_t *ret_video_us,
                      int64_t *ret_audio_us) {
  int64_t sound_us = clock_us, end_us = clock_us + seconds * SECOND_US;
  for (int64_t frame_us = clock_us; frame_us < end_us; frame_us += FRAME_US) {
    int64_t at_us = show(run, VIDEO, frame_us);
    if (frame_us == clock_us)
      *ret_video_us = at_us;
    g_assert_cmpint(at_us - *ret_video_us, ==, frame_us - clock_us);
    for (; sound_us + SOUND_US <= MIN(frame_us + FRAME_US - late_us, end_us); sound_us += SOUND_US) {
      at_us = show(run, AUDIO, sound_us);
      if (sound_us == clock_us)
        *ret_audio_us = at_us;
      g_assert_cmpint(at_us - *ret_audio_us, ==, sound_us - clock_us);
    }
  }
  for (; sound_us + SOUND_US <= end_us; sound_us += SOUND_US)
    g_assert_cmpint(show(run, AUDIO, sound_us) - *ret_audio_us, ==, sound_us - clock_us);
}

/** Parts follow one another, whatever their clocks show, and sound stays with the pictures. */
static void test_timeline_parts(void) {
  static const struct {
    int64_t clocks_us[4];
    int jumps;
  } cases[] = {
      {{0, 0, 0, 0}, 3},
      {{1400000, 1400000, 50 * SECOND_US, 3}, 3},
      {{G_GINT64_CONSTANT(95443717689) - 7 * SECOND_US, -SECOND_US * 3, 20 * SECOND_US, 0}, 3}, /* 2^33 / 90 kHz */
      {{0, 7 * SECOND_US, 0, 7 * SECOND_US}, 1},
      {{0, 7 * SECOND_US, 14 * SECOND_US, 21 * SECOND_US}, 0},
      {{0, 6 * SECOND_US, 12500000, 19 * SECOND_US}, 3}, /* short steps back */
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    for (int64_t late_us = 0; late_us <= 600000; late_us += 300000) {
      Run run = {.timeline = timeline_make(TV_LEAP_US)};
      for (int part = 0; part < 4; part++) {
        int64_t video_us = 0, audio_us = 0, before_us = MAX(run.end_us[VIDEO], run.end_us[AUDIO]);
        if (part == 0)
          before_us = cases[i].clocks_us[0];
        show_part(&run, cases[i].clocks_us[part], 7, late_us, &video_us, &audio_us);
        g_assert_cmpint(video_us, ==, audio_us);
        g_assert_cmpint(video_us, >=, before_us);
        g_assert_cmpint(video_us, <, before_us + 100000);
      }
      g_assert_cmpint(run.timeline.jumps, ==, cases[i].jumps);
    }
  }
}

/** A picture that comes late out of the demuxer still belongs to its own part. */
static void test_timeline_straggler(void) {
  Run run = {.timeline = timeline_make(TV_LEAP_US)};
  for (int64_t us = 0; us < 4 * SECOND_US; us += FRAME_US) {
    show(&run, AUDIO, us);
    if (us < 4 * SECOND_US - FRAME_US)
      show(&run, VIDEO, us);
  }
  int64_t sound_us = show(&run, AUDIO, 0);
  g_assert_cmpint(show(&run, VIDEO, 4 * SECOND_US - FRAME_US), ==, 4 * SECOND_US - FRAME_US);
  g_assert_cmpint(show(&run, AUDIO, SOUND_US), ==, sound_us + SOUND_US);
  g_assert_cmpint(show(&run, VIDEO, 0), ==, sound_us);
  g_assert_cmpint(run.timeline.jumps, ==, 1);
}

/** Wrong time stamps of single packets move nothing that comes after them. */
static void test_timeline_strays(void) {
  static const int64_t wrong_us[] = {-20 * SECOND_US, 0, 4000 * SECOND_US, G_GINT64_CONSTANT(90000000000)};
  for (size_t i = 0; i < G_N_ELEMENTS(wrong_us); i++) {
    Run run = {.timeline = timeline_make(TV_LEAP_US)};
    for (int64_t n = 0; n < 500; n++) {
      bool is_stray = n == 200 || n == 310 || n == 311;
      int64_t at_us = show(&run, VIDEO, is_stray ? wrong_us[i] : n * FRAME_US);
      if (!is_stray)
        g_assert_cmpint(at_us, ==, n * FRAME_US);
      g_assert_cmpint(show(&run, AUDIO, n * FRAME_US + 300000), ==, n * FRAME_US + 300000);
    }
    g_assert_cmpint(run.end_us[VIDEO], <, 500 * FRAME_US + SECOND_US);
  }
}

/** A track that pauses while the other goes on comes back where it is: no jump. */
static void test_timeline_pause(void) {
  Run run = {.timeline = timeline_make(TV_LEAP_US)};
  for (int64_t n = 0; n < 2000; n++) {
    g_assert_cmpint(show(&run, AUDIO, n * FRAME_US), ==, n * FRAME_US);
    if (n < 300 || n > 1200)
      g_assert_cmpint(show(&run, VIDEO, n * FRAME_US), ==, n * FRAME_US);
  }
  g_assert_cmpint(run.timeline.jumps, ==, 0);
  /* All pause: by right up to the leap, beyond it the clock has jumped. */
  g_assert_cmpint(show(&run, AUDIO, 2000 * FRAME_US + TV_LEAP_US - 1), ==, 2000 * FRAME_US + TV_LEAP_US - 1);
  int64_t end_us = run.end_us[AUDIO];
  g_assert_cmpint(show(&run, VIDEO, 5000 * SECOND_US), ==, end_us);
  g_assert_cmpint(show(&run, AUDIO, 5000 * SECOND_US), ==, end_us);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/timeline/parts", test_timeline_parts);
  g_test_add_func("/timeline/straggler", test_timeline_straggler);
  g_test_add_func("/timeline/strays", test_timeline_strays);
  g_test_add_func("/timeline/pause", test_timeline_pause);
  return g_test_run();
}
