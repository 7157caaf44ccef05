#include "transcoder/copy_plan.h"
#include "transcoder/encode_plan.h"

#define SECOND_US G_USEC_PER_SEC

/** A lesson of 60 s at 25 frames a second, key frames every 2 s. */
static const SourceInfo lecture = {
    .container = "mov",
    .has_video = true,
    .has_audio = true,
    .video_stream = 0,
    .audio_stream = 1,
    .video_codec = "h264",
    .audio_codec = "aac",
    .picture = {.coded_width = 1280, .coded_height = 720, .sample_aspect = {1, 1}},
    .grid_rate = {25, 1},
    .average_rate = {25, 1},
    .video_duration_us = 60 * SECOND_US,
    .audio_duration_us = 60 * SECOND_US,
    .cover_stream = -1,
};

static void add_keys(CopyPlan *found, int64_t distance, int64_t size_bytes) {
  found->is_fit = true;
  found->keys = g_array_new(FALSE, FALSE, sizeof(CopyKey));
  for (int64_t tick = 0; tick < 1500; tick += distance) {
    CopyKey key = {tick, size_bytes};
    g_array_append_val(found->keys, key);
  }
}

static void make_plan(const CopyPlan *found, EncodePlan *ret_plan) {
  g_autoptr(Settings) settings = settings_new();
  g_assert_true(encode_plan_make(&lecture, settings, ret_plan, NULL));
  encode_plan_use_copy(ret_plan, found);
}

static void test_copy_plan_use(void) {
  g_auto(CopyPlan) found = {0};
  g_auto(EncodePlan) plan = {0};
  add_keys(&found, 70, 600000); /* 2.8 s: 1.7 Mbit/s */
  make_plan(&found, &plan);
  g_assert_cmpint(plan.copy.why_not, ==, COPY_REASON_NONE);
  g_assert_cmpstr(plan.copy.track, ==, "c720");
  g_assert_cmpint(encode_plan_copied_rung(&plan), ==, plan.rung_count - 1);
  g_assert_cmpstr(plan.rungs[0].name, ==, "v360");
  int64_t first, count;
  for (int64_t i = 0; i < segment_plan_segment_count(&plan.segments); i++) {
    segment_plan_segment(&plan.segments, i, &first, &count);
    g_assert_cmpint(first % 70, ==, 0);
  }
  g_autoptr(GArray) tracks = encode_plan_tracks(&plan);
  g_autoptr(GArray) jobs = encode_plan_jobs(&plan);
  g_assert_cmpstr(g_array_index(tracks, CatalogTrack, plan.rung_count - 1).name, ==, "c720");
  int64_t next = 0;
  for (guint i = 0; i < jobs->len; i++) {
    const CatalogJobPlan *job = &g_array_index(jobs, CatalogJobPlan, i);
    if (job->kind != JOB_KIND_SPAN)
      continue;
    g_assert_cmpint(job->first_segment, ==, next);
    g_assert_cmpint(job->segment_count, >=, 1);
    next += job->segment_count;
  }
  g_assert_cmpint(next, ==, segment_plan_segment_count(&plan.segments));
}

/** Through the catalog and back; then it is given up: the cuts stay, the name changes. */
static void test_copy_plan_round_trip(void) {
  g_auto(CopyPlan) found = {0};
  g_auto(EncodePlan) plan = {0}, again = {0}, later = {0};
  g_autoptr(GError) error = NULL;
  add_keys(&found, 50, 400000);
  make_plan(&found, &plan);
  g_autofree char *json = encode_plan_to_json(&plan);
  g_assert_true(encode_plan_from_json(json, &again, &error));
  g_autofree char *json_again = encode_plan_to_json(&again);
  g_assert_cmpstr(json, ==, json_again);
  g_assert_cmpint(again.segments.cut_count, ==, plan.segments.cut_count);
  g_assert_cmpint(segment_plan_target_duration_s(&again.segments), ==, 6);

  encode_plan_give_up_copy(&again);
  g_autofree char *json_later = encode_plan_to_json(&again);
  g_assert_true(encode_plan_from_json(json_later, &later, &error));
  g_assert_cmpint(encode_plan_copied_rung(&later), ==, later.rung_count);
  g_assert_cmpstr(later.rungs[later.rung_count - 1].name, ==, "v720");
  g_assert_cmpint(later.copy.why_not, ==, COPY_REASON_GIVEN_UP);
  g_assert_cmpint(later.segments.cut_count, ==, plan.segments.cut_count);

  EncodePlan part = encode_plan_part(&again, 0, 1);
  g_assert_null(part.copy.cuts);
  g_assert_cmpint(segment_plan_segment_count(&part.segments), ==, plan.segments.cut_count);
}

static void test_copy_plan_refused(void) {
  static const struct {
    int64_t distance, size_bytes;
    CopyReason why_not;
  } CASES[] = {
      {100, 1600000, COPY_REASON_BIT_RATE}, /* 3.2 Mbit/s */
      {100, 0, COPY_REASON_CUTS},
      {1499, 100000, COPY_REASON_NONE},
      {50, 6000000, COPY_REASON_BIT_RATE},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_auto(CopyPlan) found = {0};
    g_auto(EncodePlan) plan = {0};
    add_keys(&found, CASES[i].distance, CASES[i].size_bytes);
    make_plan(&found, &plan);
    bool is_copied = CASES[i].why_not == COPY_REASON_NONE;
    g_assert_cmpint(plan.copy.why_not, ==, CASES[i].why_not);
    g_assert_cmpint(plan.segments.cuts != NULL, ==, is_copied);
    g_assert_cmpint(encode_plan_copied_rung(&plan) < plan.rung_count, ==, is_copied);
  }
}

/** A captured child says what it likes. */
static void test_copy_plan_hostile_keys(void) {
  static const int64_t TICKS[][3] = {{0, 50, 50}, {0, 100, 50}, {-50, 0, 50}, {0, 1500, 1600}, {0, 1, INT64_MAX}};
  for (size_t i = 0; i < G_N_ELEMENTS(TICKS); i++) {
    g_auto(CopyPlan) found = {.is_fit = true, .keys = g_array_new(FALSE, FALSE, sizeof(CopyKey))};
    g_auto(EncodePlan) plan = {0};
    for (size_t j = 0; j < 3; j++) {
      CopyKey key = {TICKS[i][j], 1000};
      g_array_append_val(found.keys, key);
    }
    make_plan(&found, &plan);
    g_assert_cmpint(plan.copy.why_not, ==, COPY_REASON_CUTS);
    g_assert_cmpint(encode_plan_copied_rung(&plan), ==, plan.rung_count);
  }
  static const char *const TEXTS[] = {
      "{}",
      "{\"fit\":false,\"why_not\":\"weather\",\"track\":\"\",\"keys\":[],\"cuts\":[]}",
      "{\"fit\":true,\"why_not\":\"\",\"track\":\"\",\"keys\":[[0]],\"cuts\":[]}",
      "{\"fit\":true,\"why_not\":\"\",\"track\":\"\",\"keys\":[[0,\"x\"]],\"cuts\":[]}",
      "{\"fit\":true,\"why_not\":\"\",\"track\":\"\",\"keys\":[[0,1]],\"cuts\":[0,true]}",
  };
  for (size_t i = 0; i < G_N_ELEMENTS(TEXTS); i++) {
    CopyPlan plan = {0};
    json_t *json = json_loads(TEXTS[i], 0, NULL);
    g_assert_false(copy_plan_from_json(json, &plan));
    json_decref(json);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/copy-plan/use", test_copy_plan_use);
  g_test_add_func("/copy-plan/round-trip", test_copy_plan_round_trip);
  g_test_add_func("/copy-plan/refused", test_copy_plan_refused);
  g_test_add_func("/copy-plan/hostile-keys", test_copy_plan_hostile_keys);
  return g_test_run();
}
