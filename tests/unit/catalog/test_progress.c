#include "catalog/progress.h"
#include "tests/unit/catalog/catalog_fixture.h"

static CatalogQueue load_queue(const Fixture *fixture, int64_t since_us) {
  g_autoptr(GError) error = NULL;
  CatalogQueue queue = {0};
  catalog_load_queue(fixture->catalog, since_us, &queue, &error);
  g_assert_no_error(error);
  return queue;
}

static CatalogAssetProgress load_progress(const Fixture *fixture, const char *asset_id, int64_t now_us) {
  g_autoptr(GError) error = NULL;
  CatalogAssetProgress progress = {0};
  catalog_load_asset_progress(fixture->catalog, asset_id, now_us, &progress, &error);
  g_assert_no_error(error);
  return progress;
}

static void do_job(const Fixture *fixture, int64_t span_count) {
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogJob) job = fixture_claim(fixture, "w1");
  fixture_work(fixture, job, "w1", span_count, &error);
  g_assert_no_error(error);
}

static void test_progress_queue_empty(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_auto(CatalogQueue) queue = load_queue(fixture, 0);
  for (int kind = 0; kind < JOB_KIND_COUNT; kind++)
    for (int state = 0; state < JOB_STATE_COUNT; state++)
      g_assert_cmpint(queue.jobs[kind][state], ==, 0);
  g_assert_cmpint(queue.encoded_ms + queue.worker_count + queue.first_segment_count, ==, 0);
  g_assert_cmpuint(queue.recent_first_segment_us->len, ==, 0);
}

static void test_progress_queue_counts(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 4);
  g_autofree char *paused = fixture_add_planned_lesson(fixture, 3);
  g_autofree char *sql = g_strdup_printf("UPDATE job SET is_paused = 1 WHERE asset_id = '%s'", paused);
  fixture_run_sql(fixture, sql);
  do_job(fixture, 4); /* the first span: 1 of weight */
  do_job(fixture, 4); /* sound: playable */
  g_autoptr(CatalogJob) poster = fixture_claim(fixture, "w1"), span = fixture_claim(fixture, "w1");
  g_auto(CatalogQueue) queue = load_queue(fixture, 0);
  g_assert_cmpint(queue.jobs[JOB_KIND_PROBE][JOB_STATE_DONE], ==, 2);
  g_assert_cmpint(queue.jobs[JOB_KIND_SPAN][JOB_STATE_DONE], ==, 1);
  g_assert_cmpint(queue.jobs[JOB_KIND_SPAN][JOB_STATE_RUNNING], ==, 1);
  g_assert_cmpint(queue.jobs[JOB_KIND_SPAN][JOB_STATE_READY], ==, 2);
  g_assert_cmpint(queue.paused[JOB_KIND_SPAN], ==, 3);
  g_assert_cmpint(queue.jobs[JOB_KIND_POSTER][JOB_STATE_RUNNING], ==, 1);
  g_assert_cmpint(queue.encoded_ms, ==, 1);
  g_assert_cmpint(queue.first_segment_count, ==, 1);
  g_assert_cmpuint(queue.recent_first_segment_us->len, ==, 1);
  g_autoptr(CatalogAsset) asset = fixture_load_asset(fixture, asset_id);
  g_assert_cmpint(asset->playable_us, >, asset->created_us);
  g_assert_cmpint(queue.first_segment_sum_us, ==, asset->playable_us - asset->created_us);
  g_assert_cmpint(g_array_index(queue.recent_first_segment_us, int64_t, 0), ==, queue.first_segment_sum_us);
  /* one job fails, which ends the others */
  g_assert_true(catalog_fail_job(fixture->catalog, span, "w1", "damaged", NULL, false, &error));
  g_auto(CatalogQueue) after = load_queue(fixture, 0);
  g_assert_cmpint(after.jobs[JOB_KIND_SPAN][JOB_STATE_FAILED], ==, 1);
  g_assert_cmpint(after.jobs[JOB_KIND_SPAN][JOB_STATE_CANCELLED], ==, 2);
  g_assert_cmpint(after.jobs[JOB_KIND_POSTER][JOB_STATE_CANCELLED], ==, 1);
  g_assert_cmpint(after.jobs[JOB_KIND_SPAN][JOB_STATE_READY] + after.jobs[JOB_KIND_SPAN][JOB_STATE_RUNNING], ==, 0);
}

static void test_progress_queue_recent_is_bounded(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_free(fixture_add_lesson(fixture, "a.mp4"));
  fixture_run_sql(
      fixture, "INSERT INTO asset (id, source_key, source_name, source_size_bytes, created_us, updated_us,"
               " playable_us) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
               " WHERE i < 250) SELECT printf('many-%04d', i), printf('source/many-%04d', i), 'x', 1, 1000 * i, 1,"
               " 1000 * i + i FROM n");
  g_auto(CatalogQueue) queue = load_queue(fixture, 0);
  g_assert_cmpint(queue.first_segment_count, ==, 250);
  g_assert_cmpint(queue.first_segment_sum_us, ==, 250 * 251 / 2);
  g_assert_cmpuint(queue.recent_first_segment_us->len, ==, QUEUE_RECENT_MAX);
  g_assert_cmpint(g_array_index(queue.recent_first_segment_us, int64_t, 0), ==, 250);
  g_assert_cmpint(g_array_index(queue.recent_first_segment_us, int64_t, QUEUE_RECENT_MAX - 1), ==, 151);
}

static void test_progress_queue_workers(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_assert_true(catalog_worker_beat(fixture->catalog, "old", 1000, &error));
  g_assert_true(catalog_worker_beat(fixture->catalog, "one", 2000, &error));
  g_assert_true(catalog_worker_beat(fixture->catalog, "two", 2000, &error));
  g_assert_true(catalog_worker_set_short(fixture->catalog, "one", true, &error));
  g_assert_true(catalog_worker_beat(fixture->catalog, "one", 2001, &error));
  g_auto(CatalogQueue) queue = load_queue(fixture, 2000);
  g_assert_cmpint(queue.worker_count, ==, 2);
  g_assert_cmpint(queue.short_of_space_count, ==, 1);
  g_assert_true(catalog_worker_set_short(fixture->catalog, "one", false, &error));
  g_auto(CatalogQueue) after = load_queue(fixture, 2000);
  g_assert_cmpint(after.short_of_space_count, ==, 0);
}

static void test_progress_asset(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 4);
  SpanOutlook outlook = SPAN_OUTLOOK_NOT_COMING;
  g_assert_true(catalog_raise_span(fixture->catalog, asset_id, 9, &outlook, &error));
  do_job(fixture, 4); /* span 3, past a gap */
  fixture_run_sql(fixture, "UPDATE job SET weight = 24000 WHERE kind = 'span'");
  g_auto(CatalogAssetProgress) before = load_progress(fixture, asset_id, g_get_real_time());
  g_assert_cmpuint(before.tracks->len, ==, 3);
  const CatalogTrackProgress *track = &g_array_index(before.tracks, CatalogTrackProgress, 0);
  g_assert_cmpstr(track->name, ==, "v360");
  g_assert_cmpint(track->kind, ==, TRACK_KIND_VIDEO);
  g_assert_cmpint(track->published, ==, 4);
  g_assert_cmpint(track->total, ==, fixture_segment_total(4));
  g_assert_cmpint(g_array_index(before.tracks, CatalogTrackProgress, 2).kind, ==, TRACK_KIND_AUDIO);
  g_assert_cmpint(fixture_load_track(fixture, asset_id, "v360").segment_count, ==, 0);
  g_assert_cmpint(before.running, ==, 0);
  g_assert_cmpint(before.left_us, ==, -1);

  /* two spans at work: 24 s each, a quarter and a half of it in 6 s; the third waits */
  fixture_run_sql(fixture,
                  "UPDATE job SET state = 'running', started_us = 1000000, progress = 0.25 * (1 + span_index)"
                  " WHERE kind = 'span' AND span_index < 2");
  g_auto(CatalogAssetProgress) at_work = load_progress(fixture, asset_id, 7000000);
  g_assert_cmpint(at_work.running, ==, 2);
  g_assert_cmpfloat_with_epsilon(at_work.speed, 3.0, 1e-9);
  g_assert_cmpint(at_work.left_us, ==, (18 + 12 + 24) * G_TIME_SPAN_SECOND / 3);

  /* just begun: as fast as the one made before, twice */
  fixture_run_sql(fixture, "UPDATE job SET progress = 0 WHERE state = 'running'");
  fixture_run_sql(fixture, "UPDATE job SET started_us = 1000000, finished_us = 13000000 WHERE kind = 'span'"
                           " AND state = 'done'");
  g_auto(CatalogAssetProgress) begun = load_progress(fixture, asset_id, 7000000);
  g_assert_cmpfloat_with_epsilon(begun.speed, 4.0, 1e-9);
  g_assert_cmpint(begun.left_us, ==, 18 * G_TIME_SPAN_SECOND);
}

static void test_progress_asset_unknown(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_auto(CatalogAssetProgress) progress = load_progress(fixture, "nothing", 1);
  g_assert_cmpuint(progress.tracks->len, ==, 0);
  g_assert_cmpint(progress.running, ==, 0);
  g_assert_cmpint(progress.left_us, ==, -1);
}

#define ADD(name)                                                                                                  \
  g_test_add("/progress/" #name, Fixture, NULL, fixture_set_up, test_progress_##name, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD(queue_empty);
  ADD(queue_counts);
  ADD(queue_recent_is_bounded);
  ADD(queue_workers);
  ADD(asset);
  ADD(asset_unknown);
  return g_test_run();
}
