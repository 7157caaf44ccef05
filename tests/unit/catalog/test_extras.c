/** What a lesson has beside picture and sound: storyboard, captions found inside the source, chapters. */
#include "catalog/caption.h"
#include "catalog/chapter.h"
#include "catalog/storyboard.h"
#include "tests/unit/catalog/catalog_fixture.h"

#define SECOND G_TIME_SPAN_SECOND
#define OWNER "w1"

static const CatalogJobPlan extra_jobs[] = {
    {.kind = JOB_KIND_SPAN, .priority = 100, .weight = 10, .segment_count = 10},
    {.kind = JOB_KIND_TEXT, .priority = 60, .weight = 1},
    {.kind = JOB_KIND_STORYBOARD, .priority = 40, .weight = 1},
};

/** A silent lesson of a minute with these chapters. */
static bool plan_lesson(const Fixture *fixture, const CatalogJob *job, const CatalogChapter *chapters, size_t count,
                        GError **error) {
  CatalogTrack track = {.name = "v360",
                        .kind = TRACK_KIND_VIDEO,
                        .bitrate_bps = 800000,
                        .width = 640,
                        .height = 360,
                        .frame_rate = {25, 1},
                        .timescale_hz = FIXTURE_TIMESCALE,
                        .segment_total = 10};
  CatalogAssetPlan plan = {.has_video = true,
                           .duration_us = 60 * SECOND,
                           .target_duration_s = 6,
                           .plan_json = "{}",
                           .tracks = &track,
                           .track_count = 1,
                           .jobs = extra_jobs,
                           .job_count = G_N_ELEMENTS(extra_jobs),
                           .chapters = chapters,
                           .chapter_count = count};
  return catalog_plan_asset(fixture->catalog, job, OWNER, &plan, error);
}

static char *add_lesson(const Fixture *fixture, const CatalogChapter *chapters, size_t count) {
  g_autoptr(GError) error = NULL;
  char *asset_id = fixture_add_lesson(fixture, "lesson.mp4");
  g_autoptr(CatalogJob) probe = fixture_claim(fixture, OWNER);
  plan_lesson(fixture, probe, chapters, count, &error);
  g_assert_no_error(error);
  return asset_id;
}

/** Claim until a job of this kind comes. */
static CatalogJob *claim_kind(const Fixture *fixture, JobKind kind) {
  while (true) {
    CatalogJob *job = fixture_claim(fixture, OWNER);
    g_assert_nonnull(job);
    if (job->kind == kind)
      return job;
    catalog_job_free(job);
  }
}

static void put_sheets(const Fixture *fixture, const CatalogJob *job, int64_t count, GPtrArray *keys) {
  for (int64_t i = 0; i < count; i++) {
    char *key = key_of_storyboard_sheet(job->asset_id, job->attempt, i);
    fixture_put(fixture, key);
    g_ptr_array_add(keys, key);
  }
}

static void test_extras_storyboard(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = add_lesson(fixture, NULL, 0);
  g_auto(CatalogStoryboard) found = {0};
  g_assert_false(catalog_load_storyboard(fixture->catalog, asset_id, &found, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
  g_clear_error(&error);

  g_autoptr(CatalogJob) job = claim_kind(fixture, JOB_KIND_STORYBOARD);
  g_auto(CatalogStoryboard) storyboard = {.interval_us = 2 * SECOND,
                                          .tile_width = 160,
                                          .tile_height = 90,
                                          .columns = 5,
                                          .rows = 3,
                                          .tile_count = 31,
                                          .sheet_keys = g_ptr_array_new_with_free_func(g_free)};
  put_sheets(fixture, job, 2, storyboard.sheet_keys);
  g_assert_false(catalog_publish_storyboard(fixture->catalog, job, OWNER, &storyboard, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID); /* 31 tiles need three sheets */
  g_clear_error(&error);
  g_ptr_array_set_size(storyboard.sheet_keys, 0);
  g_assert_false(catalog_publish_storyboard(fixture->catalog, job, "another", &storyboard, &error));
  g_clear_error(&error);
  for (int64_t i = 0; i < 3; i++)
    g_ptr_array_add(storyboard.sheet_keys, key_of_storyboard_sheet(asset_id, job->attempt, i));
  g_assert_false(catalog_publish_storyboard(fixture->catalog, job, "another", &storyboard, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_FENCED);
  g_clear_error(&error);
  g_assert_true(catalog_publish_storyboard(fixture->catalog, job, OWNER, &storyboard, &error));

  g_assert_true(catalog_load_storyboard(fixture->catalog, asset_id, &found, &error));
  g_assert_cmpint(found.interval_us, ==, 2 * SECOND);
  g_assert_cmpint(found.tile_width * 10000 + found.tile_height, ==, 1600090);
  g_assert_cmpint(found.columns * 100 + found.rows, ==, 503);
  g_assert_cmpint(found.tile_count, ==, 31);
  g_assert_cmpuint(found.sheet_keys->len, ==, 3);
  g_autoptr(GHashTable) keys = NULL;
  g_assert_true(catalog_load_blob_keys(fixture->catalog, asset_id, &keys, &error));
  for (guint i = 0; i < 3; i++) {
    g_assert_cmpstr(found.sheet_keys->pdata[i], ==, storyboard.sheet_keys->pdata[i]);
    g_assert_true(g_hash_table_contains(keys, found.sheet_keys->pdata[i])); /* the sweep leaves it alone */
  }
}

static void test_extras_captions(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *side = g_build_filename(fixture->root, "lesson.vtt", NULL);
  g_assert_true(g_file_set_contents(side, "WEBVTT\n\n00:00.000 --> 00:01.000\nby hand\n", -1, &error));
  g_autofree char *asset_id = add_lesson(fixture, NULL, 0);
  g_autoptr(CatalogJob) job = claim_kind(fixture, JOB_KIND_TEXT);
  char found_keys[4][64];
  for (int i = 0; i < 4; i++)
    g_snprintf(found_keys[i], sizeof found_keys[i], "asset/%s/captions/%d.1.vtt", asset_id, i);
  const CatalogCaption captions[] = {
      {.language = "zh", .label = (char *)"中文", .blob_key = found_keys[0]},
      {.language = "en", .label = (char *)"English", .blob_key = found_keys[1]},
      {.language = "en-x-2", .label = (char *)"English", .blob_key = found_keys[2]},
      {.language = "zh-Hant", .label = (char *)"中文", .blob_key = found_keys[3]},
  };
  g_assert_true(catalog_publish_captions(fixture->catalog, job, OWNER, captions, 4, &error));
  g_assert_no_error(error);
  g_autoptr(GArray) kept = NULL;
  g_assert_true(catalog_load_captions(fixture->catalog, asset_id, &kept, &error));
  static const char *const expected[][2] = {
      {"zh-CN", "中文"}, {"zh-Hant", "中文 2"}, {"en", "English"}, {"en-x-2", "English 2"}};
  g_assert_cmpuint(kept->len, ==, G_N_ELEMENTS(expected)); /* "zh" gave way to the side file */
  for (guint i = 0; i < kept->len; i++) {
    const CatalogCaption *caption = &g_array_index(kept, CatalogCaption, i);
    g_assert_cmpstr(caption->language, ==, expected[i][0]);
    g_assert_cmpstr(caption->label, ==, expected[i][1]);
  }
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM job WHERE kind = 'text' AND state = 'done'"), ==,
                  1);
}

static void test_extras_caption_languages(Fixture *fixture, gconstpointer unused) {
  (void)fixture, (void)unused;
  g_assert_true(caption_is_same_language("zh", "zh-CN") && caption_is_same_language("zh-CN", "zh"));
  g_assert_true(caption_is_same_language("ZH-cn", "zh-CN") && caption_is_same_language("en", "en-GB"));
  g_assert_true(caption_is_same_language("zh-Hans", "zh-CN") && caption_is_same_language("zh-TW", "zh-Hant"));
  g_assert_false(caption_is_same_language("zh", "zh-Hant") || caption_is_same_language("zh-TW", "zh-CN"));
  g_assert_false(caption_is_same_language("zh", "zha") || caption_is_same_language("en-US", "en-GB"));
  g_assert_cmpstr(caption_label("zh-TW"), ==, "繁體中文");
  g_assert_cmpstr(caption_label("zh-x-2"), ==, "中文");
  g_assert_cmpstr(caption_label("und"), ==, "字幕");
  g_assert_cmpstr(caption_label("ja"), ==, "ja");
}

static void assert_chapters(const Fixture *fixture, const char *asset_id, const CatalogChapter *expected,
                            guint count) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) chapters = NULL;
  catalog_load_chapters(fixture->catalog, asset_id, &chapters, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(chapters->len, ==, count);
  for (guint i = 0; i < count; i++) {
    const CatalogChapter *chapter = &g_array_index(chapters, CatalogChapter, i);
    g_assert_cmpint(chapter->start_us, ==, expected[i].start_us);
    g_assert_cmpstr(chapter->title, ==, expected[i].title);
  }
}

static void add_slides(const Fixture *fixture, const CatalogJob *job, const int64_t *times_us, size_t count) {
  g_autoptr(GError) error = NULL;
  catalog_add_slide_changes(fixture->catalog, job, OWNER, times_us, count, &error);
  g_assert_no_error(error);
}

static void test_extras_chapters_of_slides(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *asset_id = add_lesson(fixture, NULL, 0);
  g_autoptr(CatalogJob) span = claim_kind(fixture, JOB_KIND_SPAN);
  assert_chapters(fixture, asset_id, NULL, 0);
  const int64_t early[] = {5 * SECOND}, times[] = {5 * SECOND, 20 * SECOND, 39 * SECOND, 41 * SECOND, 59 * SECOND};
  add_slides(fixture, span, early, 1);
  assert_chapters(fixture, asset_id, NULL, 0); /* one chapter alone is none */
  add_slides(fixture, span, times, G_N_ELEMENTS(times));
  add_slides(fixture, span, times, 2); /* the job is done again */
  const CatalogChapter expected[] = {{0, (char *)""}, {20 * SECOND, (char *)""}, {41 * SECOND, (char *)""}};
  assert_chapters(fixture, asset_id, expected, G_N_ELEMENTS(expected));

  g_autoptr(GError) error = NULL;
  g_assert_false(catalog_add_slide_changes(fixture->catalog, span, "another", times, 1, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_FENCED);
  g_clear_error(&error);
  g_autoptr(CatalogJob) text = claim_kind(fixture, JOB_KIND_TEXT);
  g_assert_false(catalog_add_slide_changes(fixture->catalog, text, OWNER, times, 1, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
}

static void test_extras_own_chapters_win(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  const CatalogChapter chapters[] = {{0, (char *)"起势"}, {30 * SECOND, (char *)"收势"}};
  g_autofree char *asset_id = add_lesson(fixture, chapters, G_N_ELEMENTS(chapters));
  g_autoptr(CatalogJob) span = claim_kind(fixture, JOB_KIND_SPAN);
  const int64_t times[] = {20 * SECOND, 45 * SECOND};
  add_slides(fixture, span, times, G_N_ELEMENTS(times));
  assert_chapters(fixture, asset_id, chapters, G_N_ELEMENTS(chapters));
}

static void test_extras_bad_chapters(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  const CatalogChapter bad[][2] = {
      {{10, (char *)"a"}, {10, (char *)"b"}},
      {{-1, (char *)"a"}, {10, (char *)"b"}},
      {{0, (char *)"a"}, {60 * SECOND, (char *)"b"}},
      {{0, (char *)"a"}, {10, (char *)"\xff"}},
      {{0, (char *)"a"}, {10, NULL}},
  };
  g_autofree char *asset_id = fixture_add_lesson(fixture, "lesson.mp4");
  g_autoptr(CatalogJob) probe = fixture_claim(fixture, OWNER);
  for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_false(plan_lesson(fixture, probe, bad[i], 2, &error));
    g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
  }
}

#define ADD(name) g_test_add("/extras/" #name, Fixture, NULL, fixture_set_up, test_extras_##name, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD(storyboard);
  ADD(captions);
  ADD(caption_languages);
  ADD(chapters_of_slides);
  ADD(own_chapters_win);
  ADD(bad_chapters);
  return g_test_run();
}
