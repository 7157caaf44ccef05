#include "source_fixture.h"
#include "transcoder/error.h"
#include "transcoder/frame_reader.h"
#include "transcoder/media_allow_list.h"
#include "transcoder/probe.h"

static const ProbeLimits limits = {.max_duration_us = G_TIME_SPAN_HOUR, .max_pixels = 1 << 24};

/** A source of several files' bytes, one after the other. */
static Source *open_joined(const FixtureSource *parts, size_t count, int *ret_fd, GError **error) {
  g_autofree char *path = NULL;
  *ret_fd = g_file_open_tmp("kapok-joined-XXXXXX", &path, NULL);
  g_unlink(path);
  for (size_t i = 0; i < count; i++) {
    g_autofree char *part = fixture_make(&parts[i]);
    g_autofree char *bytes = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(part, &bytes, &size, NULL));
    g_unlink(part);
    g_assert_cmpint(write(*ret_fd, bytes, size), ==, (ssize_t)size);
  }
  return source_open(*ret_fd, error);
}

static int joined_code(const FixtureSource *parts, size_t count, int frame) {
  for (size_t i = 0; i < count && frame >= parts[i].frames; i++)
    frame -= parts[i].frames;
  return frame % FIXTURE_CODES;
}

/** Every frame of a source without a usable clock of its own comes at its place, from the start and after seeks. */
static void assert_linear(const FixtureSource *parts, size_t count, bool is_counted, int tolerance_us) {
  int fd, total = 0;
  g_autoptr(GError) error = NULL;
  g_autoptr(Source) source = open_joined(parts, count, &fd, &error);
  g_assert_no_error(error);
  for (size_t i = 0; i < count; i++)
    total += parts[i].frames;
  SourceInfo info;
  g_assert_true(probe_source(source, &limits, &info, &error));
  g_assert_true(info.timing.is_linear);
  g_assert_cmpint(info.timing.is_counted, ==, is_counted);
  g_assert_cmpint(ABS(info.video_duration_us - total * 40000), <=, tolerance_us);
  g_autoptr(FrameReader) reader = frame_reader_new(source, info.video_stream, info.start_us, &error);
  g_assert_no_error(error);
  for (int round = 0; round < 8; round++) {
    int wanted = (int[]){0, 5, 5, 100, 101, 230, 60, total - 2}[round];
    g_assert_true(frame_reader_seek(reader, wanted * 40000 + 20000, &error));
    for (int frame = wanted; frame < MIN(wanted + 3, total); frame++) {
      int64_t time_us;
      const AVFrame *picture = frame_reader_next(reader, &time_us);
      g_assert_nonnull(picture);
      g_test_message("wanted %d, frame %d at %ld shows %d", wanted, frame, (long)time_us, fixture_code(picture));
      g_assert_cmpint(fixture_code(picture), ==, joined_code(parts, count, frame));
      g_assert_cmpint(ABS(time_us - frame * 40000), <=, tolerance_us);
    }
  }
  g_assert_cmpint(frame_reader_damaged(reader), ==, 0);
  close(fd);
}

static void test_source_jumps(void) {
  static const FixtureSource parts[] = {
      {.muxer = "mpegts", .frames = 120, .rate = {25, 1}, .gop = 25, .b_frames = 2, .audio_frames = 150},
      {.muxer = "mpegts", .frames = 75, .rate = {25, 1}, .gop = 25, .b_frames = 2, .audio_frames = 93},
      {.muxer = "mpegts", .frames = 75, .rate = {25, 1}, .gop = 25, .audio_frames = 93, .video_delay_ms = 0},
  };
  assert_linear(parts, 3, false, 45000);
  static const FixtureSource silent[] = {
      {.muxer = "mpegts", .frames = 130, .rate = {25, 1}, .gop = 25},
      {.muxer = "mpegts", .frames = 130, .rate = {25, 1}, .gop = 25},
  };
  assert_linear(silent, 2, false, 45000);
}

/** A raw stream: nothing but pictures. */
static void test_source_raw(void) {
  static const FixtureSource raw = {.muxer = "m4v", .frames = 240, .rate = {25, 1}, .gop = 25};
  assert_linear(&raw, 1, true, 2000);
}

/** An AVI file shows the right frames with its index and without. */
static void test_source_index(void) {
  static const FixtureSource whole = {.muxer = "avi", .frames = 240, .rate = {25, 1}, .gop = 25};
  g_autofree char *path = fixture_make(&whole);
  g_autofree char *bytes = NULL;
  gsize size;
  g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
  g_unlink(path);
  for (int round = 0; round < 2; round++) {
    g_autofree char *cut = NULL;
    int fd = g_file_open_tmp("kapok-index-XXXXXX", &cut, NULL);
    g_unlink(cut);
    g_assert_cmpint(write(fd, bytes, round == 0 ? size : size * 9 / 10), >, 0);
    g_autoptr(GError) error = NULL;
    g_autoptr(Source) source = source_open(fd, &error);
    SourceInfo info;
    g_assert_true(probe_source(source, &limits, &info, &error));
    g_assert_true(round == 1 || !info.timing.is_linear);
    g_autoptr(FrameReader) reader = frame_reader_new(source, info.video_stream, info.start_us, &error);
    for (int wanted = 200; wanted > 0; wanted -= 70) {
      int64_t time_us;
      g_assert_true(frame_reader_seek(reader, wanted * 40000 + 20000, &error));
      g_assert_cmpint(fixture_code(frame_reader_next(reader, &time_us)), ==, wanted % FIXTURE_CODES);
    }
    close(fd);
  }
}

/** Ordinary sources are not read in one go. */
static void test_source_ordinary(void) {
  static const FixtureSource sources[] = {
      {.muxer = "matroska", .frames = 400, .rate = {25, 1}, .gop = 25, .b_frames = 2, .audio_frames = 500},
      {.muxer = "mp4", .frames = 400, .rate = {25, 1}, .gop = 50, .b_frames = 2, .audio_frames = 500},
      {.muxer = "mpegts", .frames = 400, .rate = {25, 1}, .gop = 25, .b_frames = 2, .audio_frames = 500},
      {.muxer = "avi", .frames = 400, .rate = {25, 1}, .gop = 25, .audio_frames = 500},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
    int fd;
    g_autoptr(GError) error = NULL;
    g_autoptr(Source) source = fixture_open(&sources[i], &fd);
    SourceInfo info;
    g_assert_true(probe_source(source, &limits, &info, &error));
    g_test_message("%s", sources[i].muxer);
    g_assert_false(info.timing.is_linear);
    g_assert_false(info.timing.is_counted);
    close(fd);
  }
}

/** A second reader reads by itself, and both begin at the start when told. */
static void test_source_again(void) {
  static const FixtureSource description = {.muxer = "mpegts", .frames = 100, .rate = {25, 1}, .gop = 25};
  int fd;
  g_autoptr(GError) error = NULL;
  g_autoptr(Source) source = fixture_open(&description, &fd);
  g_autoptr(FrameReader) first = frame_reader_new(source, 0, 1400000, &error);
  int64_t time_us;
  for (int i = 0; i < 50; i++)
    g_assert_nonnull(frame_reader_next(first, &time_us));
  g_autoptr(Source) again = source_open_again(source, &error);
  g_assert_no_error(error);
  g_autoptr(FrameReader) second = frame_reader_new(again, 0, 1400000, &error);
  g_assert_cmpint(fixture_code(frame_reader_next(second, &time_us)), ==, 0);
  g_assert_cmpint(fixture_code(frame_reader_next(first, &time_us)), ==, 50);
  close(fd);
}

/** Pictures beyond the limit are not decoded. */
static void test_source_pixels(void) {
  static const FixtureSource description = {.muxer = "matroska", .frames = 30, .rate = {25, 1}, .gop = 25};
  int fd;
  g_autoptr(GError) error = NULL;
  g_autoptr(Source) source = fixture_open(&description, &fd);
  source_limit_pixels(source, FIXTURE_WIDTH * FIXTURE_HEIGHT - 1);
  g_autoptr(FrameReader) reader = frame_reader_new(source, 0, 0, &error);
  g_assert_true(reader == NULL || !frame_reader_seek(reader, 0, &error));
  g_assert_nonnull(error);
  close(fd);
}

/** Lists of other files, streams of addresses and filters are no media. */
static void test_source_refuses(void) {
  static const char *const texts[] = {
      "ffconcat version 1.0\nfile '/etc/passwd'\n",
      "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
      "<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" "
      "profiles=\"urn:mpeg:dash:profile:full:2011\" "
      "type=\"static\"><Period><AdaptationSet/></Period></MPD>\n",
      "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
      "1\n00:00:01,000 --> 00:00:02,000\nA caption\n\n2\n00:00:03,000 --> 00:00:04,000\nAnother\n\n",
      "WEBVTT\n\n00:01.000 --> 00:02.000\nA caption\n",
  };
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autofree char *path = NULL;
    g_autoptr(GError) error = NULL;
    int fd = g_file_open_tmp("kapok-text-XXXXXX", &path, NULL);
    g_unlink(path);
    g_assert_cmpint(write(fd, texts[i], strlen(texts[i])), >, 0);
    g_assert_null(source_open(fd, &error));
    g_test_message("%s", error->message);
    g_assert_true(error->domain == TRANSCODER_ERROR &&
                  (error->code == TRANSCODER_ERROR_UNSUPPORTED || error->code == TRANSCODER_ERROR_NOT_MEDIA));
    close(fd);
  }
}

static void test_media_allow_list(void) {
  static const char *const refused[] = {"concat", "hls",        "dash",        "image2", "lavfi", "sdp",
                                        "rtsp",   "ffmetadata", "tedcaptions", "imf",    "srt"};
  for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
    const AVInputFormat *container = av_find_input_format(refused[i]);
    g_assert_true(container == NULL || !media_allow_list_has_container(container));
  }
  g_assert_true(media_allow_list_has_container(av_find_input_format("mp4")));
  g_assert_true(media_allow_list_has_container(av_find_input_format("webm")));
  /* All that is listed is there: a name with a slip of the pen would list nothing. */
  g_auto(GStrv) names = g_strsplit(media_allow_list_containers(), ",", -1);
  for (size_t i = 0; names[i] != NULL; i++) {
    if (av_find_input_format(names[i]) == NULL)
      g_error("no demuxer %s", names[i]);
  }
  g_assert_nonnull(media_allow_list_find_decoder(AV_CODEC_ID_AV1));
  g_assert_null(media_allow_list_find_decoder(AV_CODEC_ID_ANSI));
  g_assert_nonnull(strstr(media_allow_list_decoders(), "hevc"));
}

static void test_source_timing_json(void) {
  SourceTiming timing = {.is_linear = true, .is_counted = true, .rate = {30000, 1001}, .streams = {2, 0}}, read;
  json_error_t why;
  json_t *json = source_timing_pack(&timing);
  g_assert_true(source_timing_unpack(json, &read, &why));
  g_assert_true(read.is_linear && read.is_counted && read.rate.num == 30000 && read.rate.den == 1001);
  g_assert_true(read.streams[0] == 2 && read.streams[1] == 0);
  json_object_set_new(json, "rate", json_pack("[i,i]", 0, 1));
  g_assert_false(source_timing_unpack(json, &read, &why));
  json_decref(json);
  g_assert_true(source_timing_unpack(NULL, &read, &why));
  g_assert_false(read.is_linear);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  av_log_set_level(AV_LOG_QUIET);
  g_test_add_func("/source/jumps", test_source_jumps);
  g_test_add_func("/source/raw", test_source_raw);
  g_test_add_func("/source/index", test_source_index);
  g_test_add_func("/source/ordinary", test_source_ordinary);
  g_test_add_func("/source/again", test_source_again);
  g_test_add_func("/source/pixels", test_source_pixels);
  g_test_add_func("/source/refuses", test_source_refuses);
  g_test_add_func("/source/timing-json", test_source_timing_json);
  g_test_add_func("/media-allow-list/table", test_media_allow_list);
  return g_test_run();
}
