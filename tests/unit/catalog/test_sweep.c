#include "catalog/owner.h"
#include "catalog/sweep.h"
#include "tests/unit/catalog/catalog_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static bool exists(const Fixture *fixture, const char *key) {
  int fd = blob_store_open(fixture->store, key, NULL, NULL);
  if (fd >= 0)
    close(fd);
  return fd >= 0;
}

static int64_t sweep(const Fixture *fixture, int64_t grace_us) {
  g_autoptr(GError) error = NULL;
  int64_t removed = -1;
  sweep_run(fixture->catalog, fixture->store, grace_us, &removed, &error);
  g_assert_no_error(error);
  return removed;
}

/* A lesson that is ready; returns its id. */
static char *add_ready_lesson(const Fixture *fixture) {
  g_autoptr(GError) error = NULL;
  char *asset_id = fixture_add_planned_lesson(fixture, 2);
  for (CatalogJob *job = NULL; (job = fixture_claim(fixture, "w1")) != NULL; catalog_job_free(job)) {
    fixture_work(fixture, job, "w1", 2, &error);
    g_assert_no_error(error);
  }
  return asset_id;
}

static void assert_all_listed_stay(const Fixture *fixture, const char *asset_id) {
  g_autoptr(GHashTable) keys = NULL;
  g_assert_true(catalog_load_blob_keys(fixture->catalog, asset_id, &keys, NULL));
  g_assert_cmpuint(g_hash_table_size(keys), ==, 2 + 2 * 3); /* source, poster, two spans of three tracks */
  GHashTableIter iter;
  gpointer key = NULL;
  g_hash_table_iter_init(&iter, keys);
  while (g_hash_table_iter_next(&iter, &key, NULL))
    g_assert_true(exists(fixture, key));
}

static void test_sweep_orphans(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *asset_id = add_ready_lesson(fixture);
  g_autofree char *late_span = key_of_span(asset_id, "v360", 1, 7);
  g_autofree char *lost_source = key_of_source("0123456789abc");
  g_autofree char *lost_caption = key_of_caption("0123456789abc", "zh-CN");
  const char *foreign[] = {"other/thing", "source/NOT-AN-ID", "asset/loose"};
  for (size_t i = 0; i < G_N_ELEMENTS(foreign); i++)
    g_assert_true(fixture_put(fixture, foreign[i]));
  g_assert_true(fixture_put(fixture, late_span) && fixture_put(fixture, lost_source) &&
                fixture_put(fixture, lost_caption));
  g_assert_cmpint(sweep(fixture, G_TIME_SPAN_HOUR), ==, 0); /* too young */
  g_assert_true(exists(fixture, lost_source));
  g_assert_cmpint(sweep(fixture, 0), ==, 3);
  g_assert_false(exists(fixture, late_span) || exists(fixture, lost_source) || exists(fixture, lost_caption));
  for (size_t i = 0; i < G_N_ELEMENTS(foreign); i++)
    g_assert_true(exists(fixture, foreign[i]));
  assert_all_listed_stay(fixture, asset_id);
  g_assert_cmpint(sweep(fixture, 0), ==, 0);
}

static void test_sweep_leaves_live_jobs(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 2);
  g_autofree char *owner = owner_of_this_process();
  g_autoptr(CatalogJob) job = fixture_claim(fixture, owner);
  g_autofree char *on_its_way = key_of_span(asset_id, "v360", 0, job->attempt);
  g_assert_true(fixture_put(fixture, on_its_way));
  g_assert_cmpint(sweep(fixture, 0), ==, 0);
  g_assert_true(sweep_asset(fixture->catalog, fixture->store, asset_id, &error));
  g_assert_true(exists(fixture, on_its_way));
  g_assert_true(catalog_release_job(fixture->catalog, job, owner, &error));
  g_assert_true(sweep_asset(fixture->catalog, fixture->store, asset_id, &error));
  g_assert_false(exists(fixture, on_its_way));
}

static void test_sweep_unknown_asset(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *key = key_of_caption("0123456789abc", "zh-CN");
  g_assert_true(fixture_put(fixture, key));
  g_assert_false(sweep_asset(fixture->catalog, fixture->store, "0123456789abc", &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
  g_assert_true(exists(fixture, key));
}

static void test_sweep_work_folders(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *mine = blob_store_make_work_dir(fixture->store, "span-1-1", NULL);
  g_autofree char *inner = g_build_filename(mine, "part.m4s", NULL);
  g_assert_true(g_file_set_contents(inner, "x", 1, NULL));
  pid_t child = fork();
  if (child == 0)
    _exit(0);
  g_assert_cmpint(waitpid(child, NULL, 0), ==, child); /* now the id is of nobody */
  const char *root = blob_store_work_root(fixture->store);
  g_autofree char *dead = g_strdup_printf("%s/span-1-2-%d-Ab1Cd2", root, (int)child);
  g_autofree char *dead_inner = g_build_filename(dead, "part.m4s", NULL);
  char program[] = "sleep", seconds[] = "60";
  char *sleep_argv[] = {program, seconds, NULL};
  GPid stranger = 0;
  g_assert_true(g_spawn_async(NULL, sleep_argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                              &stranger, NULL));
  g_autofree char *foreign = g_strdup_printf("%s/put-%d-Ab1Cd2", root, (int)stranger); /* no program of ours */
  g_autofree char *odd = g_strdup_printf("%s/odd", root);
  g_assert_cmpint(g_mkdir(dead, 0700), ==, 0);
  g_assert_true(g_file_set_contents(dead_inner, "x", 1, NULL) && g_file_set_contents(odd, "x", 1, NULL) &&
                g_file_set_contents(foreign, "x", 1, NULL));
  g_assert_cmpint(sweep(fixture, G_TIME_SPAN_HOUR), ==, 3);
  kill(stranger, SIGKILL);
  g_assert_cmpint(waitpid(stranger, NULL, 0), ==, stranger);
  g_assert_true(g_file_test(inner, G_FILE_TEST_EXISTS));
  g_assert_false(g_file_test(dead, G_FILE_TEST_EXISTS) || g_file_test(odd, G_FILE_TEST_EXISTS) ||
                 g_file_test(foreign, G_FILE_TEST_EXISTS));
}

/* A folder older than the process that now has the id in its name was another process's. */
static void test_sweep_reused_process_id(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *old = blob_store_make_work_dir(fixture->store, "span-1-1", NULL);
  const struct timespec times[2] = {{.tv_sec = 1600000000}, {.tv_sec = 1600000000}};
  g_assert_cmpint(utimensat(AT_FDCWD, old, times, 0), ==, 0);
  g_assert_cmpint(sweep(fixture, 0), ==, 1);
  g_assert_false(g_file_test(old, G_FILE_TEST_EXISTS));
}

static void test_owner_this_process(void) {
  g_autofree char *owner = owner_of_this_process();
  g_assert_true(owner_is_alive(owner, NULL));
  g_auto(GStrv) parts = g_strsplit(owner, "/", -1);
  g_assert_cmpuint(g_strv_length(parts), ==, 3);
  g_autofree char *restarted = g_strdup_printf("%s/%s/%s1", parts[0], parts[1], parts[2]);
  g_assert_false(owner_is_alive(restarted, NULL)); /* the id was used again */
  g_autofree char *elsewhere = g_strdup_printf("otherone-1/%s/1", parts[1]);
  g_assert_true(owner_is_alive(elsewhere, NULL));
  const char *unknown[] = {"", "w1", "a/b", "a/b/c", "//", "a/1/2/3"};
  for (size_t i = 0; i < G_N_ELEMENTS(unknown); i++)
    g_assert_true(owner_is_alive(unknown[i], NULL));
}

static void test_owner_of_killed_process(void) {
  int pipe_fds[2];
  g_assert_cmpint(pipe(pipe_fds), ==, 0);
  pid_t child = fork();
  if (child == 0) {
    g_autofree char *owner = owner_of_this_process();
    ssize_t size = write(pipe_fds[1], owner, strlen(owner));
    pause();
    _exit(size > 0 ? 0 : 1);
  }
  char owner[128] = {0};
  g_assert_cmpint(read(pipe_fds[0], owner, sizeof owner - 1), >, 0);
  g_assert_true(owner_is_alive(owner, NULL));
  kill(child, SIGKILL);
  siginfo_t info;
  g_assert_cmpint(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), ==, 0);
  g_assert_false(owner_is_alive(owner, NULL)); /* dead, though its parent has not collected it */
  g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
  g_assert_false(owner_is_alive(owner, NULL));
  close(pipe_fds[0]);
  close(pipe_fds[1]);
}

/* --- kapok gc --- */

static void note_key(const char *key, int64_t size_bytes, gpointer user_data) {
  g_assert_cmpint(size_bytes, >, 0);
  g_ptr_array_add(user_data, g_strdup(key));
}

static SweepTotals collect(const Fixture *fixture, int64_t grace_us, bool is_dry_run, guint expected) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
  SweepRequest request = {.grace_us = grace_us, .is_dry_run = is_dry_run, .found = note_key, .user_data = keys};
  SweepTotals totals = {0};
  sweep_collect(fixture->catalog, fixture->store, &request, &totals, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(keys->len, ==, expected);
  g_assert_cmpint(totals.file_count, ==, expected);
  return totals;
}

static void test_sweep_collect_strays(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *asset_id = add_ready_lesson(fixture);
  g_autofree char *stray = key_of_span(asset_id, "v360", 1, 7);
  g_assert_true(fixture_put(fixture, stray));
  g_assert_cmpint(collect(fixture, G_TIME_SPAN_DAY, false, 0).young_count, ==, 1);
  g_assert_cmpint(collect(fixture, 0, true, 1).file_bytes, ==, 8);
  g_assert_true(exists(fixture, stray));
  collect(fixture, 0, false, 1);
  g_assert_false(exists(fixture, stray));
  assert_all_listed_stay(fixture, asset_id);
}

static void test_sweep_collect_orphans(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *kept = add_ready_lesson(fixture);
  g_autofree char *gone = add_ready_lesson(fixture);
  g_autofree char *source = key_of_source(gone);
  g_autofree char *sql =
      g_strdup_printf("PRAGMA foreign_keys = ON; DELETE FROM lesson WHERE asset_id = '%s'", gone);
  fixture_run_sql(fixture, sql);
  g_assert_cmpint(collect(fixture, G_TIME_SPAN_HOUR, false, 0).asset_count, ==, 0); /* within the grace */
  g_assert_cmpint(collect(fixture, 0, true, 2 + 2 * 3).asset_count, ==, 1);
  g_assert_true(exists(fixture, source));
  g_assert_cmpint(collect(fixture, 0, false, 2 + 2 * 3).asset_count, ==, 1);
  g_assert_false(exists(fixture, source));
  assert_all_listed_stay(fixture, kept);
  g_autoptr(CatalogAsset) asset = fixture_load_asset(fixture, gone);
  g_assert_cmpstr(asset->error_code, ==, "removed");
  collect(fixture, 0, false, 0); /* and that is all */
}

/* A lesson that comes back in time keeps its media. */
static void test_sweep_collect_returns(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *asset_id = add_ready_lesson(fixture);
  fixture_run_sql(fixture, "PRAGMA foreign_keys = ON; CREATE TABLE kept AS SELECT * FROM lesson;"
                           "DELETE FROM lesson; INSERT INTO lesson SELECT * FROM kept; DROP TABLE kept;");
  g_assert_cmpint(collect(fixture, 0, false, 0).asset_count, ==, 0);
  assert_all_listed_stay(fixture, asset_id);
}

#define ADD(name) g_test_add("/sweep/" #name, Fixture, NULL, fixture_set_up, test_sweep_##name, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/owner/this_process", test_owner_this_process);
  g_test_add_func("/owner/of_killed_process", test_owner_of_killed_process);
  ADD(orphans);
  ADD(leaves_live_jobs);
  ADD(unknown_asset);
  ADD(work_folders);
  ADD(reused_process_id);
  ADD(collect_strays);
  ADD(collect_orphans);
  ADD(collect_returns);
  return g_test_run();
}
