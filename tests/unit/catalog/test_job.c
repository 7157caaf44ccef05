#include "catalog/job.h"
#include "tests/unit/catalog/catalog_fixture.h"

#include <math.h>

static void assert_fenced(bool is_done, GError **error) {
  g_assert_false(is_done);
  g_assert_error(*error, CATALOG_ERROR, CATALOG_ERROR_FENCED);
  g_clear_error(error);
}

static void test_job_claim_in_order(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 3);
  const char *kinds[] = {"span", "audio", "poster", "span", "span"};
  for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
    g_autoptr(CatalogJob) job = fixture_claim(fixture, "w1");
    g_assert_cmpstr(job_kind_name(job->kind), ==, kinds[i]);
    g_assert_cmpstr(job->asset_id, ==, asset_id);
    g_assert_cmpint(job->attempt, ==, 1);
    g_assert_cmpstr(job->plan, ==, "{\"spans\":1}");
    g_assert_true(g_str_has_prefix(job->source_key, "source/"));
  }
  g_assert_null(fixture_claim(fixture, "w1"));
  CatalogJobCounts counts = {0};
  g_assert_true(catalog_count_jobs(fixture->catalog, asset_id, &counts, &error));
  g_assert_cmpint(counts.running, ==, 5);
  g_assert_cmpint(counts.done, ==, 1);
}

static void test_job_probe_comes_first(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *first = fixture_add_planned_lesson(fixture, 3);
  g_autofree char *second = fixture_add_lesson(fixture, "second.mp4");
  g_autoptr(CatalogJob) job = fixture_claim(fixture, "w1");
  g_assert_cmpstr(job->asset_id, ==, second);
  g_assert_null(job->plan);
}

static void test_job_whole_life(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_lesson(fixture, "lesson.mp4");
  double progress = 0;
  for (CatalogJob *job = NULL; (job = fixture_claim(fixture, "w1")) != NULL; catalog_job_free(job)) {
    g_assert_true(catalog_renew_job(fixture->catalog, job, "w1", 0.5, g_get_real_time() + 1000000, &error));
    fixture_work(fixture, job, "w1", 4, &error);
    g_assert_no_error(error);
    g_autoptr(CatalogAsset) asset = fixture_load_asset(fixture, asset_id);
    g_assert_cmpfloat(asset->progress, >=, progress);
    progress = asset->progress;
  }
  g_autoptr(CatalogAsset) asset = fixture_load_asset(fixture, asset_id);
  g_assert_cmpint(asset->state, ==, ASSET_STATE_READY);
  g_assert_cmpfloat(asset->progress, ==, 1.0);
  g_assert_cmpint(asset->ready_us, >, 0);
  g_assert_nonnull(asset->poster_key);
  int64_t playable_us = 0;
  g_assert_true(catalog_playable_us(fixture->catalog, asset_id, &playable_us, &error));
  g_assert_cmpint(playable_us, ==, asset->duration_us);
}

static void test_job_progress_is_weighted(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 3);
  /* weights: probe 1 (done), audio 2, poster 1, spans 1, 4, 4 */
  g_autoptr(CatalogAsset) before = fixture_load_asset(fixture, asset_id);
  g_assert_cmpfloat_with_epsilon(before->progress, 1.0 / 13, 1e-9);
  g_autoptr(CatalogJob) span = fixture_claim(fixture, "w1");
  g_autoptr(CatalogJob) audio = fixture_claim(fixture, "w1");
  g_assert_true(fixture_publish_span(fixture, span, "w1", &error));
  g_assert_true(catalog_renew_job(fixture->catalog, audio, "w1", 0.25, INT64_MAX, &error));
  g_autoptr(CatalogAsset) between = fixture_load_asset(fixture, asset_id);
  g_assert_cmpfloat_with_epsilon(between->progress, 2.5 / 13, 1e-9);
  /* an earlier value, values out of range and not a number change nothing for the viewer */
  const double odd[] = {0.1, -5, (double)NAN};
  for (size_t i = 0; i < G_N_ELEMENTS(odd); i++) {
    g_assert_true(catalog_renew_job(fixture->catalog, audio, "w1", odd[i], INT64_MAX, &error));
    g_autoptr(CatalogAsset) after = fixture_load_asset(fixture, asset_id);
    g_assert_cmpfloat_with_epsilon(after->progress, 2.5 / 13, 1e-9);
  }
}

/* Every call of a worker whose job went to another changes nothing. */
static void test_job_late_worker_is_fenced(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 2);
  g_autoptr(CatalogJob) late = fixture_claim(fixture, "late");
  int64_t count = 0;
  g_assert_true(
      catalog_reap_jobs(fixture->catalog, g_get_real_time() + 2 * FIXTURE_LEASE_US, NULL, NULL, &count, &error));
  g_assert_cmpint(count, ==, 1);
  g_autoptr(CatalogJob) next = fixture_claim(fixture, "next");
  g_assert_cmpint(next->id, ==, late->id);
  g_assert_cmpint(next->attempt, ==, 2);

  assert_fenced(catalog_renew_job(fixture->catalog, late, "late", 0.9, INT64_MAX, &error), &error);
  assert_fenced(fixture_publish_span(fixture, late, "late", &error), &error);
  assert_fenced(catalog_fail_job(fixture->catalog, late, "late", "crashed", NULL, false, &error), &error);
  assert_fenced(catalog_release_job(fixture->catalog, late, "late", &error), &error);
  /* right attempt, wrong owner */
  assert_fenced(catalog_renew_job(fixture->catalog, next, "late", 0.9, INT64_MAX, &error), &error);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM span"), ==, 0);

  g_assert_true(fixture_publish_span(fixture, next, "next", &error));
  assert_fenced(fixture_publish_span(fixture, next, "next", &error), &error);
  g_assert_cmpint(fixture_load_track(fixture, asset_id, "v360").segment_count, ==, 1);
}

static void test_job_release(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_lesson(fixture, "a.mp4");
  g_autoptr(CatalogJob) job = fixture_claim(fixture, "w1");
  g_assert_true(catalog_release_job(fixture->catalog, job, "w1", &error));
  g_autoptr(CatalogJob) again = fixture_claim(fixture, "w2");
  g_assert_cmpint(again->id, ==, job->id);
  g_assert_cmpint(again->attempt, ==, 2);
  g_assert_cmpint(again->failures, ==, 0);
}

static void test_job_retry_then_fail(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_lesson(fixture, "a.mp4");
  g_autoptr(CatalogJob) job = fixture_claim(fixture, "w1");
  int64_t before_us = g_get_real_time();
  g_assert_true(catalog_fail_job(fixture->catalog, job, "w1", "crashed", "signal 11", true, &error));
  g_assert_null(fixture_claim(fixture, "w1")); /* not before the delay is over */
  g_autoptr(CatalogAsset) waiting = fixture_load_asset(fixture, asset_id);
  g_assert_cmpint(waiting->state, ==, ASSET_STATE_QUEUED);
  g_autoptr(CatalogJob) again = NULL;
  g_assert_true(catalog_claim_job(fixture->catalog, "w1", before_us + JOB_RETRY_DELAY_US - 1, FIXTURE_LEASE_US,
                                  &again, &error));
  g_assert_null(again);
  g_assert_true(catalog_claim_job(fixture->catalog, "w1", g_get_real_time() + JOB_RETRY_DELAY_US, FIXTURE_LEASE_US,
                                  &again, &error));
  g_assert_cmpint(again->failures, ==, 1);
  g_assert_true(catalog_fail_job(fixture->catalog, again, "w1", "crashed", "signal 11", true, &error));
  g_autoptr(CatalogAsset) failed = fixture_load_asset(fixture, asset_id);
  g_assert_cmpint(failed->state, ==, ASSET_STATE_FAILED);
  g_assert_cmpstr(failed->error_code, ==, "crashed");
  g_assert_cmpstr(failed->error_detail, ==, "signal 11");
}

/* A full disk is no fault of the lesson: it waits for over an hour, with growing pauses. */
static void test_job_storage_is_waited_for(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *asset_id = fixture_add_lesson(fixture, "a.mp4");
  int64_t waited_us = 0, now_us = g_get_real_time();
  int failures = 0;
  while (true) {
    g_autoptr(GError) error = NULL;
    g_autoptr(CatalogJob) job = NULL;
    int64_t later_us = now_us + G_TIME_SPAN_DAY; /* past every delay */
    g_assert_true(catalog_claim_job(fixture->catalog, "w1", later_us, FIXTURE_LEASE_US, &job, &error));
    if (!job)
      break;
    int64_t before_us = g_get_real_time();
    g_assert_true(catalog_fail_job(fixture->catalog, job, "w1", "storage", "disk full", true, &error));
    int64_t until_us = fixture_number(fixture, "SELECT not_before_us FROM job");
    g_autofree char *sql =
        g_strdup_printf("SELECT state = 'failed' FROM job WHERE id = %" G_GINT64_FORMAT, job->id);
    failures++;
    if (fixture_number(fixture, sql))
      break;
    g_assert_cmpint(until_us - before_us, <=, JOB_RETRY_DELAY_MAX_US + G_TIME_SPAN_MINUTE);
    waited_us += until_us - before_us;
  }
  g_assert_cmpint(failures, ==, JOB_STORAGE_FAILURES_MAX);
  g_assert_cmpint(waited_us, >, G_TIME_SPAN_HOUR);
  g_autoptr(CatalogAsset) asset = fixture_load_asset(fixture, asset_id);
  g_assert_cmpint(asset->state, ==, ASSET_STATE_FAILED);
  g_assert_cmpstr(asset->error_code, ==, "storage");
}

static void test_job_failure_cancels_siblings(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 3);
  g_autofree char *other = fixture_add_lesson(fixture, "other.mp4");
  g_autoptr(CatalogJob) other_probe = fixture_claim(fixture, "w3");
  g_assert_cmpstr(other_probe->asset_id, ==, other);
  g_autoptr(CatalogJob) span = fixture_claim(fixture, "w1");
  g_autoptr(CatalogJob) audio = fixture_claim(fixture, "w2");
  g_assert_true(catalog_fail_job(fixture->catalog, span, "w1", "damaged", "bad \xff bytes", false, &error));
  assert_fenced(catalog_renew_job(fixture->catalog, audio, "w2", 0.5, INT64_MAX, &error), &error);
  g_assert_null(fixture_claim(fixture, "w1"));
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM job WHERE state = 'cancelled'"), ==, 4);
  CatalogJobCounts counts = {0};
  g_assert_true(catalog_count_jobs(fixture->catalog, asset_id, &counts, &error));
  g_assert_cmpint(counts.failed, ==, 1);
  g_assert_cmpint(counts.ready + counts.running, ==, 0);
  g_assert_true(catalog_renew_job(fixture->catalog, other_probe, "w3", 0.5, INT64_MAX, &error));
}

static void do_all_but_poster(Fixture *fixture, CatalogJob **ret_poster) {
  g_autoptr(GError) error = NULL;
  for (CatalogJob *job = NULL; (job = fixture_claim(fixture, "w1")) != NULL;) {
    if (job->kind == JOB_KIND_POSTER) {
      *ret_poster = job;
      continue;
    }
    fixture_work(fixture, job, "w1", 2, &error);
    g_assert_no_error(error);
    catalog_job_free(job);
  }
}

static void test_job_failed_poster_is_no_failure(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 2);
  g_autoptr(CatalogJob) poster = NULL;
  do_all_but_poster(fixture, &poster);
  g_autoptr(CatalogAsset) before = fixture_load_asset(fixture, asset_id);
  g_assert_cmpint(before->state, ==, ASSET_STATE_PLAYABLE);
  g_assert_true(catalog_fail_job(fixture->catalog, poster, "w1", "internal", "no picture", false, &error));
  g_autoptr(CatalogAsset) after = fixture_load_asset(fixture, asset_id);
  g_assert_cmpint(after->state, ==, ASSET_STATE_READY);
  g_assert_null(after->poster_key);
  g_assert_null(after->error_code);
}

static bool is_not_dead(const char *owner, gpointer user_data) {
  ++*(int *)user_data;
  return !g_str_equal(owner, "dead");
}

static void test_job_reaper(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 3);
  g_autoptr(CatalogJob) dead = fixture_claim(fixture, "dead");
  g_autoptr(CatalogJob) alive = fixture_claim(fixture, "alive");
  int64_t count = -1;
  int calls = 0;
  g_assert_true(catalog_reap_jobs(fixture->catalog, g_get_real_time(), is_not_dead, &calls, &count, &error));
  g_assert_cmpint(count, ==, 1);
  g_assert_cmpint(calls, ==, 2);
  g_assert_true(catalog_renew_job(fixture->catalog, alive, "alive", 0.1, INT64_MAX, &error));
  g_autoptr(CatalogJob) again = fixture_claim(fixture, "w1");
  g_assert_cmpint(again->id, ==, dead->id);
  /* a prolonged lease is left alone long after the first one */
  g_assert_true(catalog_reap_jobs(fixture->catalog, g_get_real_time() + 10 * FIXTURE_LEASE_US, is_not_dead, &calls,
                                  &count, &error));
  g_assert_cmpint(count, ==, 1);
  g_assert_true(catalog_renew_job(fixture->catalog, alive, "alive", 0.2, INT64_MAX, &error));
}

static void test_job_reaper_ends_endless_attempts(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_lesson(fixture, "a.mp4");
  int calls = 0, claims = 0;
  for (CatalogJob *job = NULL; (job = fixture_claim(fixture, "dead")) != NULL; claims++) {
    int64_t count = 0;
    g_assert_true(catalog_reap_jobs(fixture->catalog, g_get_real_time(), is_not_dead, &calls, &count, &error));
    catalog_job_free(job);
  }
  g_assert_cmpint(claims, ==, JOB_LOSSES_MAX);
  g_autoptr(CatalogAsset) asset = fixture_load_asset(fixture, asset_id);
  g_assert_cmpint(asset->state, ==, ASSET_STATE_FAILED);
  g_assert_cmpstr(asset->error_code, ==, "crashed");
}

/* Stopped in good order any number of times, a job is not given up; nor is a loss counted then. */
static void test_job_release_is_no_loss(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_free(fixture_add_lesson(fixture, "a.mp4"));
  for (int i = 0; i < JOB_LOSSES_MAX + 5; i++) {
    g_autoptr(CatalogJob) job = fixture_claim(fixture, "w1");
    g_assert_true(catalog_release_job(fixture->catalog, job, "w1", &error));
  }
  g_autoptr(CatalogJob) job = fixture_claim(fixture, "dead");
  int calls = 0;
  int64_t count = 0;
  g_assert_true(catalog_reap_jobs(fixture->catalog, g_get_real_time(), is_not_dead, &calls, &count, &error));
  g_assert_cmpint(fixture_number(fixture, "SELECT losses FROM job"), ==, 1);
  g_autoptr(CatalogJob) again = fixture_claim(fixture, "w1");
  g_assert_cmpint(again->attempt, ==, JOB_LOSSES_MAX + 7);
}

static void test_job_plan_is_checked(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *asset_id = fixture_add_lesson(fixture, "a.mp4");
  g_autoptr(CatalogJob) probe = fixture_claim(fixture, "w1");
  CatalogTrack track = {.name = "a128", .kind = TRACK_KIND_AUDIO, .bitrate_bps = 1, .timescale_hz = 48000};
  CatalogJobPlan job = {.kind = JOB_KIND_AUDIO, .span_index = 0, .priority = 1, .weight = 1};
  CatalogAssetPlan good = {.has_audio = true,
                           .duration_us = 1000,
                           .target_duration_s = 6,
                           .plan_json = "{}",
                           .tracks = &track,
                           .track_count = 1,
                           .jobs = &job,
                           .job_count = 1};
  CatalogTrack bad_name = track, bad_scale = track;
  strcpy(bad_name.name, "../up");
  bad_scale.timescale_hz = 0;
  CatalogJobPlan no_weight = {.kind = JOB_KIND_AUDIO, .span_index = 0, .priority = 1, .weight = 0};
  CatalogAssetPlan bad[8] = {good, good, good, good, good, good, good, good};
  bad[0].plan_json = NULL;
  bad[1].duration_us = 0;
  bad[2].has_video = true;
  bad[3].track_count = 0;
  bad[4].job_count = 0;
  bad[5].tracks = &bad_name;
  bad[6].tracks = &bad_scale;
  bad[7].jobs = &no_weight;
  for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_false(catalog_plan_asset(fixture->catalog, probe, "w1", &bad[i], &error));
    g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
  }
  CatalogTrack twice[2] = {track, track};
  CatalogAssetPlan doubled = good;
  doubled.tracks = twice;
  doubled.track_count = 2;
  g_autoptr(GError) conflict = NULL;
  g_assert_false(catalog_plan_asset(fixture->catalog, probe, "w1", &doubled, &conflict));
  g_assert_error(conflict, CATALOG_ERROR, CATALOG_ERROR_CONFLICT);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM track"), ==, 0);
  g_assert_true(catalog_plan_asset(fixture->catalog, probe, "w1", &good, NULL));
  g_autoptr(GError) fenced = NULL;
  assert_fenced(catalog_plan_asset(fixture->catalog, probe, "w1", &good, &fenced), &fenced);
}

static void test_job_workers(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  bool has = true;
  g_assert_true(catalog_has_worker(fixture->catalog, 0, &has, &error));
  g_assert_false(has);
  int64_t now_us = g_get_real_time();
  g_assert_true(catalog_worker_beat(fixture->catalog, "w1", now_us - 2 * G_TIME_SPAN_DAY, &error));
  g_assert_true(catalog_worker_beat(fixture->catalog, "w2", now_us, &error));
  g_assert_true(catalog_worker_beat(fixture->catalog, "w2", now_us + 5, &error));
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM worker"), ==, 1); /* the old one is forgotten */
  g_assert_true(catalog_has_worker(fixture->catalog, now_us + 5, &has, &error));
  g_assert_true(has);
  g_assert_true(catalog_has_worker(fixture->catalog, now_us + 6, &has, &error));
  g_assert_false(has);
  g_assert_true(catalog_worker_leave(fixture->catalog, "w2", &error));
  g_assert_true(catalog_has_worker(fixture->catalog, 0, &has, &error));
  g_assert_false(has);
}

#define ADD(name) g_test_add("/job/" #name, Fixture, NULL, fixture_set_up, test_job_##name, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD(claim_in_order);
  ADD(probe_comes_first);
  ADD(whole_life);
  ADD(progress_is_weighted);
  ADD(late_worker_is_fenced);
  ADD(release);
  ADD(retry_then_fail);
  ADD(storage_is_waited_for);
  ADD(failure_cancels_siblings);
  ADD(failed_poster_is_no_failure);
  ADD(reaper);
  ADD(reaper_ends_endless_attempts);
  ADD(release_is_no_loss);
  ADD(plan_is_checked);
  ADD(workers);
  return g_test_run();
}
