/* 10,000 random writes by several threads of a process that is killed (SIGKILL) again and again at random points. The
 * process says through a pipe what was acknowledged to it; after each kill all of that must be there, and what was not
 * acknowledged must be there whole or not at all. */
#include "catalog/catalog_internal.h"
#include "catalog/control.h"
#include "tests/unit/catalog/catalog_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define WRITES 10000
#define TIME_LIMIT_US (250 * G_TIME_SPAN_SECOND)
#define THREADS 4
#define LIFE_WRITES_MAX 400 /* acknowledged writes after which a process is killed, at most */
#define SPANS 6
#define LESSONS_MAX 150
#define LINE_BYTES 128

/* --- what the parent knows --- */

typedef struct {
  Fixture fixture;
  GPtrArray *assets;  /* char *, in the order they were acknowledged */
  GHashTable *paused; /* asset -> 0 or 1, acknowledged */
  GHashTable *intent; /* asset -> 0 or 1: asked for, not acknowledged */
  GHashTable *beats;  /* owner -> the last acknowledged beat */
  GHashTable *jobs;   /* ids of jobs that ended */
  GHashTable *spans;  /* "asset/track/span" that was published */
  int64_t write_count;
} Trial;

/* --- the process that is killed --- */

typedef struct {
  const Trial *trial;
  int number, pipe_fd;
  GRand *random;
} Life;

/* Lines are shorter than PIPE_BUF: those of several threads do not mix. */
static void tell(const Life *life, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void tell(const Life *life, const char *format, ...) {
  char line[LINE_BYTES];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (write(life->pipe_fd, line, (size_t)length) != length)
    _exit(8);
}

/* Ends the program with a message: an assertion's abort would be noticed as well, but says less. */
static void check(const GError *error, const char *action) {
  if (!error)
    return;
  g_printerr("%s: %s\n", action, error->message);
  _exit(7);
}

static void add_lesson(const Life *life) {
  g_autofree char *name = g_strdup_printf("lesson-%d.mp4", life->number);
  g_autofree char *asset_id = fixture_add_lesson(&life->trial->fixture, name);
  tell(life, "A %s\n", asset_id);
}

static void beat(const Life *life, int64_t count) {
  g_autoptr(GError) error = NULL;
  g_autofree char *owner = g_strdup_printf("%d-%d", (int)getpid(), life->number);
  catalog_worker_beat(life->trial->fixture.catalog, owner, count, &error);
  check(error, "beat");
  tell(life, "B %s %" G_GINT64_FORMAT "\n", owner, count);
}

/* Only assets that the parent knew at the start, and each of them by one thread. */
static void toggle_pause(const Life *life) {
  g_autoptr(GError) error = NULL;
  const GPtrArray *assets = life->trial->assets;
  int count = (int)assets->len / THREADS;
  if (count == 0)
    return;
  const char *asset_id = assets->pdata[g_rand_int_range(life->random, 0, count) * THREADS + life->number];
  g_autoptr(CatalogAsset) asset = fixture_load_asset(&life->trial->fixture, asset_id);
  if (asset->state == ASSET_STATE_READY)
    return;
  tell(life, "p %s %d\n", asset_id, !asset->is_paused);
  bool is_done = asset->is_paused ? catalog_resume_asset(life->trial->fixture.catalog, asset_id, &error)
                                  : catalog_pause_asset(life->trial->fixture.catalog, asset_id, &error);
  if (!is_done && g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT)) {
    tell(life, "P %s %d\n", asset_id, asset->is_paused); /* another thread has made it ready meanwhile */
    return;
  }
  check(error, "pause");
  tell(life, "P %s %d\n", asset_id, !asset->is_paused);
}

/* Pausing takes jobs away from those who hold them. */
static bool is_fenced(const GError *error) {
  return g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_FENCED);
}

static void tell_span(const Life *life, const CatalogJob *job) {
  if (job->kind == JOB_KIND_SPAN)
    tell(life, "S %s/v360/%d\n", job->asset_id, (int)job->span_index);
  else if (job->kind == JOB_KIND_AUDIO)
    for (int i = 0; i < SPANS; i++)
      tell(life, "S %s/a128/%d\n", job->asset_id, i);
  tell(life, "J %" G_GINT64_FORMAT "\n", job->id);
}

static void work(const Life *life) {
  g_autoptr(GError) error = NULL;
  g_autofree char *owner = g_strdup_printf("%d-%d", (int)getpid(), life->number);
  g_autoptr(CatalogJob) job = fixture_claim(&life->trial->fixture, owner);
  if (!job)
    return;
  tell(life, "+\n"); /* a claim is a write too */
  fixture_work(&life->trial->fixture, job, owner, SPANS, &error);
  if (is_fenced(error))
    return;
  check(error, "work");
  tell_span(life, job);
}

static gpointer live(gpointer data) {
  Life *life = data;
  for (int64_t beats = 1;;) {
    int dice = g_rand_int_range(life->random, 0, 100);
    if (dice < 40)
      beat(life, beats++);
    else if (dice < 65)
      toggle_pause(life);
    else if (dice < 70 && life->trial->assets->len < LESSONS_MAX)
      add_lesson(life);
    else
      work(life);
  }
  return NULL;
}

static void run_until_killed(Trial *trial, int pipe_fd, guint32 seed) {
  fixture_open(&trial->fixture);
  trial->fixture.catalog->group_worth_us = 0; /* several writes in one commit, however fast the disk is */
  Life lives[THREADS];
  for (int i = 0; i < THREADS; i++) {
    lives[i] = (Life){trial, i, pipe_fd, g_rand_new_with_seed(seed + (guint32)i)};
    g_thread_new("life", live, &lives[i]);
  }
  for (;;)
    pause();
}

/* --- what it says --- */

static void note_line(Trial *trial, char *line) {
  g_auto(GStrv) words = g_strsplit(g_strchomp(line), " ", -1);
  const char *key = words[0] && words[1] ? words[1] : "";
  int64_t value = *key && words[2] ? g_ascii_strtoll(words[2], NULL, 10) : 0;
  trial->write_count += line[0] != 'p' && line[0] != 'S';
  switch (line[0]) {
  case 'A':
    g_ptr_array_add(trial->assets, g_strdup(key));
    g_hash_table_insert(trial->paused, g_strdup(key), GINT_TO_POINTER(0));
    break;
  case 'B':
    g_hash_table_insert(trial->beats, g_strdup(key), GINT_TO_POINTER((int)value));
    break;
  case 'p':
    g_hash_table_insert(trial->intent, g_strdup(key), GINT_TO_POINTER((int)value));
    break;
  case 'P':
    g_hash_table_remove(trial->intent, key);
    g_hash_table_insert(trial->paused, g_strdup(key), GINT_TO_POINTER((int)value));
    break;
  case 'J':
    g_hash_table_add(trial->jobs, g_strdup(key));
    break;
  case 'S':
    g_hash_table_add(trial->spans, g_strdup(key));
    break;
  default:
    g_assert_cmpint(line[0], ==, '+');
  }
}

static void kill_after(Trial *trial, GRand *random) {
  int fds[2];
  g_assert_cmpint(pipe(fds), ==, 0);
  guint32 seed = g_rand_int(random);
  pid_t child = fork();
  if (child == 0) {
    close(fds[0]);
    run_until_killed(trial, fds[1], seed);
  }
  close(fds[1]);
  FILE *lines = fdopen(fds[0], "r");
  int64_t end = trial->write_count + g_rand_int_range(random, 1, LIFE_WRITES_MAX);
  char line[LINE_BYTES];
  bool is_killed = false;
  while (fgets(line, sizeof line, lines)) { /* what stands in the pipe after the kill was acknowledged as well */
    note_line(trial, line);
    if (is_killed || trial->write_count < end)
      continue;
    g_usleep((gulong)g_rand_int_range(random, 0, 3000));
    kill(child, SIGKILL);
    is_killed = true;
  }
  fclose(lines);
  int status = 0;
  g_assert_cmpint(waitpid(child, &status, 0), ==, child);
  g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* --- what must be there --- */

typedef void (*RowFunc)(Trial *trial, sqlite3_stmt *row);

static void each_row(Trial *trial, const char *sql, RowFunc look) {
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  g_assert_cmpint(sqlite3_open(trial->fixture.database, &db), ==, SQLITE_OK);
  g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  while (sqlite3_step(statement) == SQLITE_ROW)
    look(trial, statement);
  sqlite3_finalize(statement);
  sqlite3_close(db);
}

static const char *text(sqlite3_stmt *row, int column) {
  return (const char *)sqlite3_column_text(row, column);
}

static GHashTable *found; /* keys of the rows of one kind */

static void look_at_asset(Trial *trial, sqlite3_stmt *row) {
  const char *asset_id = text(row, 0);
  g_hash_table_add(found, g_strdup(asset_id));
  gpointer paused = NULL, intent = NULL;
  if (!g_hash_table_lookup_extended(trial->paused, asset_id, NULL, &paused))
    return; /* taken in, but not acknowledged */
  int is_paused = sqlite3_column_int(row, 1);
  bool is_asked = g_hash_table_lookup_extended(trial->intent, asset_id, NULL, &intent);
  if (is_paused != GPOINTER_TO_INT(paused) && !(is_asked && is_paused == GPOINTER_TO_INT(intent)))
    g_error("asset %s: paused is %d, acknowledged was %d", asset_id, is_paused, GPOINTER_TO_INT(paused));
  g_hash_table_insert(trial->paused, g_strdup(asset_id), GINT_TO_POINTER(is_paused));
}

static void look_at_worker(Trial *trial, sqlite3_stmt *row) {
  const char *owner = text(row, 0);
  g_hash_table_add(found, g_strdup(owner));
  int acknowledged = GPOINTER_TO_INT(g_hash_table_lookup(trial->beats, owner));
  int beats = sqlite3_column_int(row, 1);
  if (beats != acknowledged && beats != acknowledged + 1)
    g_error("worker %s: beat %d, acknowledged was %d", owner, beats, acknowledged);
  g_hash_table_insert(trial->beats, g_strdup(owner), GINT_TO_POINTER(beats));
}

static void look_at_key(Trial *trial, sqlite3_stmt *row) {
  (void)trial;
  g_hash_table_add(found, g_strdup(text(row, 0)));
}

/* Every key of `expected` comes with `sql`. */
static void assert_rows(Trial *trial, const char *what, GHashTable *expected, const char *sql, RowFunc look) {
  found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  each_row(trial, sql, look);
  GHashTableIter iter;
  gpointer key = NULL;
  g_hash_table_iter_init(&iter, expected);
  while (g_hash_table_iter_next(&iter, &key, NULL))
    if (!g_hash_table_contains(found, key))
      g_error("%s %s was acknowledged and is lost", what, (const char *)key);
  g_hash_table_unref(found);
}

static void assert_zero(const Trial *trial, const char *what, const char *sql) {
  int64_t count = fixture_number(&trial->fixture, sql);
  if (count != 0)
    g_error("%s: %" G_GINT64_FORMAT, what, count);
}

static void assert_nothing_lost(Trial *trial) {
  g_autoptr(GError) error = NULL;
  fixture_open(&trial->fixture);
  catalog_check(trial->fixture.catalog, &error);
  g_assert_no_error(error);
  fixture_close(&trial->fixture);
  assert_rows(trial, "asset", trial->paused, "SELECT id, is_paused FROM asset", look_at_asset);
  assert_rows(trial, "worker", trial->beats, "SELECT owner, beat_us FROM worker", look_at_worker);
  assert_rows(trial, "the end of job", trial->jobs, "SELECT CAST(id AS TEXT) FROM job WHERE state = 'done'",
              look_at_key);
  assert_rows(trial, "span", trial->spans,
              "SELECT asset_id || '/' || name || '/' || span.span_index FROM span JOIN track ON track.id = track_id"
              " WHERE (SELECT COUNT(*) FROM segment WHERE segment.track_id = track.id"
              "  AND segment.span_index = span.span_index) = IIF(span.span_index = 0, 1, " G_STRINGIFY(
                  FIXTURE_SPAN_SEGMENTS) ")",
              look_at_key);
  g_hash_table_remove_all(trial->intent);
  assert_zero(trial, "assets without course, lesson or probe job",
              "SELECT (SELECT COUNT(*) FROM asset) * 3 - (SELECT COUNT(*) FROM course)"
              " - (SELECT COUNT(*) FROM lesson) - (SELECT COUNT(*) FROM job WHERE kind = 'probe')");
  assert_zero(trial, "spans without all their segments",
              "SELECT COUNT(*) FROM span WHERE (SELECT COUNT(*) FROM segment WHERE segment.track_id = span.track_id"
              "  AND segment.span_index = span.span_index) <> IIF(span_index = 0, 1, " G_STRINGIFY(
                  FIXTURE_SPAN_SEGMENTS) ")");
  assert_zero(
      trial, "jobs paused unlike their asset",
      "SELECT COUNT(*) FROM job JOIN asset ON asset.id = job.asset_id WHERE job.state IN ('ready', 'running')"
      " AND job.is_paused <> asset.is_paused");
}

static void trial_init(Trial *trial) {
  *trial = (Trial){
      .assets = g_ptr_array_new_with_free_func(g_free),
      .paused = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
      .intent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
      .beats = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
      .jobs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
      .spans = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
  };
  fixture_init(&trial->fixture);
}

static void trial_clear(Trial *trial) {
  fixture_clear(&trial->fixture);
  g_ptr_array_unref(trial->assets);
  GHashTable *tables[] = {trial->paused, trial->intent, trial->beats, trial->jobs, trial->spans};
  for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
    g_hash_table_unref(tables[i]);
}

static void test_kill_writes(void) {
  Trial trial;
  trial_init(&trial);
  guint32 seed = (guint32)g_test_rand_int();
  g_test_message("seed %u", seed);
  g_autoptr(GRand) random = g_rand_new_with_seed(seed);
  int64_t end_us = g_get_monotonic_time() + TIME_LIMIT_US;
  int kills = 0;
  for (; trial.write_count < WRITES && g_get_monotonic_time() < end_us; kills++) {
    kill_after(&trial, random);
    assert_nothing_lost(&trial);
  }
  g_test_message("%d acknowledged writes, %d kills, %d lessons, %d spans, %d jobs ended", (int)trial.write_count,
                 kills, (int)trial.assets->len, (int)g_hash_table_size(trial.spans),
                 (int)g_hash_table_size(trial.jobs));
  g_assert_cmpint(trial.write_count, >=, WRITES); /* else the machine was too slow to tell */
  trial_clear(&trial);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/kill_writes/nothing_acknowledged_is_lost", test_kill_writes);
  return g_test_run();
}
