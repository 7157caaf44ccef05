#include "catalog/control.h"
#include "catalog/sweep.h"
#include "tests/unit/catalog/catalog_fixture.h"

static void assert_conflict(bool is_done, GError **error) {
  g_assert_false(is_done);
  g_assert_error(*error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT);
  g_clear_error(error);
}

static void assert_fenced(bool is_done, GError **error) {
  g_assert_false(is_done);
  g_assert_error(*error, CATALOG_ERROR, CATALOG_ERROR_FENCED);
  g_clear_error(error);
}

static void do_all(const Fixture *fixture, int64_t span_count) {
  for (CatalogJob *job = NULL; (job = fixture_claim(fixture, "w1")) != NULL; catalog_job_free(job)) {
    g_autoptr(GError) error = NULL;
    fixture_work(fixture, job, "w1", span_count, &error);
    g_assert_no_error(error);
  }
}

static AssetState state_of(const Fixture *fixture, const char *asset_id) {
  g_autoptr(CatalogAsset) asset = fixture_load_asset(fixture, asset_id);
  return asset->state;
}

static void test_control_unknown_asset(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  bool (*const steps[])(Catalog *, const char *, GError **) = {catalog_pause_asset, catalog_resume_asset,
                                                               catalog_cancel_asset, catalog_retry_asset};
  for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_false(steps[i](fixture->catalog, "nothing", &error));
    g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
  }
}

/* A worker at work is fenced, nothing is claimed, and afterwards all goes on where it was. */
static void test_control_pause_and_resume(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 3);
  g_autofree char *other = fixture_add_planned_lesson(fixture, 2);
  g_autoptr(CatalogJob) first = fixture_claim(fixture, "w1");
  g_assert_cmpstr(first->asset_id, ==, asset_id);
  g_assert_true(catalog_pause_asset(fixture->catalog, asset_id, &error));
  g_assert_true(catalog_pause_asset(fixture->catalog, asset_id, &error)); /* again: nothing */
  assert_fenced(catalog_renew_job(fixture->catalog, first, "w1", 0.5, INT64_MAX, &error), &error);
  assert_fenced(fixture_publish_span(fixture, first, "w1", &error), &error);
  g_autoptr(CatalogAsset) paused = fixture_load_asset(fixture, asset_id);
  g_assert_true(paused->is_paused);
  do_all(fixture, 2);
  g_assert_cmpint(state_of(fixture, other), ==, ASSET_STATE_READY);
  g_assert_cmpint(state_of(fixture, asset_id), ==, ASSET_STATE_QUEUED);
  g_assert_true(catalog_resume_asset(fixture->catalog, asset_id, &error));
  g_autoptr(CatalogJob) again = fixture_claim(fixture, "w1");
  g_assert_cmpint(again->id, ==, first->id);
  g_assert_cmpint(again->attempt, ==, 2);
  g_assert_true(fixture_publish_span(fixture, again, "w1", &error));
  do_all(fixture, 3);
  g_autoptr(CatalogAsset) ready = fixture_load_asset(fixture, asset_id);
  g_assert_cmpint(ready->state, ==, ASSET_STATE_READY);
  g_assert_false(ready->is_paused);
  assert_conflict(catalog_pause_asset(fixture->catalog, asset_id, &error), &error);
  assert_conflict(catalog_cancel_asset(fixture->catalog, asset_id, &error), &error);
  assert_conflict(catalog_retry_asset(fixture->catalog, asset_id, &error), &error);
  g_assert_true(catalog_resume_asset(fixture->catalog, asset_id, &error));
}

static void test_control_pause_all(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  int64_t count = -1;
  g_autofree char *done = fixture_add_planned_lesson(fixture, 2);
  do_all(fixture, 2);
  g_autofree char *one = fixture_add_planned_lesson_of(fixture, 2, "A");
  g_autofree char *two = fixture_add_lesson_of(fixture, "two.mp4", "B");
  g_assert_true(catalog_pause_all(fixture->catalog, &count, &error));
  g_assert_cmpint(count, ==, 2);
  g_assert_null(fixture_claim(fixture, "w1"));
  g_autofree char *later = fixture_add_lesson(fixture, "later.mp4");
  g_autoptr(CatalogJob) job = fixture_claim(fixture, "w1");
  g_assert_cmpstr(job->asset_id, ==, later);
  g_assert_true(catalog_resume_all(fixture->catalog, &count, &error));
  g_assert_cmpint(count, ==, 2);
  g_assert_true(catalog_resume_all(fixture->catalog, &count, &error));
  g_assert_cmpint(count, ==, 0);
  g_autoptr(CatalogJob) next = fixture_claim(fixture, "w1");
  g_assert_cmpstr(next->asset_id, ==, two);
}

/* What was made before stays and plays; what is missing is made after a retry, and only that. */
static void test_control_cancel_and_retry(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 4);
  for (int i = 0; i < 2; i++) { /* first span, sound */
    g_autoptr(CatalogJob) job = fixture_claim(fixture, "w1");
    g_assert_true(fixture_work(fixture, job, "w1", 4, &error));
  }
  g_autoptr(CatalogJob) at_work = fixture_claim(fixture, "w1");
  g_assert_true(catalog_cancel_asset(fixture->catalog, asset_id, &error));
  assert_fenced(catalog_renew_job(fixture->catalog, at_work, "w1", 0.5, INT64_MAX, &error), &error);
  g_assert_null(fixture_claim(fixture, "w1"));
  g_autoptr(CatalogAsset) cancelled = fixture_load_asset(fixture, asset_id);
  g_assert_cmpint(cancelled->state, ==, ASSET_STATE_FAILED);
  g_assert_cmpstr(cancelled->error_code, ==, "cancelled");
  int64_t playable_us = 0;
  g_assert_true(catalog_playable_us(fixture->catalog, asset_id, &playable_us, &error));
  g_assert_cmpint(playable_us, ==, FIXTURE_SEGMENT_DURATION * 1000);
  assert_conflict(catalog_cancel_asset(fixture->catalog, asset_id, &error), &error);
  assert_conflict(catalog_pause_asset(fixture->catalog, asset_id, &error), &error);

  g_assert_true(catalog_retry_asset(fixture->catalog, asset_id, &error));
  g_autoptr(CatalogAsset) again = fixture_load_asset(fixture, asset_id);
  g_assert_cmpint(again->state, ==, ASSET_STATE_PLAYABLE);
  g_assert_null(again->error_code);
  g_assert_cmpint(again->playable_us, ==, cancelled->playable_us);
  do_all(fixture, 4);
  g_assert_cmpint(state_of(fixture, asset_id), ==, ASSET_STATE_READY);
  g_assert_cmpint(fixture_number(fixture, "SELECT attempt FROM job WHERE kind = 'span' AND span_index = 0"), ==, 1);
  g_assert_cmpint(fixture_number(fixture, "SELECT attempt FROM job WHERE kind = 'poster'"), ==, 2);
}

/* After a failure, with the failures forgotten: it may fail once more without being given up. */
static void test_control_retry_after_failure(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_lesson(fixture, "a.mp4");
  g_autoptr(CatalogJob) probe = fixture_claim(fixture, "w1");
  g_assert_true(catalog_fail_job(fixture->catalog, probe, "w1", "not_media", "text", false, &error));
  g_assert_true(catalog_retry_asset(fixture->catalog, asset_id, &error));
  g_assert_cmpint(state_of(fixture, asset_id), ==, ASSET_STATE_QUEUED);
  g_autoptr(CatalogJob) again = fixture_claim(fixture, "w1");
  g_assert_cmpint(again->id, ==, probe->id);
  g_assert_cmpint(again->failures, ==, 0);
  g_assert_true(catalog_fail_job(fixture->catalog, again, "w1", "crashed", NULL, true, &error));
  g_assert_cmpint(state_of(fixture, asset_id), ==, ASSET_STATE_QUEUED);
}

static void test_control_retry_without_jobs(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_lesson(fixture, "a.mp4");
  g_assert_true(catalog_cancel_asset(fixture->catalog, asset_id, &error));
  fixture_run_sql(fixture, "DELETE FROM job");
  assert_conflict(catalog_retry_asset(fixture->catalog, asset_id, &error), &error);
  g_assert_cmpint(state_of(fixture, asset_id), ==, ASSET_STATE_FAILED);
}

#define ADD(name)                                                                                                  \
  g_test_add("/control/" #name, Fixture, NULL, fixture_set_up, test_control_##name, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD(unknown_asset);
  ADD(pause_and_resume);
  ADD(pause_all);
  ADD(cancel_and_retry);
  ADD(retry_after_failure);
  ADD(retry_without_jobs);
  return g_test_run();
}
