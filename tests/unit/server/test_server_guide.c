#include "base/log.h"
#include "catalog/chapter.h"
#include "catalog/storyboard.h"
#include "tests/unit/server/server_fixture.h"

/** What guides a viewer through a lesson: thumbnails and chapters. */

#define TILES 5

static void ask(const Fixture *fixture, const char *asset_id, const char *file, const char *headers,
                Reply *ret_reply) {
  g_autofree char *target = g_strdup_printf("/media/%s/%s", asset_id, file);
  fixture_ask(fixture, "GET", target, headers, ret_reply);
}

static void assert_body(Reply *reply, const char *wanted) {
  g_assert_cmpint(reply->status, ==, 200);
  g_assert_cmpstr(reply_text(reply), ==, wanted);
}

static void assert_has(Reply *reply, const char *wanted) {
  if (strstr(reply_text(reply), wanted) == NULL)
    g_error("“%s” is not in:\n%s", wanted, reply_text(reply));
}

/** A lesson of 9 s with one span job and one storyboard job. */
static char *plan_lesson(Fixture *fixture, const CatalogChapter *chapters, size_t count) {
  static const CatalogTrack track = {.name = "v360",
                                     .kind = TRACK_KIND_VIDEO,
                                     .bitrate_bps = 800000,
                                     .width = 640,
                                     .height = 360,
                                     .frame_rate = {25, 1},
                                     .timescale_hz = 1000,
                                     .segment_total = 2};
  static const CatalogJobPlan jobs[] = {
      {.kind = JOB_KIND_SPAN, .priority = 90, .weight = 1, .segment_count = 2},
      {.kind = JOB_KIND_STORYBOARD, .priority = 40, .weight = 1},
  };
  g_auto(Lesson) lesson = lesson_add(fixture, "guided", NULL);
  CatalogAssetPlan plan = {.has_video = true,
                           .duration_us = 9 * G_TIME_SPAN_SECOND,
                           .target_duration_s = 6,
                           .plan_json = "{}",
                           .tracks = &track,
                           .track_count = 1,
                           .jobs = jobs,
                           .job_count = G_N_ELEMENTS(jobs),
                           .chapters = chapters,
                           .chapter_count = count};
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogJob) job = lesson_claim(fixture, JOB_KIND_PROBE);
  catalog_plan_asset(fixture->catalog, job, LESSON_OWNER, &plan, &error);
  g_assert_no_error(error);
  return g_steal_pointer(&lesson.asset_id);
}

/** Two sheets of 2x2 tiles, the second with one tile. */
static void publish_storyboard(Fixture *fixture) {
  g_autoptr(CatalogJob) span = lesson_claim(fixture, JOB_KIND_SPAN);
  g_autoptr(CatalogJob) job = lesson_claim(fixture, JOB_KIND_STORYBOARD);
  g_auto(CatalogStoryboard) storyboard = {.interval_us = 2 * G_TIME_SPAN_SECOND,
                                          .tile_width = 160,
                                          .tile_height = 90,
                                          .columns = 2,
                                          .rows = 2,
                                          .tile_count = TILES};
  storyboard.sheet_keys = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GError) error = NULL;
  for (int64_t sheet = 0; sheet < 2; sheet++) {
    char *key = key_of_storyboard_sheet(job->asset_id, job->attempt, sheet);
    g_autofree char *picture = g_strdup_printf("picture %" G_GINT64_FORMAT, sheet);
    blob_store_put_bytes(fixture->store, key, picture, strlen(picture), &error);
    g_assert_no_error(error);
    g_ptr_array_add(storyboard.sheet_keys, key);
  }
  catalog_publish_storyboard(fixture->catalog, job, LESSON_OWNER, &storyboard, &error);
  g_assert_no_error(error);
  g_assert_true(catalog_release_job(fixture->catalog, span, LESSON_OWNER, NULL));
}

static void test_guide_storyboard(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_autofree char *asset_id = plan_lesson(&fixture, NULL, 0);
  g_autofree char *target = g_strdup_printf("/api/v1/assets/%s", asset_id);
  g_auto(Reply) none = {0}, before = {0}, index = {0}, sheet = {0}, last = {0}, beyond = {0}, odd = {0},
                after = {0};
  ask(&fixture, asset_id, "storyboard.vtt", "", &none);
  g_assert_cmpint(none.status, ==, 404);
  fixture_ask(&fixture, "GET", target, "", &before);
  assert_has(&before, "\"storyboard\":null,\"chapters\":[]");

  publish_storyboard(&fixture);
  ask(&fixture, asset_id, "storyboard.vtt", "", &index);
  assert_body(&index, "WEBVTT\n\n"
                      "00:00:00.000 --> 00:00:02.000\nsheet-0.jpg#xywh=0,0,160,90\n\n"
                      "00:00:02.000 --> 00:00:04.000\nsheet-0.jpg#xywh=160,0,160,90\n\n"
                      "00:00:04.000 --> 00:00:06.000\nsheet-0.jpg#xywh=0,90,160,90\n\n"
                      "00:00:06.000 --> 00:00:08.000\nsheet-0.jpg#xywh=160,90,160,90\n\n"
                      "00:00:08.000 --> 00:00:09.000\nsheet-1.jpg#xywh=0,0,160,90\n");
  assert_header(&index, "Content-Type", "text/vtt; charset=utf-8");
  assert_header(&index, "Cache-Control", "public, max-age=300");
  assert_header(&index, "Access-Control-Allow-Origin", "*");
  ask(&fixture, asset_id, "sheet-0.jpg", "", &sheet);
  assert_body(&sheet, "picture 0");
  assert_header(&sheet, "Content-Type", "image/jpeg");
  ask(&fixture, asset_id, "sheet-1.jpg", "", &last);
  assert_body(&last, "picture 1");
  ask(&fixture, asset_id, "sheet-2.jpg", "", &beyond);
  g_assert_cmpint(beyond.status, ==, 404);
  ask(&fixture, asset_id, "sheet-01.jpg", "", &odd);
  g_assert_cmpint(odd.status, ==, 404);
  g_autofree char *wanted = g_strdup_printf("\"storyboard\":\"/media/%s/storyboard.vtt\"", asset_id);
  fixture_ask(&fixture, "GET", target, "", &after);
  assert_has(&after, wanted);
  fixture_close(&fixture);
}

static void test_guide_chapters(void) {
  Fixture fixture;
  fixture_open(&fixture);
  char first[] = "起势 <1> & --> 准备", second[] = "";
  CatalogChapter chapters[] = {{.start_us = 0, .title = first},
                               {.start_us = 4500 * G_TIME_SPAN_MILLISECOND, .title = second}};
  g_autofree char *asset_id = plan_lesson(&fixture, chapters, G_N_ELEMENTS(chapters));
  g_autofree char *target = g_strdup_printf("/api/v1/assets/%s", asset_id);
  g_auto(Reply) chinese = {0}, english = {0}, asset = {0}, english_asset = {0};
  ask(&fixture, asset_id, "chapters.vtt", "", &chinese);
  assert_body(&chinese, "WEBVTT\n\n"
                        "00:00:00.000 --> 00:00:04.500\n起势 &lt;1&gt; &amp; --&gt; 准备\n\n"
                        "00:00:04.500 --> 00:00:09.000\n第 2 页\n");
  assert_header(&chinese, "Content-Language", "zh-CN");
  assert_header(&chinese, "Cache-Control", "no-cache"); /* more slides may be found */
  ask(&fixture, asset_id, "chapters.vtt", "Accept-Language: en\r\n", &english);
  assert_has(&english, "\nSlide 2\n");
  assert_header(&english, "Vary", "Accept-Language");
  fixture_ask(&fixture, "GET", target, "", &asset);
  assert_has(
      &asset,
      "\"chapters\":[{\"start\":0,\"title\":\"起势 <1> & --> 准备\"},{\"start\":4.5,\"title\":\"第 2 页\"}]");
  fixture_ask(&fixture, "GET", target, "Accept-Language: en\r\n", &english_asset);
  assert_has(&english_asset, "\"title\":\"Slide 2\"");
  g_auto(Lesson) plain = lesson_add(&fixture, "plain", NULL);
  g_auto(Reply) none = {0};
  ask(&fixture, plain.asset_id, "chapters.vtt", "", &none);
  g_assert_cmpint(none.status, ==, 404);
  fixture_close(&fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
  g_test_add_func("/guide/storyboard", test_guide_storyboard);
  g_test_add_func("/guide/chapters", test_guide_chapters);
  return g_test_run();
}
