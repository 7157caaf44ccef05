/* What is stored: listed with length and checksum, measured, and checked. */
#include "catalog/integrity.h"
#include "catalog/stored_file.h"
#include "tests/unit/catalog/catalog_fixture.h"

#include <stdio.h>
#include <unistd.h>

static char *object_path(const Fixture *fixture, const char *key) {
  return g_build_filename(fixture->root, "objects", key, NULL);
}

static void overwrite(const Fixture *fixture, const char *key, const char *text) {
  g_autofree char *path = object_path(fixture, key);
  FILE *file = fopen(path, "r+");
  g_assert_nonnull(file);
  g_assert_cmpint(fputs(text, file), >=, 0);
  fclose(file);
}

static char *add_ready_lesson(const Fixture *fixture) {
  g_autoptr(GError) error = NULL;
  char *asset_id = fixture_add_planned_lesson(fixture, 2);
  for (CatalogJob *job = NULL; (job = fixture_claim(fixture, "w1")) != NULL; catalog_job_free(job)) {
    fixture_work(fixture, job, "w1", 2, &error);
    g_assert_no_error(error);
  }
  return asset_id;
}

/* --- the list --- */

static void assert_list_is_complete(const Fixture *fixture) {
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM (SELECT source_key AS k FROM asset WHERE k <> ''"
                                          " UNION SELECT poster_key FROM asset WHERE poster_key IS NOT NULL"
                                          " UNION SELECT blob_key FROM span UNION SELECT blob_key FROM caption"
                                          " UNION SELECT blob_key FROM storyboard_sheet"
                                          " EXCEPT SELECT blob_key FROM stored_file)"),
                  ==, 0);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM (SELECT blob_key FROM stored_file EXCEPT"
                                          " SELECT source_key AS k FROM asset WHERE k <> ''"
                                          " EXCEPT SELECT poster_key FROM asset WHERE poster_key IS NOT NULL"
                                          " EXCEPT SELECT blob_key FROM span EXCEPT SELECT blob_key FROM caption"
                                          " EXCEPT SELECT blob_key FROM storyboard_sheet)"),
                  ==, 0);
  g_assert_cmpint(fixture_number(fixture,
                                 "SELECT COUNT(*) FROM asset_usage WHERE source_bytes <> (SELECT"
                                 " COALESCE(SUM(size_bytes), 0) FROM stored_file AS f WHERE f.kind = 'source'"
                                 " AND f.asset_id = asset_usage.asset_id) OR derived_bytes <> (SELECT"
                                 " COALESCE(SUM(size_bytes), 0) FROM stored_file AS f WHERE f.kind <> 'source'"
                                 " AND f.asset_id = asset_usage.asset_id)"),
                  ==, 0);
}

static void test_stored_file_list(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *caption = g_build_filename(fixture->root, "lesson.zh-CN.vtt", NULL);
  g_assert_true(g_file_set_contents(caption, "WEBVTT\n\n00:00.000 --> 00:02.000\n你好\n", -1, NULL));
  g_autofree char *asset_id = add_ready_lesson(fixture);
  assert_list_is_complete(fixture);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM stored_file"), ==, 3 + 2 * 3);
  g_assert_cmpint(fixture_number(fixture, "SELECT source_bytes FROM asset_usage"), ==, 17);
  int64_t sealed = 0;
  g_autoptr(GError) error = NULL;
  g_assert_true(stored_files_seal(fixture->catalog, fixture->store, NULL, NULL, &sealed, NULL, &error));
  assert_list_is_complete(fixture);
  fixture_run_sql(fixture, "PRAGMA foreign_keys = ON; DELETE FROM track WHERE name = 'v360';"
                           "UPDATE asset SET poster_key = 'asset/x/poster-9.jpg'; DELETE FROM caption;");
  assert_list_is_complete(fixture);
  fixture_run_sql(fixture, "PRAGMA foreign_keys = ON; UPDATE asset SET source_key = '', poster_key = NULL;");
  assert_list_is_complete(fixture);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM stored_file"), ==, 2 * 2);
  fixture_run_sql(fixture, "PRAGMA foreign_keys = ON; DELETE FROM lesson; DELETE FROM asset;");
  assert_list_is_complete(fixture);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM asset_usage"), ==, 0);
}

static void test_stored_file_pages(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *asset_id = add_ready_lesson(fixture);
  g_autofree char *after = NULL;
  int count = 0;
  for (;;) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) files = NULL;
    g_assert_true(catalog_list_stored_files(fixture->catalog, after, 3, &files, &error));
    if (files->len == 0)
      break;
    for (guint i = 0; i < files->len; i++, count++) {
      const StoredFile *file = &g_array_index(files, StoredFile, i);
      g_assert_cmpint(g_strcmp0(after, file->key), <, 0);
      g_assert_cmpstr(file->asset_id, ==, asset_id);
      g_free(after);
      after = g_strdup(file->key);
    }
  }
  g_assert_cmpint(count, ==, 2 + 2 * 3);
}

/* --- checksums --- */

static bool publish_measured(const Fixture *fixture, const CatalogJob *job, int64_t size_bytes, GError **error) {
  CatalogPublication publication = fixture_publication(job, "v360", job->span_index);
  FileMeasure measure = {.size_bytes = size_bytes, .checksum = {1, 2, 3}};
  publication.measure = &measure;
  bool is_done = catalog_publish(fixture->catalog, job, "w1", &publication, 1, false, error);
  fixture_publication_clear(&publication);
  return is_done;
}

static void test_stored_file_at_publish(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 2);
  g_autoptr(CatalogJob) job = fixture_claim(fixture, "w1");
  g_assert_cmpint(job->kind, ==, JOB_KIND_SPAN);
  g_assert_false(publish_measured(fixture, job, 1001, &error)); /* its one segment has 1000 bytes */
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
  g_clear_error(&error);
  g_assert_true(publish_measured(fixture, job, 1000, &error));
  g_assert_no_error(error);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM stored_file WHERE size_bytes = 1000"
                                          " AND substr(checksum, 1, 4) = x'01020300'"),
                  ==, 1);
  g_assert_cmpint(fixture_number(fixture, "SELECT derived_bytes FROM asset_usage"), ==, 1000);
}

static bool stop(gpointer count) {
  return --*(int *)count < 0;
}

static void test_stored_file_seal(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = add_ready_lesson(fixture);
  g_autofree char *source = key_of_source(asset_id);
  g_autofree char *span = key_of_span(asset_id, "v360", 1, 1);
  g_autofree char *path = object_path(fixture, span);
  g_assert_cmpint(g_unlink(path), ==, 0);
  fixture_run_sql(fixture, "UPDATE stored_file SET size_bytes = 18 WHERE kind = 'source'");
  int64_t sealed = -1;
  int few = 3;
  g_assert_true(stored_files_seal(fixture->catalog, fixture->store, stop, &few, &sealed, NULL, &error));
  g_assert_cmpint(sealed, <, 3); /* it was stopped */
  int64_t before = sealed;
  g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
  g_assert_true(stored_files_seal(fixture->catalog, fixture->store, NULL, NULL, &sealed, warnings, &error));
  g_assert_cmpint(before + sealed, ==, 2 + 2 * 3 - 2);
  g_assert_cmpuint(warnings->len, ==, 2);
  g_assert_nonnull(strstr(warnings->pdata[0], span));
  g_assert_nonnull(strstr(warnings->pdata[1], source));
  fixture_run_sql(fixture, "UPDATE stored_file SET size_bytes = 17 WHERE kind = 'source'");
  g_assert_true(stored_files_seal(fixture->catalog, fixture->store, NULL, NULL, &sealed, NULL, &error));
  g_assert_cmpint(sealed, ==, 1);
  /* sha256sum of "picture and sound" */
  g_assert_cmpint(
      fixture_number(fixture,
                     "SELECT hex(checksum) = 'D4772220681C18FF8162873DF254F0356A249CBA15A669BC131B5FDF07863E71'"
                     " FROM stored_file WHERE kind = 'source'"),
      ==, 1);
}

/* --- the check --- */

typedef struct {
  int counts[INTEGRITY_UNLISTED + 1];
  char *subject; /* of the last finding */
  IntegrityTotals totals;
} Found;

static void on_finding(const IntegrityFinding *finding, gpointer user_data) {
  Found *found = user_data;
  found->counts[finding->kind]++;
  g_free(found->subject);
  found->subject = g_strdup(finding->subject);
}

static Found run_check(const Fixture *fixture, bool is_deep) {
  g_autoptr(GError) error = NULL;
  Found found = {0};
  IntegrityCheck check = {.is_deep = is_deep, .report = on_finding, .user_data = &found};
  g_assert_true(integrity_check(fixture->catalog, fixture->store, &check, &found.totals, &error));
  g_assert_no_error(error);
  return found;
}

/* One finding of that kind, about that file. */
static void assert_found(const Fixture *fixture, bool is_deep, IntegrityKind kind, const char *subject) {
  Found found = run_check(fixture, is_deep);
  for (int i = 0; i <= INTEGRITY_UNLISTED; i++)
    g_assert_cmpint(found.counts[i], ==, i == (int)kind);
  if (subject)
    g_assert_cmpstr(found.subject, ==, subject);
  g_assert_cmpint(found.totals.damage_count, ==, kind != INTEGRITY_UNLISTED);
  g_free(found.subject);
}

static void test_stored_file_integrity(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *asset_id = add_ready_lesson(fixture);
  g_autofree char *span = key_of_span(asset_id, "v360", 1, 1);
  g_autofree char *source = key_of_source(asset_id);
  g_autofree char *stray = key_of_span(asset_id, "v360", 1, 7);
  Found sound = run_check(fixture, true);
  g_assert_cmpint(sound.totals.damage_count, ==, 0);
  g_assert_cmpint(sound.totals.file_count, ==, 2 + 2 * 3);
  g_assert_cmpint(sound.totals.sealed_count, ==, 2 + 2 * 3); /* the fixture publishes without checksums */
  g_assert_cmpint(run_check(fixture, true).totals.sealed_count, ==, 0);

  overwrite(fixture, span, "SEGMENTS"); /* as long as before */
  g_assert_cmpint(run_check(fixture, false).totals.damage_count, ==, 0);
  assert_found(fixture, true, INTEGRITY_CONTENT, span);
  overwrite(fixture, span, "segments");
  g_assert_cmpint(run_check(fixture, true).totals.damage_count, ==, 0);

  overwrite(fixture, source, "picture and sound and more");
  assert_found(fixture, false, INTEGRITY_LENGTH, source);
  assert_found(fixture, true, INTEGRITY_LENGTH, source);
  g_autofree char *path = object_path(fixture, source);
  g_assert_cmpint(truncate(path, 17), ==, 0);

  g_assert_true(fixture_put(fixture, stray));
  assert_found(fixture, true, INTEGRITY_UNLISTED, stray);
  g_assert_true(blob_store_delete(fixture->store, stray, NULL));
  g_assert_true(blob_store_delete(fixture->store, span, NULL));
  assert_found(fixture, false, INTEGRITY_MISSING, span);
  assert_found(fixture, true, INTEGRITY_MISSING, span);
  g_assert_true(fixture_put(fixture, span));

  fixture_run_sql(fixture, "PRAGMA foreign_keys = OFF; UPDATE lesson SET course_id = 'nothing'");
  assert_found(fixture, false, INTEGRITY_FOREIGN_KEY, "lesson -> course");
}

/* A page of the file is overwritten: the check says so instead of failing. */
static void test_stored_file_damaged_database(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  for (int i = 0; i < 40; i++)
    g_free(fixture_add_lesson(fixture, "lesson.mp4"));
  int64_t page = fixture_number(fixture, "SELECT rootpage FROM sqlite_schema WHERE name = 'course_by_created'");
  fixture_close(fixture); /* the log is copied into the file */
  FILE *file = fopen(fixture->database, "r+");
  g_assert_cmpint(fseek(file, (long)(page - 1) * 4096 + 100, SEEK_SET), ==, 0);
  for (int i = 0; i < 3000; i++)
    fputc(0xa5, file);
  fclose(file);
  fixture_open(fixture);
  Found found = run_check(fixture, false);
  g_assert_cmpint(found.counts[INTEGRITY_DATABASE], >, 0);
  g_free(found.subject);
}

#define ADD(name)                                                                                                  \
  g_test_add("/stored_file/" #name, Fixture, NULL, fixture_set_up, test_stored_file_##name, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD(list);
  ADD(pages);
  ADD(at_publish);
  ADD(seal);
  ADD(integrity);
  ADD(damaged_database);
  return g_test_run();
}
