#include "base/log.h"
#include "tests/unit/server/server_fixture.h"

/** The whole timeline of a growing lesson, and what is answered for what is not there yet. */

static void ask_media(const Fixture *fixture, const Lesson *lesson, const char *file, Reply *ret_reply) {
  g_autofree char *target = g_strdup_printf("/media/%s/%s", lesson->asset_id, file);
  fixture_ask(fixture, "GET", target, "", ret_reply);
}

static void assert_text(Reply *reply, const char *wanted) {
  g_assert_cmpint(reply->status, ==, 200);
  g_assert_cmpstr(reply_text(reply), ==, wanted);
}

static void assert_has(Reply *reply, const char *wanted, bool is_there) {
  if ((strstr(reply_text(reply), wanted) != NULL) != is_there)
    g_error("“%s” is %s in:\n%s%s", wanted, is_there ? "not" : "there", reply->head, reply_text(reply));
}

#define HEAD                                                                                                       \
  "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n"        \
  "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"init.mp4\"\n"

static void test_timeline_whole(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_add(&fixture, "growing", NULL);
  lesson_plan(&fixture);
  lesson_publish_audio(&fixture);
  lesson_publish_first_span(&fixture);
  g_auto(Reply) master = {0}, video = {0}, audio = {0}, plain = {0}, done = {0}, refused = {0};
  ask_media(&fixture, &lesson, "master.m3u8?timeline=whole", &master);
  assert_has(&master, "v360/playlist.m3u8?timeline=whole\n", true);
  assert_has(&master, "URI=\"a128/playlist.m3u8?timeline=whole\"", true);
  assert_has(&master, "#EXT-X-START", false);
  assert_header(&master, "Cache-Control", "no-cache");
  ask_media(&fixture, &lesson, "v360/playlist.m3u8?timeline=whole", &video);
  assert_text(&video, HEAD "#EXTINF:6.000000,\n0.m4s\n#EXTINF:6.000000,\n1.m4s\n#EXTINF:6.000000,\n2.m4s\n"
                           "#EXT-X-ENDLIST\n");
  assert_header(&video, "Cache-Control", "no-cache");
  ask_media(&fixture, &lesson, "a128/playlist.m3u8?timeline=whole", &audio);
  assert_text(&audio, HEAD "#EXTINF:6.000000,\n0.m4s\n#EXTINF:6.000000,\n1.m4s\n#EXTINF:6.000000,\n2.m4s\n"
                           "#EXT-X-ENDLIST\n");
  ask_media(&fixture, &lesson, "v360/playlist.m3u8?timeline=published", &plain);
  assert_has(&plain, "1.m4s", false);
  ask_media(&fixture, &lesson, "master.m3u8?timeline=half", &refused);
  g_assert_cmpint(refused.status, ==, 400);
  assert_has(&refused, "\"code\":\"bad_parameter\"", true);

  /* Whole by now: the same address gives what everybody gets. */
  lesson_publish_poster(&fixture);
  lesson_publish_second_span(&fixture);
  ask_media(&fixture, &lesson, "master.m3u8?timeline=whole", &done);
  assert_has(&done, "timeline=whole", false);
  assert_header(&done, "Cache-Control", "public, max-age=60");
  fixture_close(&fixture);
}

static void assert_missing(const Fixture *fixture, const Lesson *lesson, const char *file, int status) {
  g_auto(Reply) reply = {0};
  ask_media(fixture, lesson, file, &reply);
  g_assert_cmpint(reply.status, ==, status);
  assert_header(&reply, "Cache-Control", "no-store");
  assert_header(&reply, "Content-Type", "application/problem+json");
  assert_header(&reply, "Retry-After", status == 503 ? "1" : NULL);
  assert_has(&reply, status == 503 ? "\"code\":\"coming\"" : "\"code\":\"not_found\"", true);
}

static void test_timeline_missing_segment(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_add(&fixture, "growing", NULL);
  assert_missing(&fixture, &lesson, "v360/0.m4s", 404); /* nothing is planned yet */
  lesson_plan(&fixture);
  lesson_publish_audio(&fixture);
  lesson_publish_first_span(&fixture);
  assert_missing(&fixture, &lesson, "v360/1.m4s", 503);
  assert_missing(&fixture, &lesson, "v720/2.m4s", 503);
  g_autoptr(CatalogJob) raised = NULL; /* the span job is before the poster now */
  g_autoptr(GError) error = NULL;
  catalog_claim_job_between(fixture.catalog, LESSON_OWNER, g_get_real_time(), G_TIME_SPAN_MINUTE,
                            JOB_PRIORITY_RAISED, JOB_PRIORITY_RAISED, &raised, &error);
  g_assert_no_error(error);
  g_assert_nonnull(raised);
  g_assert_cmpint(raised->kind, ==, JOB_KIND_SPAN);
  g_assert_cmpint(raised->span_index, ==, 1);
  g_assert_true(catalog_release_job(fixture.catalog, raised, LESSON_OWNER, &error));
  assert_missing(&fixture, &lesson, "v360/3.m4s", 404);
  assert_missing(&fixture, &lesson, "v1080/1.m4s", 404);
  assert_missing(&fixture, &lesson, "a128/3.m4s", 404);
  lesson_fail(&fixture, JOB_KIND_SPAN, "damaged");
  assert_missing(&fixture, &lesson, "v360/1.m4s", 404);
  fixture_close(&fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
  g_test_add_func("/timeline/whole", test_timeline_whole);
  g_test_add_func("/timeline/missing_segment", test_timeline_missing_segment);
  return g_test_run();
}
