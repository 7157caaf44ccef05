#include "source_fixture.h"
#include "transcoder/error.h"
#include "transcoder/frame_reader.h"
#include "transcoder/probe.h"

static const ProbeLimits limits = {.max_duration_us = G_TIME_SPAN_HOUR, .max_pixels = 1 << 24};

static const FixtureSource sources[] = {
    {.muxer = "matroska", .frames = 160, .rate = {25, 1}, .gop = 12, .b_frames = 2},
    {.muxer = "mp4", .frames = 160, .rate = {25, 1}, .gop = 50, .b_frames = 2},
    {.muxer = "mp4", .frames = 160, .rate = {30000, 1001}, .gop = 300, .b_frames = 0},
    {.muxer = "avi", .frames = 160, .rate = {25, 1}, .gop = 12, .b_frames = 0},
    {.muxer = "mpegts", .frames = 160, .rate = {25, 1}, .gop = 25, .b_frames = 2},
};

static int64_t frame_start_us(const FixtureSource *source, int frame) {
  return av_rescale(frame, G_USEC_PER_SEC * (int64_t)source->rate.den, source->rate.num);
}

/** A seek to a little after the start of any frame gives that frame, and reading on gives the next ones. */
static void test_frame_reader_seek(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
    int fd;
    g_autoptr(GError) error = NULL;
    g_autoptr(Source) source = fixture_open(&sources[i], &fd);
    SourceInfo info;
    g_assert_true(probe_source(source, &limits, &info, &error));
    g_autoptr(FrameReader) reader = frame_reader_new(source, info.video_stream, info.start_us, &error);
    g_assert_no_error(error);
    for (int round = 0; round < 60; round++) {
      int wanted = round < 3 ? (int[]){0, 159, 80}[round] : g_test_rand_int_range(0, 160);
      g_assert_true(frame_reader_seek(reader, frame_start_us(&sources[i], wanted) + 15000, &error));
      for (int frame = wanted; frame < MIN(wanted + 4, sources[i].frames); frame++) {
        int64_t time_us;
        const AVFrame *picture = frame_reader_next(reader, &time_us);
        g_assert_nonnull(picture);
        g_test_message("%s: wanted %d, frame %d at %ld, shows %d", sources[i].muxer, wanted, frame, (long)time_us,
                       fixture_code(picture));
        g_assert_cmpint(fixture_code(picture), ==, frame % FIXTURE_CODES);
        g_assert_cmpint(ABS(time_us - frame_start_us(&sources[i], frame)), <, 2000);
      }
    }
    close(fd);
  }
}

/** Past the end the last frame is given; after it comes the end. */
static void test_frame_reader_past_end(void) {
  int fd;
  g_autoptr(GError) error = NULL;
  g_autoptr(Source) source = fixture_open(&sources[0], &fd);
  g_autoptr(FrameReader) reader = frame_reader_new(source, 0, 0, &error);
  g_assert_true(frame_reader_seek(reader, 100 * G_USEC_PER_SEC, &error));
  int64_t time_us;
  g_assert_cmpint(fixture_code(frame_reader_next(reader, &time_us)), ==, 159 % FIXTURE_CODES);
  g_assert_null(frame_reader_next(reader, &time_us));
  close(fd);
}

/** No picture is too small to be new where a coding can show old pictures by name: all of MPEG-4 Part 2 come. */
static void test_frame_reader_changed(void) {
  int fd, count = 0;
  g_autoptr(GError) error = NULL;
  g_autoptr(Source) source = fixture_open(&sources[1], &fd);
  g_autoptr(FrameReader) reader = frame_reader_new(source, 0, 0, &error);
  frame_reader_want(reader, FRAMES_CHANGED);
  g_assert_true(frame_reader_seek(reader, 0, &error));
  int64_t time_us;
  while (frame_reader_next(reader, &time_us) != NULL)
    count++;
  g_assert_cmpint(count, ==, sources[1].frames);
  close(fd);
}

static void test_probe_durations(void) {
  static const struct {
    FixtureSource source;
    int64_t video_us, audio_us;
  } cases[] = {
      {{.muxer = "mp4", .frames = 100, .rate = {25, 1}, .gop = 25, .audio_frames = 125}, 4000000, 4000000},
      {{.muxer = "matroska", .frames = 100, .rate = {25, 1}, .gop = 25, .audio_frames = 125, .video_delay_ms = 500},
       4500000,
       4000000},
      {{.muxer = "matroska", .audio_frames = 125}, 0, 4000000},
      {{.muxer = "avi", .frames = 50, .rate = {10, 1}, .gop = 10}, 5000000, 0},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    int fd;
    g_autoptr(GError) error = NULL;
    g_autoptr(Source) source = fixture_open(&cases[i].source, &fd);
    SourceInfo info;
    g_assert_true(probe_source(source, &limits, &info, &error));
    g_assert_cmpint(info.has_video, ==, cases[i].video_us > 0);
    g_assert_cmpint(info.has_audio, ==, cases[i].audio_us > 0);
    g_assert_cmpint(ABS(info.video_duration_us - cases[i].video_us), <, 10000);
    g_assert_cmpint(ABS(info.audio_duration_us - cases[i].audio_us), <, 10000);
    close(fd);
  }
}

static void test_probe_language(void) {
  static const struct {
    const char *told, *want;
  } cases[] = {{NULL, ""}, {"chi", "zh"}, {"zho", "zh"}, {"eng", "en"}, {"yue", "yue"}, {"und", ""}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    int fd;
    g_autoptr(GError) error = NULL;
    FixtureSource description = {.muxer = "mp4", .audio_frames = 10, .language = cases[i].told};
    g_autoptr(Source) source = fixture_open(&description, &fd);
    SourceInfo info;
    g_assert_true(probe_source(source, &limits, &info, &error));
    g_assert_cmpstr(info.sounds[0].language, ==, cases[i].want);
    close(fd);
  }
}

static void test_probe_limits(void) {
  int fd;
  g_autoptr(GError) error = NULL;
  g_autoptr(Source) source = fixture_open(&sources[0], &fd);
  SourceInfo info = {.video_stream = 77};
  g_assert_false(
      probe_source(source, &(ProbeLimits){.max_duration_us = 6000000, .max_pixels = 1 << 24}, &info, &error));
  g_assert_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_TOO_LONG);
  g_clear_error(&error);
  g_assert_false(
      probe_source(source, &(ProbeLimits){.max_duration_us = 9000000, .max_pixels = 100}, &info, &error));
  g_assert_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_BAD_PICTURE);
  g_assert_cmpint(info.video_stream, ==, 77);
  close(fd);
}

/** A file of the given bytes is refused with the given error. */
static void assert_refused(const void *bytes, size_t size, TranscoderError code) {
  g_autofree char *path = NULL;
  g_autoptr(GError) error = NULL;
  int fd = g_file_open_tmp("kapok-fixture-XXXXXX", &path, NULL);
  g_unlink(path);
  g_assert_cmpint(write(fd, bytes, size), ==, (ssize_t)size);
  g_assert_null(source_open(fd, &error));
  g_assert_error(error, TRANSCODER_ERROR, (gint)code);
  close(fd);
}

static void test_source_refuses(void) {
  static const char text[] = "This is a text about kapok trees, not a film.\nIt has two lines.\n";
  assert_refused("", 0, TRANSCODER_ERROR_EMPTY);
  assert_refused(text, sizeof text - 1, TRANSCODER_ERROR_NOT_MEDIA);

  /* An MP4 whose index is cut off is known, but damaged. */
  g_autofree char *path = fixture_make(&sources[1]);
  g_autofree char *bytes = NULL;
  gsize size;
  g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
  g_unlink(path);
  assert_refused(bytes, size / 2, TRANSCODER_ERROR_DAMAGED);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  av_log_set_level(AV_LOG_QUIET);
  g_test_add_func("/frame-reader/seek", test_frame_reader_seek);
  g_test_add_func("/frame-reader/past-end", test_frame_reader_past_end);
  g_test_add_func("/frame-reader/changed", test_frame_reader_changed);
  g_test_add_func("/probe/durations", test_probe_durations);
  g_test_add_func("/probe/language", test_probe_language);
  g_test_add_func("/probe/limits", test_probe_limits);
  g_test_add_func("/source/refuses", test_source_refuses);
  return g_test_run();
}
