/* Backup and restore on real files: what comes back is what was there, and damage is told. */
#include "catalog/backup.h"
#include "catalog/backup_manifest.h"
#include "catalog/integrity.h"
#include "catalog/store_lock.h"
#include "catalog/sweep.h"
#include "tests/unit/catalog/catalog_fixture.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  Fixture fixture;
  char *work; /* holds backup and restored folder */
  char *destination, *restored;
  int problems[BACKUP_PROBLEM_FAILED + 1];
  char *problem_key;
} Trial;

static void on_problem(BackupProblem problem, const char *key, const char *message, gpointer user_data) {
  Trial *trial = user_data;
  g_assert_nonnull(message);
  trial->problems[problem]++;
  g_free(trial->problem_key);
  trial->problem_key = g_strdup(key);
}

static void set_up(Trial *trial, gconstpointer unused) {
  (void)unused;
  fixture_init(&trial->fixture);
  fixture_open(&trial->fixture);
  trial->work = g_dir_make_tmp("kapok-backup-XXXXXX", NULL);
  trial->destination = g_build_filename(trial->work, "backup", NULL);
  trial->restored = g_build_filename(trial->work, "restored", NULL);
}

static void tear_down(Trial *trial, gconstpointer unused) {
  (void)unused;
  fixture_clear(&trial->fixture);
  g_assert_true(path_remove_tree(trial->work, NULL));
  g_free(trial->work);
  g_free(trial->destination);
  g_free(trial->restored);
  g_free(trial->problem_key);
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

static BackupResult back_up_with(Trial *trial, int keep, bool is_copy, bool is_verified) {
  g_autoptr(GError) error = NULL;
  BackupRequest request = {.destination = trial->destination,
                           .keep = keep,
                           .is_copy = is_copy,
                           .is_verified = is_verified,
                           .watcher = {.problem = on_problem, .user_data = trial}};
  BackupResult result = {0};
  backup_run(trial->fixture.catalog, trial->fixture.store, &request, &result, &error);
  g_assert_no_error(error);
  return result;
}

static BackupResult back_up(Trial *trial) {
  return back_up_with(trial, 7, false, false);
}

static RestoreResult restore(Trial *trial, const char *snapshot) {
  g_autoptr(GError) error = NULL;
  BackupWatcher watcher = {.problem = on_problem, .user_data = trial};
  RestoreResult result = {0};
  backup_restore(trial->destination, snapshot, trial->restored, &watcher, &result, &error);
  g_assert_no_error(error);
  return result;
}

static void fail_restore(Trial *trial, CatalogError code) {
  g_autoptr(GError) error = NULL;
  BackupWatcher watcher = {.problem = on_problem, .user_data = trial};
  RestoreResult result = {0};
  g_assert_false(backup_restore(trial->destination, NULL, trial->restored, &watcher, &result, &error));
  g_assert_error(error, CATALOG_ERROR, (gint)code);
}

static void count_finding(const IntegrityFinding *finding, gpointer user_data) {
  g_test_message("finding %d: %s", (int)finding->kind, finding->subject);
  ++*(int *)user_data;
}

/* Deep check of the restored folder: number of findings; and it has that many lessons. */
static int check_restored(const Trial *trial, int64_t lessons) {
  Fixture restored = {.root = trial->restored,
                      .database = g_build_filename(trial->restored, "catalog.sqlite3", NULL)};
  g_autoptr(GError) error = NULL;
  int findings = 0;
  IntegrityCheck check = {.is_deep = true, .report = count_finding, .user_data = &findings};
  IntegrityTotals totals = {0};
  fixture_open(&restored);
  g_assert_true(integrity_check(restored.catalog, restored.store, &check, &totals, &error));
  g_assert_cmpint(fixture_number(&restored, "SELECT COUNT(*) FROM lesson"), ==, lessons);
  g_assert_cmpint(totals.sealed_count, ==, 0); /* the backup knew every checksum */
  fixture_close(&restored);
  g_free(restored.database);
  return findings;
}

static char *pool_path(const Trial *trial, const char *key) {
  return g_build_filename(trial->destination, "objects", key, NULL);
}

static void test_backup_round_trip(Trial *trial, gconstpointer unused) {
  (void)unused;
  g_autofree char *asset_id = add_ready_lesson(&trial->fixture);
  g_autofree char *growing = fixture_add_planned_lesson(&trial->fixture, 3);
  BackupResult result = back_up(trial);
  g_assert_cmpint(result.file_count, ==, 2 + 2 * 3 + 1);
  g_assert_cmpint(result.new_count, ==, result.file_count);
  g_assert_cmpint(result.problem_count, ==, 0);
  RestoreResult restored = restore(trial, NULL);
  g_assert_cmpstr(restored.snapshot, ==, result.snapshot);
  g_assert_cmpint(restored.file_count, ==, result.file_count);
  g_assert_cmpint(restored.file_bytes, ==, result.file_bytes);
  g_assert_cmpint(check_restored(trial, 2), ==, 0);
  fail_restore(trial, CATALOG_ERROR_CONFLICT); /* never over a catalog */
  g_autofree char *line = g_strdup_printf("cd '%s' && sha256sum --quiet --strict -c snapshots/%s/SHA256SUMS",
                                          trial->destination, result.snapshot);
  g_autofree char *command = g_strdup_printf("sh -c \"%s\"", line);
  int status = -1;
  g_assert_true(g_spawn_command_line_sync(command, NULL, NULL, &status, NULL));
  g_assert_cmpint(status, ==, 0);
}

static void test_backup_incremental(Trial *trial, gconstpointer unused) {
  (void)unused;
  g_autofree char *first = add_ready_lesson(&trial->fixture);
  BackupResult before = back_up(trial);
  g_autofree char *second = add_ready_lesson(&trial->fixture);
  BackupResult after = back_up(trial);
  g_assert_cmpint(after.new_count, ==, 2 + 2 * 3);
  g_assert_cmpint(after.file_count, ==, 2 * (2 + 2 * 3));
  g_assert_cmpstr(after.snapshot, !=, before.snapshot);
  g_assert_cmpint(back_up(trial).new_count, ==, 0);
  restore(trial, before.snapshot);
  g_assert_cmpint(check_restored(trial, 1), ==, 0);
  g_assert_true(path_remove_tree(trial->restored, NULL));
  restore(trial, NULL);
  g_assert_cmpint(check_restored(trial, 2), ==, 0);
}

static void test_backup_keep(Trial *trial, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) names = NULL;
  g_autofree char *first = add_ready_lesson(&trial->fixture);
  g_autofree char *source = key_of_source(first);
  g_autofree char *path = pool_path(trial, source);
  back_up(trial);
  fixture_run_sql(&trial->fixture, "UPDATE asset SET source_key = ''");
  BackupResult second = back_up_with(trial, 2, false, false);
  g_assert_cmpint(second.removed_files, ==, 0);
  g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS)); /* the first snapshot has it */
  BackupResult third = back_up_with(trial, 2, false, false);
  g_assert_cmpint(third.removed_snapshots, ==, 1);
  g_assert_cmpint(third.removed_files, ==, 1);
  g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
  g_assert_true(backup_list_snapshots(trial->destination, &names, &error));
  g_assert_cmpuint(names->len, ==, 2);
  g_assert_cmpstr(names->pdata[0], ==, second.snapshot);
  restore(trial, NULL);
  g_assert_cmpint(check_restored(trial, 1), ==, 0);
}

static void test_backup_links(Trial *trial, gconstpointer unused) {
  (void)unused;
  g_autofree char *asset_id = add_ready_lesson(&trial->fixture);
  g_autofree char *source = key_of_source(asset_id);
  g_autofree char *original = g_build_filename(trial->fixture.root, "objects", source, NULL);
  g_autofree char *path = pool_path(trial, source);
  struct stat there, here;
  BackupResult result = back_up_with(trial, 7, true, false);
  g_assert_cmpint(result.linked_count, ==, 0);
  g_assert_cmpint(stat(original, &here), ==, 0);
  g_assert_cmpint(stat(path, &there), ==, 0);
  g_assert_true(here.st_ino != there.st_ino);
  g_assert_true(path_remove_tree(trial->destination, NULL));
  result = back_up(trial);
  g_assert_cmpint(result.linked_count, ==, result.new_count); /* both lie in the folder for temporary files */
  g_assert_cmpint(stat(original, &here), ==, 0);
  g_assert_cmpint(stat(path, &there), ==, 0);
  g_assert_true(here.st_ino == there.st_ino || here.st_nlink == 1); /* hard link or reflink */
  restore(trial, NULL);
  g_assert_cmpint(check_restored(trial, 1), ==, 0);
}

static void overwrite(const char *path, const char *text) {
  FILE *file = fopen(path, "r+");
  g_assert_nonnull(file);
  fputs(text, file);
  fclose(file);
}

/* What is damaged in use does not come into the backup as if it were good. */
static void test_backup_of_damage(Trial *trial, gconstpointer unused) {
  (void)unused;
  g_autofree char *asset_id = add_ready_lesson(&trial->fixture);
  g_autofree char *span = key_of_span(asset_id, "v360", 1, 1);
  g_autofree char *other = key_of_span(asset_id, "v720", 1, 1);
  g_autofree char *path = g_build_filename(trial->fixture.root, "objects", span, NULL);
  int findings = 0;
  IntegrityCheck check = {.is_deep = true, .report = count_finding, .user_data = &findings};
  IntegrityTotals totals = {0};
  g_assert_true(integrity_check(trial->fixture.catalog, trial->fixture.store, &check, &totals, NULL));
  overwrite(path, "SEGMENTS");
  g_assert_true(blob_store_delete(trial->fixture.store, other, NULL));
  BackupResult result = back_up_with(trial, 7, true, false);
  g_assert_cmpint(result.problem_count, ==, 2);
  g_assert_cmpint(trial->problems[BACKUP_PROBLEM_DAMAGED], ==, 1);
  g_assert_cmpint(trial->problems[BACKUP_PROBLEM_MISSING], ==, 1);
  g_assert_cmpint(result.file_count, ==, 2 + 2 * 3 - 2);
  overwrite(path, "segments"); /* mended: the next backup has it */
  g_assert_true(fixture_put(&trial->fixture, other));
  result = back_up_with(trial, 7, true, false);
  g_assert_cmpint(result.new_count, ==, 2);
  g_assert_cmpint(result.problem_count, ==, 0);
  restore(trial, NULL);
  g_assert_cmpint(check_restored(trial, 1), ==, 0);
}

static void test_backup_damaged_itself(Trial *trial, gconstpointer unused) {
  (void)unused;
  g_autofree char *asset_id = add_ready_lesson(&trial->fixture);
  g_autofree char *span = key_of_span(asset_id, "v360", 1, 1);
  g_autofree char *source = key_of_source(asset_id);
  g_autofree char *path = pool_path(trial, span);
  g_autofree char *source_path = pool_path(trial, source);
  BackupResult result = back_up_with(trial, 7, true, false);
  overwrite(path, "SEGMENTS");
  g_assert_cmpint(g_unlink(source_path), ==, 0);
  RestoreResult restored = restore(trial, NULL);
  g_assert_cmpint(restored.problem_count, ==, 2);
  g_assert_cmpint(trial->problems[BACKUP_PROBLEM_DAMAGED], ==, 1);
  g_assert_cmpint(trial->problems[BACKUP_PROBLEM_MISSING], ==, 1);
  g_assert_cmpint(check_restored(trial, 1), ==, 2);
  g_assert_true(path_remove_tree(trial->restored, NULL));

  /* the next backup brings what is missing, and with verification also what is damaged */
  BackupResult again = back_up_with(trial, 7, true, true);
  g_assert_cmpint(again.new_count, ==, 1);
  g_assert_cmpint(again.problem_count, ==, 1);
  again = back_up_with(trial, 7, true, true);
  g_assert_cmpint(again.new_count, ==, 1);
  g_assert_cmpint(again.problem_count, ==, 0);

  g_autofree char *manifest = g_build_filename(trial->destination, "snapshots", again.snapshot, "SHA256SUMS", NULL);
  g_autofree char *text = NULL;
  gsize size = 0;
  g_assert_true(g_file_get_contents(manifest, &text, &size, NULL));
  g_assert_true(g_file_set_contents(manifest, text, (gssize)size - 90, NULL));
  fail_restore(trial, CATALOG_ERROR_DAMAGED); /* cut off */
  g_assert_true(g_file_set_contents(manifest, text, (gssize)size, NULL));
  g_autofree char *catalog =
      g_build_filename(trial->destination, "snapshots", again.snapshot, "catalog.sqlite3", NULL);
  overwrite(catalog, "SQLite format 4");
  fail_restore(trial, CATALOG_ERROR_DAMAGED);
  g_assert_false(g_file_test(trial->restored, G_FILE_TEST_EXISTS));
  (void)result;
}

static bool stop_late(BackupStep step, int64_t done, int64_t total, int64_t done_bytes, int64_t total_bytes,
                      gpointer user_data) {
  (void)total;
  (void)done_bytes;
  (void)total_bytes;
  (void)user_data;
  return step == BACKUP_STEP_FILES && done >= 4;
}

/* Cut off, both ways: what was there stays, and the next run goes on. */
static void test_backup_stopped(Trial *trial, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) names = NULL;
  g_autofree char *asset_id = add_ready_lesson(&trial->fixture);
  BackupWatcher watcher = {.problem = on_problem, .progress = stop_late, .user_data = trial};
  BackupRequest request = {.destination = trial->destination, .keep = 1, .watcher = watcher};
  BackupResult result = {0};
  g_assert_false(backup_run(trial->fixture.catalog, trial->fixture.store, &request, &result, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_IO);
  g_clear_error(&error);
  g_assert_true(backup_list_snapshots(trial->destination, &names, &error));
  g_assert_cmpuint(names->len, ==, 0);
  fail_restore(trial, CATALOG_ERROR_NOT_FOUND);
  g_assert_cmpint(back_up(trial).new_count, ==, 2 + 2 * 3 - 4);
  RestoreResult restored = {0};
  g_assert_false(backup_restore(trial->destination, NULL, trial->restored, &watcher, &restored, &error));
  g_clear_error(&error);
  restore(trial, NULL);
  g_assert_cmpint(check_restored(trial, 1), ==, 0);
}

/* While a backup holds the files nothing is swept; and only one backup holds them. */
static void test_backup_holds_files(Trial *trial, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *stray = key_of_source("0123456789abc");
  int64_t removed = -1;
  g_assert_true(fixture_put(&trial->fixture, stray));
  int held = store_lock_hold(trial->fixture.store, &error);
  g_assert_cmpint(held, >=, 0);
  g_assert_true(sweep_run(trial->fixture.catalog, trial->fixture.store, 0, &removed, &error));
  g_assert_cmpint(removed, ==, 0);
  g_assert_cmpint(store_lock_use(trial->fixture.store), ==, -1);
  close(held);
  int uses[] = {store_lock_use(trial->fixture.store), store_lock_use(trial->fixture.store)};
  g_assert_true(uses[0] >= 0 && uses[1] >= 0);
  close(uses[0]);
  close(uses[1]);
  g_assert_true(sweep_run(trial->fixture.catalog, trial->fixture.store, 0, &removed, &error));
  g_assert_cmpint(removed, ==, 1);
}

static void test_backup_refuses_places(Trial *trial, gconstpointer unused) {
  (void)unused;
  g_autofree char *inside = g_build_filename(trial->fixture.root, "backup", NULL);
  g_autofree char *around = g_path_get_dirname(trial->fixture.root);
  const char *places[] = {inside, trial->fixture.root, around};
  for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
    g_autoptr(GError) error = NULL;
    BackupRequest request = {.destination = places[i], .keep = 1, .watcher = {.problem = on_problem}};
    BackupResult result = {0};
    g_assert_false(backup_run(trial->fixture.catalog, trial->fixture.store, &request, &result, &error));
    g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
  }
  fail_restore(trial, CATALOG_ERROR_NOT_FOUND);
}

static void test_backup_manifest_lines(Trial *trial, gconstpointer unused) {
  (void)trial;
  (void)unused;
#define HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1F"
  const struct {
    const char *line;
    const char *key; /* NULL: refused; "": the catalog */
  } cases[] = {
      {HEX "  objects/source/abc", "source/abc"},
      {HEX "  snapshots/20260101T000000Z/catalog.sqlite3", ""},
      {HEX "  snapshots/20250101T000000Z/catalog.sqlite3", NULL},
      {HEX "  objects/../../etc/passwd", NULL},
      {HEX "  objects/", NULL},
      {HEX "  /objects/source/abc", NULL},
      {HEX " objects/source/abc", NULL},
      {HEX " *objects/source/abc", NULL},
      {"g" HEX "  objects/source/abc", NULL},
      {HEX, NULL},
      {HEX "  ", NULL},
      {"", NULL},
  };
#undef HEX
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_auto(BackupEntry) entry = {0};
    bool is_read = backup_manifest_parse_line(cases[i].line, "20260101T000000Z", &entry, &error);
    g_assert_true(is_read == (cases[i].key != NULL) && is_read == !error);
    if (!is_read)
      continue;
    g_assert_cmpstr(entry.key ? entry.key : "", ==, cases[i].key);
    g_assert_true(entry.is_catalog == !entry.key);
    g_assert_cmpint(entry.checksum[31], ==, 0x1f);
  }
}

#define ADD(name) g_test_add("/backup/" #name, Trial, NULL, set_up, test_backup_##name, tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD(round_trip);
  ADD(incremental);
  ADD(keep);
  ADD(links);
  ADD(of_damage);
  ADD(damaged_itself);
  ADD(stopped);
  ADD(holds_files);
  ADD(refuses_places);
  ADD(manifest_lines);
  return g_test_run();
}
