#include "base/path.h"
#include "source_fixture.h"
#include "transcoder/copy_fitness.h"
#include "transcoder/error.h"
#include "transcoder/frame_reader.h"
#include "transcoder/span_copier.h"

#include <libavutil/opt.h>

static const ProbeLimits limits = {.max_duration_us = G_TIME_SPAN_HOUR, .max_pixels = 1 << 24};

/** H.264 made for the test. */
typedef struct {
  const char *name, *muxer, *x264;
  int keep;          /**< 0: every frame; else only those whose number it does not divide */
  int64_t delay_ms;  /**< of the pictures, beside sound from the start */
  bool is_broken;    /**< bytes in the middle are overwritten */
  CopyReason reason; /**< NONE: it is copied */
} CopySource;

#define FRAMES 300

static AVCodecContext *open_x264(const char *parameters) {
  AVCodecContext *encoder = avcodec_alloc_context3(avcodec_find_encoder_by_name("libx264"));
  g_assert_nonnull(encoder);
  encoder->width = FIXTURE_WIDTH;
  encoder->height = FIXTURE_HEIGHT;
  encoder->pix_fmt = AV_PIX_FMT_YUV420P;
  encoder->time_base = (AVRational){1, 25};
  encoder->framerate = (AVRational){25, 1};
  encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  av_opt_set(encoder->priv_data, "preset", "ultrafast", 0);
  av_opt_set(encoder->priv_data, "crf", "10", 0);
  av_opt_set(encoder->priv_data, "x264-params", parameters, 0);
  g_assert_cmpint(avcodec_open2(encoder, NULL, NULL), >=, 0);
  return encoder;
}

static void write_source(const CopySource *description, const char *path) {
  AVFormatContext *format;
  g_assert_cmpint(avformat_alloc_output_context2(&format, NULL, description->muxer, path), >=, 0);
  AVCodecContext *video = open_x264(description->x264);
  AVCodecContext *audio = fixture_open_audio(AV_CODEC_FLAG_GLOBAL_HEADER);
  AVStream *streams[] = {fixture_add_stream(format, video), fixture_add_stream(format, audio)};
  g_assert_cmpint(avio_open(&format->pb, path, AVIO_FLAG_WRITE), >=, 0);
  g_assert_cmpint(avformat_write_header(format, NULL), >=, 0);
  for (int i = 0; i < FRAMES; i++)
    if (description->keep == 0 || i % description->keep != 1)
      fixture_write_video(format, streams[0], video, i, 0, description->delay_ms);
  fixture_write(format, streams[0], video, NULL, description->delay_ms);
  for (int i = 0; i < FRAMES * 2 * 960 / 1536; i++)
    fixture_write_audio(format, streams[1], audio, i, 0);
  fixture_write(format, streams[1], audio, NULL, 0);
  g_assert_cmpint(av_write_trailer(format), >=, 0);
  avio_closep(&format->pb);
  avcodec_free_context(&video);
  avcodec_free_context(&audio);
  avformat_free_context(format);
}

/** Sizes of NAL units in the middle become nonsense. */
static void break_middle(const char *path) {
  g_autofree char *bytes = NULL;
  gsize size;
  g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
  int fd = open(path, O_WRONLY);
  uint8_t junk[3000];
  memset(junk, 0xA5, sizeof junk);
  g_assert_cmpint(pwrite(fd, junk, sizeof junk, (off_t)size / 2), ==, sizeof junk);
  close(fd);
}

typedef struct {
  char *folder, *path;
  Source *source;
  int fd;
  EncodePlan plan;
} Fixture;

static void fixture_begin(Fixture *fixture, const CopySource *description) {
  g_autoptr(GError) error = NULL;
  g_autoptr(Settings) settings = settings_new();
  settings->segment_duration_us = 2 * G_USEC_PER_SEC;
  settings->span_duration_us = 4 * G_USEC_PER_SEC;
  fixture->folder = g_dir_make_tmp("kapok-copy-XXXXXX", &error);
  fixture->path = g_build_filename(fixture->folder, "source", NULL);
  write_source(description, fixture->path);
  if (description->is_broken)
    break_middle(fixture->path);
  fixture->fd = open(fixture->path, O_RDONLY);
  fixture->source = source_open(fixture->fd, &error);
  g_assert_no_error(error);
  SourceInfo info;
  g_auto(CopyPlan) found = {0};
  g_assert_true(probe_source(fixture->source, &limits, &info, &error));
  copy_fitness_check(fixture->source, &info, &found);
  g_assert_true(encode_plan_make(&info, settings, &fixture->plan, &error));
  encode_plan_use_copy(&fixture->plan, &found);
}

static void fixture_end(Fixture *fixture) {
  encode_plan_clear(&fixture->plan);
  source_free(fixture->source);
  close(fixture->fd);
  path_remove_tree(fixture->folder, NULL);
  g_free(fixture->folder);
  g_free(fixture->path);
}

static bool copy_span(Fixture *fixture, int64_t index, GByteArray *stored, GBytes **init, GError **error) {
  EventSpan span = {0};
  size_t rung = encode_plan_copied_rung(&fixture->plan);
  if (!span_copy(fixture->source, &fixture->plan, rung, index, fixture->folder, &span, error))
    return false;
  g_autofree char *path = g_build_filename(fixture->folder, span.file, NULL);
  g_autofree char *bytes = NULL;
  gsize size;
  g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
  if (*init == NULL) {
    *init = g_bytes_ref(span.init);
    g_byte_array_append(stored, g_bytes_get_data(span.init, NULL), (guint)g_bytes_get_size(span.init));
  }
  g_assert_true(g_bytes_equal(*init, span.init));
  g_byte_array_append(stored, (const guint8 *)bytes, (guint)size);
  int64_t first, count;
  segment_plan_span(&fixture->plan.segments, index, &first, &count);
  g_assert_cmpint(span.segments->len, ==, count);
  for (guint i = 0; i < span.segments->len; i++) {
    const CatalogSegment *segment = &g_array_index(span.segments, CatalogSegment, i);
    int64_t frame, frames, unit = fixture->plan.segments.frame_duration;
    segment_plan_segment(&fixture->plan.segments, first + i, &frame, &frames);
    g_assert_cmpint(segment->decode_time, ==, frame * unit);
    g_assert_cmpint(segment->duration, ==, frames * unit);
  }
  event_span_clear(&span);
  return true;
}

/** Picture by picture: the same samples, at the ticks where the source shows them. */
static void assert_same_pictures(Fixture *fixture, const GByteArray *stored) {
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(fixture->folder, "stored.mp4", NULL);
  g_assert_true(g_file_set_contents(path, (const char *)stored->data, stored->len, NULL));
  int fd = open(path, O_RDONLY);
  g_autoptr(Source) copy = source_open(fd, &error);
  g_assert_no_error(error);
  const SourceInfo *info = &fixture->plan.source;
  Rational rate = fixture->plan.segments.frame_rate;
  g_autoptr(FrameReader) ours = frame_reader_new(copy, 0, 0, &error);
  g_autoptr(FrameReader) theirs = frame_reader_new(fixture->source, info->video_stream, info->start_us, &error);
  g_assert_true(frame_reader_seek(ours, 0, &error) && frame_reader_seek(theirs, 0, &error));
  int64_t our_us, their_us;
  const AVFrame *theirs_next;
  int count = 0;
  while ((theirs_next = frame_reader_next(theirs, &their_us)) != NULL) {
    const AVFrame *next = frame_reader_next(ours, &our_us);
    g_assert_nonnull(next);
    int64_t tick = count == 0 ? 0 : segment_plan_tick_at(rate, their_us);
    g_assert_cmpint(segment_plan_tick_at(rate, our_us), ==, tick);
    for (int y = 0; y < FIXTURE_HEIGHT; y++)
      g_assert_cmpmem(next->data[0] + y * next->linesize[0], FIXTURE_WIDTH,
                      theirs_next->data[0] + y * theirs_next->linesize[0], FIXTURE_WIDTH);
    count++;
  }
  g_assert_null(frame_reader_next(ours, &our_us));
  g_assert_cmpint(count, >, FRAMES / 2);
  g_clear_pointer(&ours, frame_reader_free);
  g_clear_pointer(&copy, source_free);
  close(fd);
}

#define CLOSED "keyint=50:min-keyint=50:scenecut=0:open-gop=0:bframes=3:b-pyramid=normal:b-adapt=0"

static const CopySource SOURCES[] = {
    {.name = "mp4", .muxer = "mp4", .x264 = CLOSED},
    {.name = "mkv", .muxer = "matroska", .x264 = CLOSED},
    {.name = "frames left out", .muxer = "mp4", .x264 = CLOSED, .keep = 3},
    {.name = "late", .muxer = "mp4", .x264 = CLOSED, .delay_ms = 400},
    {.name = "odd groups", .muxer = "mp4", .x264 = CLOSED ":keyint=37:min-keyint=37"},
    {.name = "headers repeated", .muxer = "mp4", .x264 = CLOSED ":repeat-headers=1:aud=1"},
    {.name = "open", .muxer = "mp4", .x264 = CLOSED ":open-gop=1", .reason = COPY_REASON_GOP},
    {.name = "far", .muxer = "matroska", .x264 = CLOSED ":keyint=150", .reason = COPY_REASON_GOP},
    {.name = "too late", .muxer = "mp4", .x264 = CLOSED, .delay_ms = 3000, .reason = COPY_REASON_EDGES},
    {.name = "transport stream", .muxer = "mpegts", .x264 = CLOSED},
    {.name = "transport stream, odd groups",
     .muxer = "mpegts",
     .x264 = CLOSED ":keyint=37:min-keyint=37:repeat-headers=1:aud=1"},
    {.name = "transport stream, open", .muxer = "mpegts", .x264 = CLOSED ":open-gop=1", .reason = COPY_REASON_GOP},
    {.name = "fields", .muxer = "mp4", .x264 = CLOSED ":interlaced=1", .reason = COPY_REASON_PROFILE},
    {.name = "wide", .muxer = "mp4", .x264 = CLOSED ":sar=4/3", .reason = COPY_REASON_SIZE},
};

static void test_span_copier(gconstpointer data) {
  const CopySource *description = data;
  g_autoptr(GError) error = NULL;
  Fixture fixture = {0};
  fixture_begin(&fixture, description);
  g_assert_cmpstr(copy_reason_code(fixture.plan.copy.why_not), ==, copy_reason_code(description->reason));
  if (description->reason == COPY_REASON_NONE) {
    g_autoptr(GByteArray) stored = g_byte_array_new();
    g_autoptr(GBytes) init = NULL;
    for (int64_t i = 0; i < segment_plan_span_count(&fixture.plan.segments); i++) {
      copy_span(&fixture, i, stored, &init, &error);
      g_assert_no_error(error);
    }
    assert_same_pictures(&fixture, stored);
  }
  fixture_end(&fixture);
}

/** What the probe does not look at is found when it is copied: an error of its own, and no crash. */
static void test_span_copier_broken(void) {
  CopySource description = {.muxer = "mp4", .x264 = CLOSED, .is_broken = true};
  Fixture fixture = {0};
  fixture_begin(&fixture, &description);
  g_assert_cmpint(fixture.plan.copy.why_not, ==, COPY_REASON_NONE);
  g_autoptr(GByteArray) stored = g_byte_array_new();
  g_autoptr(GBytes) init = NULL;
  int failures = 0;
  for (int64_t i = 0; i < segment_plan_span_count(&fixture.plan.segments); i++) {
    g_autoptr(GError) error = NULL;
    if (!copy_span(&fixture, i, stored, &init, &error)) {
      g_assert_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_NOT_COPYABLE);
      failures++;
    }
  }
  g_assert_cmpint(failures, >=, 1);
  g_assert_cmpint(failures, <, segment_plan_span_count(&fixture.plan.segments));
  fixture_end(&fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(SOURCES); i++) {
    g_autofree char *path = g_strdup_printf("/span-copier/%s", SOURCES[i].name);
    g_test_add_data_func(path, &SOURCES[i], test_span_copier);
  }
  g_test_add_func("/span-copier/broken", test_span_copier_broken);
  return g_test_run();
}
