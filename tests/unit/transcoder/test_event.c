#include "transcoder/encode_plan.h"
#include "transcoder/error.h"
#include "transcoder/event.h"

#include <string.h>
#include <unistd.h>

/** What is sent comes back equal. */
static void test_event_span_round_trip(void) {
  int ends[2];
  g_assert_cmpint(pipe(ends), ==, 0);
  g_autoptr(GArray) segments = g_array_new(FALSE, FALSE, sizeof(CatalogSegment));
  CatalogSegment values[] = {{0, 100, 0, 60000}, {100, 250, 60000, 30000}};
  g_array_append_vals(segments, values, 2);
  g_autoptr(GBytes) init = g_bytes_new_static("\0init\xff", 6);
  char file[] = "v360-3.m4s";
  EventSpan sent = {.track = "v360",
                    .span_index = 3,
                    .first_segment = 7,
                    .file = file,
                    .codec = "avc1.64001E",
                    .init = init,
                    .segments = segments,
                    .is_last = true};
  g_assert_true(event_send_span(ends[1], &sent));
  close(ends[1]);
  char line[4096] = "";
  g_assert_cmpint(read(ends[0], line, sizeof line - 1), >, 0);
  close(ends[0]);
  g_assert_true(g_str_has_suffix(line, "}\n"));

  Event event;
  g_autoptr(GError) error = NULL;
  g_assert_true(event_parse(line, &event, &error));
  g_assert_cmpint(event.type, ==, EVENT_SPAN);
  g_assert_cmpstr(event.span.track, ==, "v360");
  g_assert_cmpstr(event.span.file, ==, "v360-3.m4s");
  g_assert_cmpstr(event.span.codec, ==, "avc1.64001E");
  g_assert_cmpint(event.span.span_index, ==, 3);
  g_assert_cmpint(event.span.first_segment, ==, 7);
  g_assert_true(event.span.is_last);
  g_assert_true(g_bytes_equal(event.span.init, init));
  g_assert_cmpint(event.span.segments->len, ==, 2);
  g_assert_true(memcmp(event.span.segments->data, values, sizeof values) == 0);
  event_clear(&event);
}

/** Give what `send` writes to event_parse(). */
#define ROUND_TRIP(ret_event, call)                                                                                \
  G_STMT_START {                                                                                                   \
    int ends[2];                                                                                                   \
    char line[4096] = "";                                                                                          \
    g_autoptr(GError) problem = NULL;                                                                              \
    g_assert_cmpint(pipe(ends), ==, 0);                                                                            \
    int fd = ends[1];                                                                                              \
    g_assert_true(call);                                                                                           \
    close(ends[1]);                                                                                                \
    g_assert_cmpint(read(ends[0], line, sizeof line - 1), >, 0);                                                   \
    close(ends[0]);                                                                                                \
    event_parse(line, (ret_event), &problem);                                                                      \
    g_assert_no_error(problem);                                                                                    \
  }                                                                                                                \
  G_STMT_END

static void test_event_extras_round_trip(void) {
  const int64_t times[] = {0, 12000000, INT64_C(7200000000)};
  Event read_span, slides, board, caption;
  ROUND_TRIP(&read_span, event_send_read(fd, 12));
  g_assert_cmpint(read_span.type, ==, EVENT_READ);
  g_assert_cmpint(read_span.span_index, ==, 12);
  event_clear(&read_span);

  ROUND_TRIP(&slides, event_send_slides(fd, times, 3));
  g_assert_cmpint(slides.type, ==, EVENT_SLIDES);
  g_assert_cmpuint(slides.times->len, ==, 3);
  g_assert_true(memcmp(slides.times->data, times, sizeof times) == 0);
  event_clear(&slides);

  g_auto(CatalogStoryboard) sent = {2000000, 160, 90, 10, 9, 131, g_ptr_array_new_with_free_func(g_free)};
  g_ptr_array_add(sent.sheet_keys, g_strdup("sheet-0.jpg"));
  g_ptr_array_add(sent.sheet_keys, g_strdup("sheet-1.jpg"));
  ROUND_TRIP(&board, event_send_storyboard(fd, &sent));
  g_assert_cmpint(board.type, ==, EVENT_STORYBOARD);
  g_assert_cmpint(board.storyboard.interval_us, ==, 2000000);
  g_assert_cmpint(board.storyboard.tile_width, ==, 160);
  g_assert_cmpint(board.storyboard.tile_height, ==, 90);
  g_assert_cmpint(board.storyboard.columns, ==, 10);
  g_assert_cmpint(board.storyboard.rows, ==, 9);
  g_assert_cmpint(board.storyboard.tile_count, ==, 131);
  g_assert_cmpuint(board.storyboard.sheet_keys->len, ==, 2);
  g_assert_cmpstr(board.storyboard.sheet_keys->pdata[1], ==, "sheet-1.jpg");
  event_clear(&board);

  ROUND_TRIP(&caption, event_send_caption(fd, "zh-Hant", "繁體 \"中文\"", "caption-3.vtt"));
  g_assert_cmpint(caption.type, ==, EVENT_CAPTION);
  g_assert_cmpstr(caption.language, ==, "zh-Hant");
  g_assert_cmpstr(caption.label, ==, "繁體 \"中文\"");
  g_assert_cmpstr(caption.text, ==, "caption-3.vtt");
  event_clear(&caption);
}

/** A child that was taken over by its input cannot make the worker believe nonsense. */
static void test_event_parse_refuses(void) {
#define SPAN(track, span, segments)                                                                                \
  "{\"event\":\"span\",\"track\":\"" track "\",\"span\":" span                                                     \
  ",\"first\":0,\"file\":\"f\",\"codec\":\"c\",\"init\":\"aaaa\",\"last\":false,\"segments\":" segments "}"
  static const char *const lines[] = {
      "",
      "nonsense",
      "[]",
      "{}",
      "{\"event\":\"explode\"}",
      "{\"event\":\"failed\",\"code\":\"damaged\"}",
      "{\"event\":\"poster\"}",
      "{\"event\":\"probed\"}",
      "{\"event\":\"read\"}",
      "{\"event\":\"read\",\"span\":-1}",
      "{\"event\":\"read\",\"span\":\"3\"}",
      "{\"event\":\"slides\"}",
      "{\"event\":\"slides\",\"times\":[]}",
      "{\"event\":\"slides\",\"times\":[-1]}",
      "{\"event\":\"slides\",\"times\":[5,5]}",
      "{\"event\":\"slides\",\"times\":[0.5]}",
      "{\"event\":\"slides\",\"times\":[1,\"2\"]}",
      "{\"event\":\"storyboard\",\"interval\":1,\"tile\":[1,1],\"grid\":[1,1],\"count\":1,\"files\":[]}",
      "{\"event\":\"storyboard\",\"interval\":1,\"tile\":[1,1],\"grid\":[1,1],\"count\":1,\"files\":[1]}",
      "{\"event\":\"storyboard\",\"interval\":1,\"tile\":[1],\"grid\":[1,1],\"count\":1,\"files\":[\"a\"]}",
      "{\"event\":\"caption\",\"language\":\"\",\"label\":\"x\",\"file\":\"f\"}",
      "{\"event\":\"caption\",\"language\":\"../zh\",\"label\":\"x\",\"file\":\"f\"}",
      "{\"event\":\"caption\",\"language\":\"zh\",\"label\":\"x\"}",
      SPAN("v360", "-1", "[[0,1,0,1]]"),
      SPAN("a-name-that-is-too-long", "0", "[[0,1,0,1]]"),
      SPAN("v360", "0", "[]"),
      SPAN("v360", "0", "[[0,0,0,1]]"),
      SPAN("v360", "0", "[[5,1,0,1]]"),
      SPAN("v360", "0", "[[0,1,0,1],[0,1,1,1]]"),
      SPAN("v360", "0", "[[0,1,0,0]]"),
      SPAN("v360", "0", "[[0,1,-1,1]]"),
      SPAN("v360", "0", "[[\"0\",1,0,1]]"),
  };
  for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
    Event event = {.type = 99};
    g_autoptr(GError) error = NULL;
    g_assert_false(event_parse(lines[i], &event, &error));
    g_assert_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL);
    g_assert_cmpint(event.type, ==, 99);
  }
}

static const SourceInfo lecture = {
    .container = "matroska",
    .has_video = true,
    .has_audio = true,
    .video_stream = 0,
    .audio_stream = 1,
    .video_codec = "h264",
    .audio_codec = "aac",
    .picture = {.coded_width = 1920, .coded_height = 1080, .rotation_deg = 0, .sample_aspect = {1, 1}},
    .grid_rate = {25, 1},
    .average_rate = {25, 1},
    .start_us = -7000,
    .video_duration_us = 2700000000,
    .audio_duration_us = 2700010000,
    .cover_stream = -1,
    .sounds = {{.stream = 1, .language = "zh", .may_be_copied = true},
               {.stream = 3, .role = TRACK_ROLE_ALTERNATE, .language = "yue", .label = "粤语配音"},
               {.stream = 4, .role = TRACK_ROLE_DESCRIPTION, .language = "zh"}},
    .sound_count = 3,
};

static void test_encode_plan_round_trip(void) {
  g_autoptr(Settings) settings = settings_new();
  g_autoptr(GError) error = NULL;
  EncodePlan plan, again;
  g_assert_true(encode_plan_make(&lecture, settings, &plan, &error));
  g_autofree char *json = encode_plan_to_json(&plan);
  g_assert_true(encode_plan_from_json(json, &again, &error));
  g_autofree char *json_again = encode_plan_to_json(&again);
  g_assert_cmpstr(json, ==, json_again);
  g_assert_cmpint(again.rung_count, ==, 4);
  g_assert_cmpint(again.source.start_us, ==, -7000);
  g_assert_cmpint(again.source.sound_count, ==, 3);
  g_assert_true(again.source.sounds[0].may_be_copied && !again.source.sounds[1].may_be_copied);
  g_assert_cmpint(again.source.sounds[1].stream, ==, 3);
  g_assert_cmpstr(again.source.sounds[1].label, ==, "粤语配音");
  g_assert_cmpint(again.source.sounds[2].role, ==, TRACK_ROLE_DESCRIPTION);
  g_assert_cmpint(again.segments.frame_count, ==, plan.segments.frame_count);
  g_assert_false(encode_plan_from_json("{\"source\":{}}", &again, &error));
  g_assert_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL);
}

/** Stored before lessons began with a short segment: goes on with the segments it was begun with. */
static void test_encode_plan_of_earlier_version(void) {
  g_autoptr(Settings) settings = settings_new();
  g_autoptr(GError) error = NULL;
  EncodePlan plan, again;
  int64_t first, count;
  g_assert_true(encode_plan_make(&lecture, settings, &plan, &error));
  segment_plan_segment(&plan.segments, 1, &first, &count);
  g_assert_cmpint(first, ==, 50);
  g_autofree char *json = encode_plan_to_json(&plan);
  char *lead = strstr(json, "\"lead_frames\":50,");
  g_assert_nonnull(lead);
  g_autofree char *before = g_strndup(json, (gsize)(lead - json));
  g_autofree char *old = g_strconcat(before, strchr(lead, ',') + 1, NULL);
  g_assert_true(encode_plan_from_json(old, &again, &error));
  segment_plan_segment(&again.segments, 1, &first, &count);
  g_assert_cmpint(first, ==, 150);
  segment_plan_span(&again.segments, 1, &first, &count);
  g_assert_cmpint(count, ==, 2);
  g_autofree char *wrong = g_strconcat(before, "\"lead_frames\":151,", strchr(lead, ',') + 1, NULL);
  g_assert_false(encode_plan_from_json(wrong, &again, &error));
}

/** Every span has its job, the viewer's start comes first, and tracks agree on their segments. */
static void test_encode_plan_jobs(void) {
  g_autoptr(Settings) settings = settings_new();
  EncodePlan plan;
  g_assert_true(encode_plan_make(&lecture, settings, &plan, NULL));
  g_autoptr(GArray) jobs = encode_plan_jobs(&plan);
  g_autoptr(GArray) tracks = encode_plan_tracks(&plan);
  int64_t spans = segment_plan_span_count(&plan.segments), span_jobs = 0, span_weight = 0;
  for (guint i = 0; i < jobs->len; i++) {
    const CatalogJobPlan *job = &g_array_index(jobs, CatalogJobPlan, i);
    g_assert_cmpint(job->weight, >, 0);
    if (job->kind != JOB_KIND_SPAN)
      continue;
    span_weight += job->weight;
    g_assert_cmpint(job->span_index, ==, span_jobs++);
    g_assert_true((job->span_index == 0) == (job->priority > g_array_index(jobs, CatalogJobPlan, 1).priority));
  }
  g_assert_cmpint(span_jobs, ==, spans);
  g_assert_cmpint(jobs->len, ==, spans + 5); /* three sounds, the poster, the storyboard */
  g_assert_cmpint(ABS(span_weight - 2700000), <, spans + 50);
  g_assert_cmpint(tracks->len, ==, 8);
  for (guint i = 0; i < tracks->len; i++)
    g_assert_cmpint(g_array_index(tracks, CatalogTrack, i).segment_total, ==,
                    segment_plan_segment_count(&plan.segments));
}

/** Each sound has a job of its own, and its tracks name it. */
static void test_encode_plan_sounds(void) {
  static const struct {
    const char *name, *language;
    int64_t bitrate_bps;
    TrackRole role;
    int32_t sound;
  } want[] = {{"a128", "zh", 128000, TRACK_ROLE_MAIN, 0},
              {"a64", "zh", 64000, TRACK_ROLE_MAIN, 0},
              {"a128-2", "yue", 128000, TRACK_ROLE_ALTERNATE, 1},
              {"a128-3", "zh", 128000, TRACK_ROLE_DESCRIPTION, 2}};
  g_autoptr(Settings) settings = settings_new();
  EncodePlan plan;
  g_assert_true(encode_plan_make(&lecture, settings, &plan, NULL));
  g_autoptr(GArray) jobs = encode_plan_jobs(&plan);
  g_autoptr(GArray) tracks = encode_plan_tracks(&plan);
  for (size_t i = 0; i < G_N_ELEMENTS(want); i++) {
    const CatalogTrack *track = &g_array_index(tracks, CatalogTrack, plan.rung_count + i);
    g_assert_cmpstr(track->name, ==, want[i].name);
    g_assert_cmpstr(track->language, ==, want[i].language);
    g_assert_cmpint(track->bitrate_bps, ==, want[i].bitrate_bps);
    g_assert_cmpint(track->role, ==, want[i].role);
    g_assert_cmpint(track->sound_index, ==, want[i].sound);
  }
  int64_t main_priority = 0;
  for (guint i = 0, sound = 0; i < jobs->len; i++) {
    const CatalogJobPlan *job = &g_array_index(jobs, CatalogJobPlan, i);
    if (job->kind != JOB_KIND_AUDIO)
      continue;
    g_assert_cmpint(job->span_index, ==, sound);
    if (sound++ == 0)
      main_priority = job->priority;
    else
      g_assert_cmpint(job->priority, <, main_priority);
  }
}

static void test_encode_plan_part(void) {
  g_autoptr(Settings) settings = settings_new();
  EncodePlan plan;
  g_assert_true(encode_plan_make(&lecture, settings, &plan, NULL));
  EncodePlan rest = encode_plan_part(&plan, 1, 3), none = encode_plan_part(&plan, 4, 0);
  g_assert_cmpint(rest.rung_count, ==, 3);
  for (size_t i = 0; i < 3; i++)
    g_assert_cmpstr(rest.rungs[i].name, ==, plan.rungs[i + 1].name);
  g_assert_cmpint(none.rung_count, ==, 0);
  g_assert_cmpint(none.segments.frame_count, ==, plan.segments.frame_count);
}

static void test_transcoder_error_codes(void) {
  for (int code = 0; code <= TRANSCODER_ERROR_STOPPED; code++) {
    g_autoptr(GError) error = g_error_new_literal(TRANSCODER_ERROR, code, "x");
    g_assert_cmpint(transcoder_error_from_code(transcoder_error_code(error)), ==, code);
  }
  g_autoptr(GError) foreign = g_error_new_literal(G_FILE_ERROR, 0, "x");
  g_assert_cmpstr(transcoder_error_code(foreign), ==, "internal");
  g_assert_cmpint(transcoder_error_from_code("never heard of"), ==, TRANSCODER_ERROR_INTERNAL);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/event/span-round-trip", test_event_span_round_trip);
  g_test_add_func("/event/extras-round-trip", test_event_extras_round_trip);
  g_test_add_func("/event/parse-refuses", test_event_parse_refuses);
  g_test_add_func("/encode-plan/round-trip", test_encode_plan_round_trip);
  g_test_add_func("/encode-plan/of-earlier-version", test_encode_plan_of_earlier_version);
  g_test_add_func("/encode-plan/jobs", test_encode_plan_jobs);
  g_test_add_func("/encode-plan/sounds", test_encode_plan_sounds);
  g_test_add_func("/encode-plan/part", test_encode_plan_part);
  g_test_add_func("/error/codes", test_transcoder_error_codes);
  return g_test_run();
}
