#include "base/log.h"
#include "server/metrics_text.h"
#include "server/queue_metrics.h"
#include "tests/unit/server/server_fixture.h"

/** The queue in /metrics and the pace of a lesson in the API. */

static void test_metrics_text(void) {
  g_autoptr(GString) out = g_string_new(NULL);
  metrics_text_value(out, "a_total", "counter", "Help.", 3);
  metrics_text_head(out, "b", "gauge", "More.");
  metrics_text_sample(out, "b", "kind=\"span\"", 0.25);
  metrics_text_sample(out, "b", NULL, 1099511627776.0);
  g_assert_cmpstr(out->str, ==,
                  "# HELP a_total Help.\n# TYPE a_total counter\na_total 3\n"
                  "# HELP b More.\n# TYPE b gauge\nb{kind=\"span\"} 0.250000\nb 1099511627776\n");
}

/** `milliseconds` of media in the time since the last look. */
static double look(QueueMetrics *metrics, int64_t second, int64_t encoded_s) {
  return queue_metrics_speed(metrics, second * G_TIME_SPAN_SECOND, encoded_s * 1000);
}

static void test_queue_metrics_speed(void) {
  g_autoptr(QueueMetrics) metrics = queue_metrics_new();
  g_assert_cmpfloat(look(metrics, 1000, 500), ==, 0);
  g_assert_cmpfloat(look(metrics, 1010, 530), ==, 3);
  g_assert_cmpfloat(look(metrics, 1060, 620), ==, 2);
  g_assert_cmpfloat(look(metrics, 1120, 620), ==, 1); /* 120 s since the first sample */
  g_assert_cmpfloat(look(metrics, 1240, 740), ==, 1); /* from second 1120 on: what is older has gone */
  g_assert_cmpfloat(look(metrics, 1500, 740), ==, 0);
  g_assert_cmpfloat(look(metrics, 1510, 10), ==, 0); /* another catalog: never negative */
}

static void assert_has(Reply *reply, const char *wanted) {
  g_assert_cmpint(reply->status, ==, 200);
  if (strstr(reply_text(reply), wanted) == NULL)
    g_error("“%s” is not in:\n%s", wanted, reply_text(reply));
}

static void test_queue_metrics_of_lesson(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_add(&fixture, "growing", NULL);
  g_auto(Reply) queued = {0}, growing = {0}, ready = {0}, asset = {0}, whole = {0};
  fixture_ask(&fixture, "GET", "/metrics", "", &queued);
  assert_has(&queued, "\nkapok_jobs{kind=\"probe\",state=\"ready\"} 1\n");
  assert_has(&queued, "\nkapok_workers 0\n");
  assert_has(&queued, "\nkapok_first_segment_seconds_count 0\n");
  assert_has(&queued, "\nkapok_store_free_bytes ");
  assert_has(&queued, "\nkapok_jobs_held_back 0\n");

  lesson_plan(&fixture);
  lesson_publish_audio(&fixture);
  lesson_publish_first_span(&fixture);
  g_assert_true(catalog_worker_beat(fixture.catalog, LESSON_OWNER, g_get_real_time(), NULL));
  fixture_ask(&fixture, "GET", "/metrics", "", &growing);
  assert_has(&growing, "\nkapok_jobs{kind=\"span\",state=\"ready\"} 1\n");
  assert_has(&growing, "\nkapok_jobs_ended_total{kind=\"span\",outcome=\"done\"} 1\n");
  assert_has(&growing, "\nkapok_jobs_ended_total{kind=\"audio\",outcome=\"done\"} 1\n");
  assert_has(&growing, "\nkapok_workers 1\n");
  assert_has(&growing, "\nkapok_first_segment_seconds{quantile=\"0.5\"} 0.");
  assert_has(&growing, "\nkapok_first_segment_seconds_count 1\n");

  g_autofree char *target = g_strdup_printf("/api/v1/assets/%s", lesson.asset_id);
  fixture_ask(&fixture, "GET", target, "", &asset);
  assert_has(&asset, "\"segments\":1,\"segments_total\":3,\"progress\":0.333333");
  assert_has(&asset, "\"segments\":3,\"segments_total\":3,\"progress\":1");
  assert_has(&asset, "\"eta_s\":");

  lesson_publish_poster(&fixture);
  lesson_publish_second_span(&fixture);
  fixture_ask(&fixture, "GET", "/metrics", "", &ready);
  assert_has(&ready, "\nkapok_jobs{kind=\"span\",state=\"ready\"} 0\n");
  assert_has(&ready, "\nkapok_encoded_media_seconds_total 0.003000\n"); /* the weights of this fixture: 1 + 2 */
  fixture_ask(&fixture, "GET", target, "", &whole);
  assert_has(&whole, "\"speed\":null,\"eta_s\":null");
  fixture_close(&fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
  g_test_add_func("/metrics/text", test_metrics_text);
  g_test_add_func("/metrics/speed", test_queue_metrics_speed);
  g_test_add_func("/metrics/lesson", test_queue_metrics_of_lesson);
  return g_test_run();
}
