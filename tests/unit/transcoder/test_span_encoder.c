#include "source_fixture.h"
#include "transcoder/audio_encoder.h"
#include "transcoder/error.h"
#include "transcoder/frame_reader.h"
#include "transcoder/probe.h"
#include "transcoder/sound_reader.h"
#include "transcoder/span_encoder.h"

#include "base/path.h"

#include <math.h>

static const ProbeLimits limits = {.max_duration_us = G_TIME_SPAN_HOUR, .max_pixels = 1 << 24};

typedef struct {
  Source *source;
  int fd;
  EncodePlan plan;
  char *work_dir;
  GByteArray *stored; /**< init segment and span files, one after the other */
  GBytes *init;
  GArray *slides;    /**< int64_t, as they are told */
  GPtrArray *made;   /**< EventSpan by its index; NULL: not there */
  gboolean goes_on;  /**< all spans in one run of the engine; else each in one of its own */
  gboolean has_gaps; /**< the run makes every other span, a second run the others: so it is with several workers */
} Fixture;

static void free_span(gpointer data) {
  EventSpan *span = data;
  if (span != NULL)
    event_span_clear(span);
  g_free(span);
}

static void fixture_begin(Fixture *fixture, const FixtureSource *description) {
  g_autoptr(GError) error = NULL;
  g_autoptr(Settings) settings = settings_new();
  settings->segment_duration_us = 2 * G_USEC_PER_SEC;
  settings->span_duration_us = 4 * G_USEC_PER_SEC;
  fixture->source = fixture_open(description, &fixture->fd);
  SourceInfo info;
  g_assert_true(probe_source(fixture->source, &limits, &info, &error));
  g_assert_true(encode_plan_make(&info, settings, &fixture->plan, &error));
  fixture->work_dir = g_dir_make_tmp("kapok-span-XXXXXX", &error);
  g_assert_no_error(error);
  fixture->stored = g_byte_array_new();
  fixture->slides = g_array_new(FALSE, FALSE, sizeof(int64_t));
  fixture->made = g_ptr_array_new_with_free_func(free_span);
  g_ptr_array_set_size(fixture->made, (gint)segment_plan_span_count(&fixture->plan.segments));
}

static void fixture_end(Fixture *fixture) {
  source_free(fixture->source);
  close(fixture->fd);
  path_remove_tree(fixture->work_dir, NULL);
  g_free(fixture->work_dir);
  g_byte_array_unref(fixture->stored);
  g_array_unref(fixture->slides);
  g_ptr_array_unref(fixture->made);
  g_clear_pointer(&fixture->init, g_bytes_unref);
}

static bool store_span(const EventSpan *span, gpointer user_data) {
  Fixture *fixture = user_data;
  if (g_str_equal(span->track, "a64"))
    return true;
  g_autofree char *path = g_build_filename(fixture->work_dir, span->file, NULL);
  g_autofree char *bytes = NULL;
  gsize size;
  g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
  if (fixture->init == NULL) {
    fixture->init = g_bytes_ref(span->init);
    g_byte_array_append(fixture->stored, g_bytes_get_data(span->init, NULL), (guint)g_bytes_get_size(span->init));
  }
  g_assert_true(g_bytes_equal(fixture->init, span->init)); /* spans can be put together */
  g_byte_array_append(fixture->stored, (const guint8 *)bytes, (guint)size);
  return true;
}

static void ignore_progress(double progress, gpointer user_data) {
  (void)user_data;
  g_assert_cmpfloat(progress, >=, 0);
  g_assert_cmpfloat(progress, <=, 1);
}

/** What was stored, as a source. */
static Source *open_stored(const Fixture *fixture, int *ret_fd) {
  g_autofree char *path = NULL;
  g_autoptr(GError) error = NULL;
  *ret_fd = g_file_open_tmp("kapok-stored-XXXXXX", &path, NULL);
  g_unlink(path);
  g_assert_cmpint(write(*ret_fd, fixture->stored->data, fixture->stored->len), ==, fixture->stored->len);
  Source *stored = source_open(*ret_fd, &error);
  g_assert_no_error(error);
  return stored;
}

static void keep_spans(const GArray *spans, gpointer user_data) {
  Fixture *fixture = user_data;
  g_assert_cmpint(spans->len, ==, 1);
  EventSpan *span = &g_array_index(spans, EventSpan, 0), *kept = g_new(EventSpan, 1);
  *kept = *span;
  *span = (EventSpan){0};
  g_assert_null(fixture->made->pdata[kept->span_index]);
  fixture->made->pdata[kept->span_index] = kept;
}

static void keep_slides(const GArray *times_us, gpointer user_data) {
  Fixture *fixture = user_data;
  g_array_append_vals(fixture->slides, times_us->data, times_us->len);
}

static int64_t next_span(int64_t index, gpointer user_data) {
  const Fixture *fixture = user_data;
  int64_t next = index + (fixture->has_gaps ? 2 : 1);
  return fixture->goes_on && next < segment_plan_span_count(&fixture->plan.segments) ? next : -1;
}

static SpanJob span_job(Fixture *fixture, int64_t span) {
  return (SpanJob){.plan = &fixture->plan,
                   .span_index = span,
                   .work_dir = fixture->work_dir,
                   .cores = (int)(span % 3) + 1,
                   .made = keep_spans,
                   .slides = keep_slides,
                   .next = next_span,
                   .progress = ignore_progress,
                   .user_data = fixture};
}

/** Where each of its segments lies. */
static void assert_span(const Fixture *fixture, const EventSpan *span, int64_t index) {
  const SegmentPlan *segments = &fixture->plan.segments;
  int64_t first, count;
  segment_plan_span(segments, index, &first, &count);
  g_assert_cmpint(span->first_segment, ==, first);
  g_assert_cmpint(span->segments->len, ==, count);
  for (guint j = 0; j < span->segments->len; j++) {
    const CatalogSegment *segment = &g_array_index(span->segments, CatalogSegment, j);
    int64_t first_frame, frames;
    segment_plan_segment(segments, first + j, &first_frame, &frames);
    g_assert_cmpint(segment->decode_time, ==, first_frame * segments->frame_duration);
    g_assert_cmpint(segment->duration, ==, frames * segments->frame_duration);
  }
}

static void encode_spans(Fixture *fixture) {
  g_assert_cmpint(fixture->plan.rung_count, ==, 1);
  for (guint i = 0; i < fixture->made->len; i++) {
    g_autoptr(GError) error = NULL;
    SpanJob job = span_job(fixture, i);
    if (fixture->made->pdata[i] == NULL)
      span_encode(&job, fixture->source, &error);
    g_assert_no_error(error);
    const EventSpan *span = fixture->made->pdata[i];
    g_assert_nonnull(span);
    assert_span(fixture, span, i);
    store_span(span, fixture);
  }
}

/** At every tick the result shows the source's frame of its time, over all span borders; each frame begins exactly on a
 * tick, and none stands longer than a group of pictures. Returns how many frames there are. */
static int assert_frames(const Fixture *fixture, int (*expected_frame)(int tick)) {
  int fd, frames = 0;
  g_autoptr(GError) error = NULL;
  g_autoptr(Source) stored = open_stored(fixture, &fd);
  g_autoptr(FrameReader) reader = frame_reader_new(stored, 0, 0, &error);
  g_assert_no_error(error);
  const SegmentPlan *segments = &fixture->plan.segments;
  Rational rate = segments->frame_rate;
  int64_t time_us, shown_tick = -1;
  int code = -1;
  const AVFrame *frame = frame_reader_next(reader, &time_us);
  for (int tick = 0; tick < segments->frame_count; tick++) {
    int64_t tick_us = rescale_i64(tick, G_USEC_PER_SEC * (int64_t)rate.den, rate.num);
    if (frame != NULL && time_us <= tick_us + 1) {
      g_assert_cmpint(ABS(time_us - tick_us), <=, 1);
      code = fixture_code(frame);
      shown_tick = tick;
      frames++;
      frame = frame_reader_next(reader, &time_us);
    }
    g_assert_cmpint(code, ==, expected_frame(tick) % FIXTURE_CODES);
    g_assert_cmpint(tick - shown_tick, <, segments->gop_frames);
  }
  g_assert_null(frame);
  g_assert_cmpint(frame_reader_damaged(reader), ==, 0);
  close(fd);
  return frames;
}

static int same_frame(int tick) {
  return tick;
}

static void test_span_encode_seams(void) {
  static const FixtureSource sources[] = {
      {.muxer = "matroska", .frames = 260, .rate = {25, 1}, .gop = 12, .b_frames = 2},
      {.muxer = "mp4", .frames = 260, .rate = {30000, 1001}, .gop = 250, .b_frames = 2},
      {.muxer = "mpegts", .frames = 260, .rate = {25, 1}, .gop = 30, .b_frames = 0},
      {.muxer = "avi", .frames = 101, .rate = {10, 1}, .gop = 10, .b_frames = 0},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
    for (int way = 0; way < 3; way++) {
      g_test_message("%s, way %d", sources[i].muxer, way);
      Fixture fixture = {.goes_on = way > 0, .has_gaps = way > 1};
      fixture_begin(&fixture, &sources[i]);
      g_assert_cmpint(fixture.plan.segments.frame_count, ==, sources[i].frames);
      encode_spans(&fixture);
      g_assert_cmpint(assert_frames(&fixture, same_frame), ==, sources[i].frames);
      fixture_end(&fixture);
    }
  }
}

static int slide(int tick) {
  return tick / 45 * FIXTURE_HOLD_STEP;
}

/** Of a picture that stands, one frame is encoded, and one for every segment and every two seconds. */
static void test_span_encode_slides(void) {
  static const FixtureSource sources[] = {
      {.muxer = "matroska", .frames = 450, .rate = {25, 1}, .gop = 100, .b_frames = 2, .hold = 45},
      {.muxer = "mp4", .frames = 450, .rate = {30000, 1001}, .gop = 45, .hold = 45},
  };
  /* Those that do not stay long enough before or after a run of the engine ends are not seen; one run sees all
   * but the first, which no other comes before, and the last of 30 frames a second, which does not stay. */
  static const guint seen_min[][2] = {{5, 5}, {9, 8}, {5, 5}};
  for (size_t i = 0; i < G_N_ELEMENTS(sources) * G_N_ELEMENTS(seen_min); i++) {
    size_t source = i % G_N_ELEMENTS(sources), way = i / G_N_ELEMENTS(sources);
    Fixture fixture = {.goes_on = way > 0, .has_gaps = way > 1};
    fixture_begin(&fixture, &sources[source]);
    encode_spans(&fixture);
    g_assert_cmpint(assert_frames(&fixture, slide), <=, 40);
    Rational rate = fixture.plan.segments.frame_rate;
    g_assert_cmpuint(fixture.slides->len, >=, seen_min[way][source]);
    for (guint j = 0; j < fixture.slides->len; j++) {
      int64_t time_us = g_array_index(fixture.slides, int64_t, j);
      g_assert_cmpint(rescale_i64(time_us, rate.num, rate.den * (int64_t)G_USEC_PER_SEC) % 45, ==, 0);
    }
    fixture_end(&fixture);
  }
}

/** A video that starts half a second late is held on its first frame, and one that the sound outlasts on its last. */
static int delayed_frame(int tick) {
  return CLAMP(tick - 12, 0, 49);
}

static void test_span_encode_delayed(void) {
  Fixture fixture = {0};
  fixture_begin(&fixture, &(FixtureSource){.muxer = "matroska",
                                           .frames = 50,
                                           .rate = {25, 1},
                                           .gop = 10,
                                           .audio_frames = 125,
                                           .video_delay_ms = 480});
  g_assert_cmpint(fixture.plan.segments.frame_count, ==, 100);
  encode_spans(&fixture);
  assert_frames(&fixture, delayed_frame);
  fixture_end(&fixture);
}

/** A disk that is full from the first byte ends the encode with its own words, and at once: nothing waits for room in
 * a pipeline that has stopped. */
static void test_span_encode_full_disk(void) {
  Fixture fixture = {0};
  fixture_begin(&fixture,
                &(FixtureSource){.muxer = "matroska", .frames = 260, .rate = {25, 1}, .gop = 12, .b_frames = 2});
  for (int span = 0; span < 2; span++) {
    g_autofree char *file = g_strdup_printf("%s-%d.m4s", fixture.plan.rungs[0].name, span);
    g_autofree char *path = g_build_filename(fixture.work_dir, file, NULL);
    g_assert_cmpint(symlink("/dev/full", path), ==, 0);
    g_autoptr(GError) error = NULL;
    gint64 start_us = g_get_monotonic_time();
    SpanJob job = span_job(&fixture, span);
    g_assert_false(span_encode(&job, fixture.source, &error));
    g_assert_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_STORAGE);
    g_assert_null(fixture.made->pdata[span]);
    g_assert_cmpint(g_get_monotonic_time() - start_us, <, 2 * 60 * G_TIME_SPAN_SECOND);
    g_unlink(path);
  }
  fixture_end(&fixture);
}

/** Loud or silent, in blocks of 10 ms. */
static void read_loudness(const Fixture *fixture, GArray *loud) {
  int fd;
  g_autoptr(GError) error = NULL;
  g_autoptr(Source) stored = open_stored(fixture, &fd);
  SourceInfo info;
  g_assert_true(probe_source(stored, &limits, &info, &error));
  g_assert_cmpint(info.start_us, ==, 0);
  g_autoptr(SoundReader) sound = sound_reader_new(stored, &info, FIXTURE_AUDIO_RATE, &error);
  float left[480], right[480], *planes[] = {left, right};
  while (!sound_reader_is_at_end(sound)) {
    double energy = 0;
    g_assert_true(sound_reader_read(sound, planes, 480, &error));
    for (int i = 0; i < 480; i++)
      energy += left[i] * left[i];
    int is_loud = sqrt(energy / 480) > 0.05; /* brought to -16 LUFS */
    g_array_append_val(loud, is_loud);
  }
  close(fd);
}

/** A gap in the source's time stamps is silence of the same length at the same place, to the block. */
static void test_audio_encode_gap(void) {
  Fixture fixture = {0};
  fixture_begin(&fixture, &(FixtureSource){
                              .muxer = "matroska", .audio_frames = 250, .audio_gap_at = 125, .audio_gap_ms = 1000});
  g_autoptr(GError) error = NULL;
  audio_encode(&(AudioTask){.source = fixture.source,
                            .plan = &fixture.plan,
                            .first_span = 0,
                            .work_dir = fixture.work_dir,
                            .on_span = store_span,
                            .progress = ignore_progress,
                            .user_data = &fixture},
               &error);
  g_assert_no_error(error);
  g_autoptr(GArray) loud = g_array_new(FALSE, FALSE, sizeof(int));
  read_loudness(&fixture, loud);
  g_assert_cmpint(ABS((int)loud->len - 900), <=, 4);
  for (guint i = 0; i < loud->len - 4; i++) {
    int distance = MIN(ABS((int)i - 400), ABS((int)i - 500)); /* 4 s to 5 s is the gap */
    if (distance > 1 && i > 2)
      g_assert_cmpint(g_array_index(loud, int, i), ==, i < 400 || i >= 500);
  }
  fixture_end(&fixture);
}

/** A second attempt that leaves out the first spans writes the same bytes for the others. */
static void test_audio_encode_resumed(void) {
  const FixtureSource description = {.muxer = "matroska", .audio_frames = 400};
  Fixture whole = {0}, rest = {0};
  fixture_begin(&whole, &description);
  fixture_begin(&rest, &description);
  g_autoptr(GError) error = NULL;
  audio_encode(&(AudioTask){.source = whole.source,
                            .plan = &whole.plan,
                            .first_span = 0,
                            .work_dir = whole.work_dir,
                            .on_span = store_span,
                            .progress = ignore_progress,
                            .user_data = &whole},
               &error);
  g_assert_no_error(error);
  audio_encode(&(AudioTask){.source = rest.source,
                            .plan = &rest.plan,
                            .first_span = 2,
                            .work_dir = rest.work_dir,
                            .on_span = store_span,
                            .progress = ignore_progress,
                            .user_data = &rest},
               &error);
  g_assert_no_error(error);
  guint init = (guint)g_bytes_get_size(whole.init), tail = rest.stored->len - init;
  g_assert_cmpint(tail, <, whole.stored->len - init);
  g_assert_cmpmem(rest.stored->data + init, tail, whole.stored->data + whole.stored->len - tail, tail);
  fixture_end(&whole);
  fixture_end(&rest);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  av_log_set_level(AV_LOG_QUIET);
  g_test_add_func("/span-encoder/seams", test_span_encode_seams);
  g_test_add_func("/span-encoder/slides", test_span_encode_slides);
  g_test_add_func("/span-encoder/delayed", test_span_encode_delayed);
  g_test_add_func("/span-encoder/full-disk", test_span_encode_full_disk);
  g_test_add_func("/audio-encoder/gap", test_audio_encode_gap);
  g_test_add_func("/audio-encoder/resumed", test_audio_encode_resumed);
  return g_test_run();
}
