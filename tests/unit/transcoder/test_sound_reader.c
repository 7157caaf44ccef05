#include "source_fixture.h"
#include "transcoder/probe.h"
#include "transcoder/sound_reader.h"

#include <math.h>

static const ProbeLimits limits = {.max_duration_us = G_TIME_SPAN_HOUR, .max_pixels = 1 << 24};

typedef struct {
  Source *source;
  int fd;
  SourceInfo info;
  SoundReader *reader;
} Fixture;

static void fixture_begin(Fixture *fixture, const FixtureSource *description) {
  g_autoptr(GError) error = NULL;
  fixture->source = fixture_open(description, &fixture->fd);
  g_assert_true(probe_source(fixture->source, &limits, &fixture->info, &error));
  fixture->reader = sound_reader_new(fixture->source, &fixture->info, FIXTURE_AUDIO_RATE, &error);
  g_assert_no_error(error);
}

static void fixture_end(Fixture *fixture) {
  sound_reader_free(fixture->reader);
  source_free(fixture->source);
  close(fixture->fd);
}

/** Reads all; returns the samples, and the longest run of near silence between others. */
static int64_t read_all(SoundReader *reader, int64_t *ret_longest_silence) {
  float left[480], right[480], *planes[] = {left, right};
  int64_t count = 0, silent = 0, longest = 0;
  while (!sound_reader_is_at_end(reader)) {
    g_assert_true(sound_reader_read(reader, planes, 480, NULL));
    for (int i = 0; i < 480; i++) {
      bool is_silent = fabsf(left[i]) < 0.05f;
      if (!is_silent &&
          count - silent > 480) /* the codec's own start is silent; what fills the end does not count */
        longest = MAX(longest, silent);
      silent = is_silent ? silent + 1 : 0;
      count++;
    }
  }
  *ret_longest_silence = longest;
  return count;
}

/** A clock that runs 0.1 % slow or fast for 32 s: the sound ends with the clock, and no piece of it is silence or cut
 * away: a square wave of 1 kHz keeps its 24 samples between edges. */
static void test_sound_reader_drift(void) {
  const int drifts_ppm[] = {1000, -1000, 0};
  for (size_t i = 0; i < G_N_ELEMENTS(drifts_ppm); i++) {
    Fixture fixture;
    fixture_begin(&fixture,
                  &(FixtureSource){.muxer = "matroska", .audio_frames = 1000, .audio_drift_ppm = drifts_ppm[i]});
    int64_t longest, count = read_all(fixture.reader, &longest);
    int64_t wanted = 1000 * 1536 + INT64_C(1000) * 1536 * drifts_ppm[i] / 1000000;
    g_test_message("%d ppm: %" G_GINT64_FORMAT " samples, the clock says %" G_GINT64_FORMAT, drifts_ppm[i], count,
                   wanted);
    g_assert_cmpint(ABS(count - 256 - wanted), <, 8 * 48 + 480); /* AC-3 begins 256 samples early; blocks of 480 */
    g_assert_cmpint(longest, <, 24);
    fixture_end(&fixture);
  }
}

/** A jump leads near the wanted place, and from there on to the end. */
static void test_sound_reader_jump(void) {
  Fixture fixture;
  fixture_begin(&fixture, &(FixtureSource){.muxer = "matroska", .audio_frames = 500});
  int64_t longest, whole = read_all(fixture.reader, &longest);
  g_assert_true(sound_reader_has_decoded(fixture.reader) && !sound_reader_is_damaged(fixture.reader));
  g_assert_true(sound_reader_jump(fixture.reader, 12 * G_USEC_PER_SEC));
  int64_t rest = read_all(fixture.reader, &longest);
  g_assert_cmpint(ABS(rest - (whole - 12 * FIXTURE_AUDIO_RATE)), <, FIXTURE_AUDIO_RATE);
  g_assert_cmpint(longest, <, 24);
  fixture_end(&fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  av_log_set_level(AV_LOG_QUIET);
  g_test_add_func("/sound-reader/drift", test_sound_reader_drift);
  g_test_add_func("/sound-reader/jump", test_sound_reader_jump);
  return g_test_run();
}
