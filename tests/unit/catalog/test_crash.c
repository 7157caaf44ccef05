/* Processes at work are killed at random points; after each the catalog and the store must fit together, and at the end
 * all work gets done. */
#include "catalog/keys.h"
#include "catalog/owner.h"
#include "catalog/sweep.h"
#include "tests/unit/catalog/catalog_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 60
#define TIME_LIMIT_US (10 * G_TIME_SPAN_SECOND)
#define WORKERS 2
#define LESSONS_MAX 40
#define SPANS 4
#define LIFE_MAX_US (60 * G_TIME_SPAN_MILLISECOND)

typedef struct {
  Fixture fixture;
  char *log_path; /* ids of jobs that were ended, a line each */
} Trial;

static void log_end(const Trial *trial, int64_t job_id) {
  int fd = open(trial->log_path, O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600);
  g_autofree char *line = g_strdup_printf("%" G_GINT64_FORMAT "\n", job_id);
  g_assert_cmpint(write(fd, line, strlen(line)), ==, (ssize_t)strlen(line));
  close(fd);
}

/* Ends the program with a message: in a child an assertion's abort would look like our kill. */
static void check(const GError *error, const char *action) {
  if (!error || g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_FENCED))
    return;
  g_printerr("%s: %s\n", action, error->message);
  _exit(7);
}

static void work_once(const Trial *trial, const char *owner, GRand *random) {
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogJob) job = fixture_claim(&trial->fixture, owner);
  if (!job)
    return;
  if (g_rand_int_range(random, 0, 10) == 0) {
    catalog_release_job(trial->fixture.catalog, job, owner, &error);
    check(error, "release");
    return;
  }
  catalog_renew_job(trial->fixture.catalog, job, owner, g_rand_double(random), INT64_MAX, &error);
  check(error, "renew");
  g_autofree char *work_dir = error ? NULL : blob_store_make_work_dir(trial->fixture.store, "job", NULL);
  if (work_dir && fixture_work(&trial->fixture, job, owner, SPANS, &error))
    log_end(trial, job->id);
  check(error, "work");
  if (work_dir)
    path_remove_tree(work_dir, NULL);
}

static void live(Trial *trial, guint32 seed) {
  g_autoptr(GRand) random = g_rand_new_with_seed(seed);
  fixture_open(&trial->fixture);
  g_autofree char *owner = owner_of_this_process();
  for (;;) {
    int64_t lessons = fixture_number(&trial->fixture, "SELECT COUNT(*) FROM asset");
    if (lessons < LESSONS_MAX && g_rand_int_range(random, 0, 8) == 0) {
      g_autofree char *name = g_strdup_printf("lesson %d.mp4", (int)getpid());
      g_free(fixture_add_lesson(&trial->fixture, name));
    }
    work_once(trial, owner, random);
  }
}

static void kill_at_work(Trial *trial, GRand *random) {
  pid_t children[WORKERS];
  for (int i = 0; i < WORKERS; i++) {
    guint32 seed = g_rand_int(random);
    children[i] = fork();
    if (children[i] == 0) {
      live(trial, seed);
      _exit(0);
    }
  }
  for (int i = 0; i < WORKERS; i++) {
    g_usleep((gulong)g_rand_int_range(random, 1, (gint32)LIFE_MAX_US));
    kill(children[i], SIGKILL);
    int status = 0;
    g_assert_cmpint(waitpid(children[i], &status, 0), ==, children[i]);
    g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  }
}

static void assert_zero(const Trial *trial, const char *what, const char *sql) {
  int64_t count = fixture_number(&trial->fixture, sql);
  if (count != 0)
    g_error("%s: %" G_GINT64_FORMAT, what, count);
}

static void assert_listed_blobs_exist(const Trial *trial) {
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  g_assert_cmpint(sqlite3_open(trial->fixture.database, &db), ==, SQLITE_OK);
  const char *sql = "SELECT source_key FROM asset UNION ALL SELECT blob_key FROM span"
                    " UNION ALL SELECT poster_key FROM asset WHERE poster_key IS NOT NULL";
  g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) data =
        blob_store_read(trial->fixture.store, (const char *)sqlite3_column_text(statement, 0), 1000, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(data), >=, 8);
  }
  sqlite3_finalize(statement);
  sqlite3_close(db);
}

static void assert_no_job_ended_twice(const Trial *trial) {
  g_autofree char *text = NULL;
  if (!g_file_get_contents(trial->log_path, &text, NULL, NULL))
    return;
  g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  for (char **line = lines; *line; line++)
    if (!g_hash_table_add(seen, *line))
      g_error("job %s ended twice", *line);
}

static void assert_consistent(const Trial *trial) {
  g_autoptr(GError) error = NULL;
  catalog_check(trial->fixture.catalog, &error);
  g_assert_no_error(error);
  assert_zero(trial, "ready assets with open jobs",
              "SELECT COUNT(*) FROM asset WHERE state = 'ready' AND EXISTS"
              " (SELECT 1 FROM job WHERE asset_id = asset.id AND job.state <> 'done')");
  assert_zero(trial, "ready assets that are not whole",
              "SELECT COUNT(*) FROM asset JOIN track ON track.asset_id = asset.id WHERE state = 'ready' AND"
              " (is_complete = 0 OR segment_count <> segment_total OR segment_count <>"
              " (SELECT COUNT(*) FROM segment WHERE track_id = track.id))");
  assert_zero(trial, "assets that are whole but not ready",
              "SELECT COUNT(*) FROM asset WHERE state <> 'ready' AND NOT EXISTS"
              " (SELECT 1 FROM job WHERE asset_id = asset.id AND job.state <> 'done')");
  assert_zero(trial, "tracks whose count is not the true prefix",
              "SELECT COUNT(*) FROM track WHERE segment_count <> COALESCE((SELECT MIN(g) FROM"
              " (SELECT segment_index + 1 AS g FROM segment AS s WHERE track_id = track.id AND NOT EXISTS"
              " (SELECT 1 FROM segment WHERE track_id = track.id AND segment_index = s.segment_index + 1))"
              " WHERE EXISTS (SELECT 1 FROM segment WHERE track_id = track.id AND segment_index = 0)), 0)");
  assert_zero(trial, "spans without segments",
              "SELECT COUNT(*) FROM span WHERE NOT EXISTS (SELECT 1 FROM segment"
              " WHERE track_id = span.track_id AND span_index = span.span_index)");
  assert_zero(trial, "assets without course, lesson or probe job",
              "SELECT (SELECT COUNT(*) FROM asset) * 3 - (SELECT COUNT(*) FROM course)"
              " - (SELECT COUNT(*) FROM lesson) - (SELECT COUNT(*) FROM job WHERE kind = 'probe')");
  assert_zero(trial, "planned assets without jobs",
              "SELECT COUNT(*) FROM asset WHERE (plan IS NULL) <> (NOT EXISTS"
              " (SELECT 1 FROM job WHERE asset_id = asset.id AND kind = 'span'))");
  assert_zero(trial, "failed assets", "SELECT COUNT(*) FROM asset WHERE state = 'failed'");
  assert_listed_blobs_exist(trial);
  assert_no_job_ended_twice(trial);
}

static void start_again(Trial *trial) {
  g_autoptr(GError) error = NULL;
  int64_t reaped = 0, removed = 0;
  fixture_open(&trial->fixture);
  assert_consistent(trial);
  catalog_reap_jobs(trial->fixture.catalog, g_get_real_time(), owner_is_alive, NULL, &reaped, &error);
  g_assert_no_error(error);
  assert_zero(trial, "jobs of dead workers", "SELECT COUNT(*) FROM job WHERE state = 'running'");
  sweep_run(trial->fixture.catalog, trial->fixture.store, 0, &removed, &error);
  g_assert_no_error(error);
  assert_listed_blobs_exist(trial);
}

static void finish_all(Trial *trial) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) dir = g_dir_open(blob_store_work_root(trial->fixture.store), 0, NULL);
  g_assert_null(g_dir_read_name(dir)); /* the sweep has left no temporary */
  for (CatalogJob *job = NULL; (job = fixture_claim(&trial->fixture, "last")) != NULL; catalog_job_free(job)) {
    fixture_work(&trial->fixture, job, "last", SPANS, &error);
    g_assert_no_error(error);
    log_end(trial, job->id);
  }
  assert_consistent(trial);
  assert_zero(trial, "assets not ready", "SELECT COUNT(*) FROM asset WHERE state <> 'ready'");
  int64_t removed = 0;
  sweep_run(trial->fixture.catalog, trial->fixture.store, 0, &removed, &error);
  g_assert_no_error(error);
  assert_consistent(trial);
  g_autoptr(GPtrArray) sources = blob_store_list(trial->fixture.store, KEY_PREFIX_SOURCES, NULL);
  g_autoptr(GPtrArray) made = blob_store_list(trial->fixture.store, KEY_PREFIX_ASSETS, NULL);
  g_assert_cmpint(sources->len, ==, fixture_number(&trial->fixture, "SELECT COUNT(*) FROM asset"));
  g_assert_cmpint(made->len, ==,
                  fixture_number(&trial->fixture, "SELECT (SELECT COUNT(*) FROM span) + (SELECT COUNT(*) FROM asset"
                                                  " WHERE poster_key IS NOT NULL)"));
}

static void test_crash_at_random_points(void) {
  Trial trial = {0};
  fixture_init(&trial.fixture);
  trial.log_path = g_build_filename(trial.fixture.root, "ended", NULL);
  guint32 seed = (guint32)g_test_rand_int();
  g_test_message("seed %u", seed);
  g_autoptr(GRand) random = g_rand_new_with_seed(seed);
  int64_t end_us = g_get_monotonic_time() + TIME_LIMIT_US;
  int rounds = 0;
  for (; rounds < ROUNDS && g_get_monotonic_time() < end_us; rounds++) {
    kill_at_work(&trial, random);
    start_again(&trial);
    if (rounds < ROUNDS - 1)
      fixture_close(&trial.fixture);
  }
  if (!trial.fixture.catalog)
    fixture_open(&trial.fixture);
  int64_t left = fixture_number(&trial.fixture, "SELECT COUNT(*) FROM job WHERE state = 'ready'");
  finish_all(&trial);
  g_test_message("%d rounds, %d lessons, attempts up to %d, %d jobs left for the end", rounds,
                 (int)fixture_number(&trial.fixture, "SELECT COUNT(*) FROM asset"),
                 (int)fixture_number(&trial.fixture, "SELECT MAX(attempt) FROM job"), (int)left);
  g_free(trial.log_path);
  fixture_clear(&trial.fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/crash/at_random_points", test_crash_at_random_points);
  return g_test_run();
}
