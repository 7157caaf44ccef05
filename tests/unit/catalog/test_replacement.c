#include "catalog/control.h"
#include "catalog/course.h"
#include "catalog/retired.h"
#include "catalog/sweep.h"
#include "tests/unit/catalog/catalog_fixture.h"

#include <unistd.h>

#define SPANS 3

static void do_one(const Fixture *fixture) {
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogJob) job = fixture_claim(fixture, "w1");
  g_assert_nonnull(job);
  fixture_work(fixture, job, "w1", SPANS, &error);
  g_assert_no_error(error);
}

static void do_all(const Fixture *fixture) {
  for (CatalogJob *job = NULL; (job = fixture_claim(fixture, "w1")) != NULL; catalog_job_free(job)) {
    g_autoptr(GError) error = NULL;
    fixture_work(fixture, job, "w1", SPANS, &error);
    g_assert_no_error(error);
  }
}

static void write_file(const Fixture *fixture, const char *name, const char *text) {
  g_autofree char *path = g_build_filename(fixture->root, name, NULL);
  g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* The new asset's id; NULL with `error`. */
static char *replace(const Fixture *fixture, const char *old_id, const char *name, GError **error) {
  write_file(fixture, name, "a better picture");
  g_autofree char *path = g_build_filename(fixture->root, name, NULL);
  IntakeRequest request = {.path = path, .title = "not used", .replaces_id = old_id};
  IntakeResult result = {0};
  if (!intake_file(fixture->catalog, fixture->store, &request, NULL, NULL, &result, NULL, error))
    return NULL;
  char *asset_id = g_steal_pointer(&result.asset_id);
  intake_result_clear(&result);
  return asset_id;
}

static char *replace_well(const Fixture *fixture, const char *old_id, const char *name) {
  g_autoptr(GError) error = NULL;
  char *asset_id = replace(fixture, old_id, name, &error);
  g_assert_no_error(error);
  return asset_id;
}

static void assert_lesson_plays(const Fixture *fixture, const char *asset_id) {
  g_autofree char *sql = g_strdup_printf("SELECT COUNT(*) FROM lesson WHERE asset_id = '%s'", asset_id);
  g_assert_cmpint(fixture_number(fixture, sql), ==, 1);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM lesson"), ==, 1);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM course"), ==, 1);
}

static AssetState state_of(const Fixture *fixture, const char *asset_id) {
  g_autoptr(CatalogAsset) asset = fixture_load_asset(fixture, asset_id);
  return asset->state;
}

static int64_t purge(const Fixture *fixture, int64_t before_us) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) asset_ids = NULL;
  catalog_purge_retired(fixture->catalog, before_us, &asset_ids, &error);
  g_assert_no_error(error);
  for (guint i = 0; i < asset_ids->len; i++) {
    sweep_asset(fixture->catalog, fixture->store, asset_ids->pdata[i], &error);
    g_assert_no_error(error);
  }
  return asset_ids->len;
}

static int64_t count_blobs(const Fixture *fixture, const char *asset_id) {
  g_autofree char *made = g_strdup_printf("asset/%s/", asset_id);
  g_autoptr(GPtrArray) keys = blob_store_list(fixture->store, made, NULL);
  g_autofree char *source = key_of_source(asset_id);
  int fd = blob_store_open(fixture->store, source, NULL, NULL);
  if (fd >= 0)
    close(fd);
  return (int64_t)keys->len + (fd >= 0);
}

/* At each step of the new one's making the lesson plays something whole. */
static void test_replacement_changes_over_when_ready(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *old_id = fixture_add_lesson_of(fixture, "lesson.mp4", "A");
  do_all(fixture);
  g_autofree char *new_id = replace_well(fixture, old_id, "better.mp4");
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM asset WHERE institution = 'A'"), ==, 2);
  while (state_of(fixture, new_id) != ASSET_STATE_READY) {
    assert_lesson_plays(fixture, old_id);
    g_assert_cmpint(state_of(fixture, old_id), ==, ASSET_STATE_READY);
    do_one(fixture);
  }
  assert_lesson_plays(fixture, new_id);
  g_autoptr(CatalogAsset) old = fixture_load_asset(fixture, old_id), new = fixture_load_asset(fixture, new_id);
  g_assert_cmpstr(old->replaced_by, ==, new_id);
  g_assert_cmpint(old->retired_us, >, 0);
  g_assert_cmpint(old->state, ==, ASSET_STATE_READY); /* its addresses go on working */
  g_assert_cmpstr(new->replaces_id, ==, old_id);
  g_assert_null(new->replaced_by);

  /* kept for a while, then gone with its files; the id still tells what came after it */
  g_assert_cmpint(count_blobs(fixture, old_id), >, 1);
  g_assert_cmpint(purge(fixture, old->retired_us - 1), ==, 0);
  g_assert_cmpint(count_blobs(fixture, old_id), >, 1);
  g_assert_cmpint(purge(fixture, old->retired_us), ==, 1);
  g_assert_cmpint(count_blobs(fixture, old_id), ==, 0);
  g_autoptr(CatalogAsset) purged = fixture_load_asset(fixture, old_id);
  g_assert_cmpstr(purged->replaced_by, ==, new_id);
  g_assert_cmpint(purged->state, ==, ASSET_STATE_FAILED);
  g_assert_cmpint(purge(fixture, INT64_MAX), ==, 0);
  g_assert_true(catalog_check(fixture->catalog, &error));
  g_assert_cmpint(count_blobs(fixture, new_id), >, 1);

  /* and the new one can be replaced in its turn, the old one not again */
  g_assert_null(replace(fixture, old_id, "late.mp4", &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT);
  g_autofree char *third = replace_well(fixture, new_id, "third.mp4");
  do_all(fixture);
  assert_lesson_plays(fixture, third);
}

static void test_replacement_failure_changes_nothing(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *old_id = fixture_add_lesson(fixture, "lesson.mp4");
  do_all(fixture);
  g_autofree char *bad_id = replace_well(fixture, old_id, "bad.mp4");
  g_assert_null(replace(fixture, old_id, "two.mp4", &error)); /* one at a time */
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT);
  g_assert_nonnull(strstr(error->message, bad_id));
  g_clear_error(&error);
  do_one(fixture); /* planned */
  do_one(fixture); /* first span */
  g_autoptr(CatalogJob) job = fixture_claim(fixture, "w1");
  g_assert_true(catalog_fail_job(fixture->catalog, job, "w1", "damaged", NULL, false, &error));
  assert_lesson_plays(fixture, old_id);
  g_autoptr(CatalogAsset) old = fixture_load_asset(fixture, old_id);
  g_assert_cmpint(old->state, ==, ASSET_STATE_READY);
  g_assert_null(old->replaced_by);
  g_assert_cmpint(old->retired_us, ==, 0);
  /* what is left of the failed one goes in time, and another may be tried at once */
  g_autofree char *good_id = replace_well(fixture, old_id, "good.mp4");
  g_assert_cmpint(purge(fixture, g_get_real_time()), ==, 1);
  g_assert_cmpint(count_blobs(fixture, bad_id), ==, 0);
  g_autoptr(CatalogAsset) bad = fixture_load_asset(fixture, bad_id);
  g_assert_cmpstr(bad->error_code, ==, "damaged");
  do_all(fixture);
  assert_lesson_plays(fixture, good_id);
}

/* What cannot be played need not be waited for: the new one comes in as soon as it can be played. */
static void test_replacement_of_what_failed(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *old_id = fixture_add_lesson(fixture, "text.mp4");
  g_autoptr(CatalogJob) probe = fixture_claim(fixture, "w1");
  g_assert_true(catalog_fail_job(fixture->catalog, probe, "w1", "not_media", NULL, false, &error));
  g_autofree char *new_id = replace_well(fixture, old_id, "video.mp4");
  do_one(fixture);
  do_one(fixture);
  assert_lesson_plays(fixture, old_id);
  do_one(fixture); /* sound: playable */
  g_assert_cmpint(state_of(fixture, new_id), ==, ASSET_STATE_PLAYABLE);
  assert_lesson_plays(fixture, new_id);
  do_all(fixture);
  g_assert_cmpint(state_of(fixture, new_id), ==, ASSET_STATE_READY);
}

/* One that grows is played until the new one is whole; then the rest of it is not made any more. */
static void test_replacement_of_what_grows(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *old_id = fixture_add_planned_lesson(fixture, SPANS);
  do_one(fixture);
  do_one(fixture);
  g_assert_cmpint(state_of(fixture, old_id), ==, ASSET_STATE_PLAYABLE);
  g_assert_true(catalog_pause_asset(fixture->catalog, old_id, &error));
  g_autofree char *new_id = replace_well(fixture, old_id, "video.mp4");
  do_all(fixture);
  assert_lesson_plays(fixture, new_id);
  g_autoptr(CatalogAsset) old = fixture_load_asset(fixture, old_id);
  g_assert_cmpint(old->state, ==, ASSET_STATE_FAILED);
  g_assert_cmpstr(old->error_code, ==, "replaced");
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM job WHERE state IN ('ready', 'running')"), ==, 0);
  int64_t playable_us = 0;
  g_assert_true(catalog_playable_us(fixture->catalog, old_id, &playable_us, &error));
  g_assert_cmpint(playable_us, >, 0);
}

static char *read_caption(const Fixture *fixture, const CatalogCaption *caption) {
  g_autoptr(GBytes) bytes = blob_store_read(fixture->store, caption->blob_key, 10000, NULL);
  g_assert_nonnull(bytes);
  return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static void test_replacement_takes_captions_over(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  write_file(fixture, "lesson.zh-CN.vtt", "WEBVTT\n\n00:00.000 --> 00:02.000\nold Chinese\n");
  write_file(fixture, "lesson.en.vtt", "WEBVTT\n\n00:00.000 --> 00:02.000\nold English\n");
  g_autofree char *old_id = fixture_add_lesson(fixture, "lesson.mp4");
  /* one that was found inside the old source is its own */
  g_autofree char *sql = g_strdup_printf(
      "INSERT INTO caption VALUES ('%s', 'fr', 'francais', 'asset/%s/captions/fr.1.vtt')", old_id, old_id);
  fixture_run_sql(fixture, sql);
  do_all(fixture);
  write_file(fixture, "better.zh-CN.vtt", "WEBVTT\n\n00:00.000 --> 00:02.000\nnew Chinese\n");
  g_autofree char *new_id = replace_well(fixture, old_id, "better.mp4");
  do_all(fixture);
  g_autoptr(GArray) captions = NULL;
  g_assert_true(catalog_load_captions(fixture->catalog, new_id, &captions, &error));
  g_assert_cmpuint(captions->len, ==, 2);
  const CatalogCaption *chinese = &g_array_index(captions, CatalogCaption, 0),
                       *english = &g_array_index(captions, CatalogCaption, 1);
  g_assert_cmpstr(chinese->language, ==, "zh-CN");
  g_assert_cmpstr(english->language, ==, "en");
  g_autofree char *chinese_text = read_caption(fixture, chinese);
  g_assert_nonnull(strstr(chinese_text, "new Chinese"));
  g_assert_cmpint(purge(fixture, INT64_MAX), ==, 1); /* they outlive the old asset */
  g_autofree char *english_text = read_caption(fixture, english);
  g_assert_nonnull(strstr(english_text, "old English"));
}

static void test_replacement_refused_leaves_nothing(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_assert_null(replace(fixture, "nothing", "a.mp4", &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
  g_autoptr(GPtrArray) keys = blob_store_list(fixture->store, "", NULL);
  g_assert_cmpuint(keys->len, ==, 0);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM asset"), ==, 0);
}

static void test_replacement_cancelled_and_retried(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *old_id = fixture_add_lesson(fixture, "lesson.mp4");
  do_all(fixture);
  g_autofree char *new_id = replace_well(fixture, old_id, "better.mp4");
  do_one(fixture);
  g_assert_true(catalog_cancel_asset(fixture->catalog, new_id, &error));
  assert_lesson_plays(fixture, old_id);
  g_assert_true(catalog_retry_asset(fixture->catalog, new_id, &error));
  do_all(fixture);
  assert_lesson_plays(fixture, new_id);
}

#define ADD(name)                                                                                                  \
  g_test_add("/replacement/" #name, Fixture, NULL, fixture_set_up, test_replacement_##name, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD(changes_over_when_ready);
  ADD(failure_changes_nothing);
  ADD(of_what_failed);
  ADD(of_what_grows);
  ADD(takes_captions_over);
  ADD(refused_leaves_nothing);
  ADD(cancelled_and_retried);
  return g_test_run();
}
