/* What storage care costs and brings, as ratios of one run.
 *
 *   storage_bench [--courses N] [--seconds S] [--dir DIR]
 *
 * 1. Reads while 200 courses a second are written, against the same reads on an idle catalog: p50 and p99 of one course
 *    page, one course with its lessons, in two threads.
 * 2. Reads while the catalog is backed up, likewise.
 * 3. Writes of 1, 4 and 16 threads at once through the catalog (one commit for all that wait), against plain SQLite with
 *    one transaction for each write behind a mutex: same schema, same settings, same row.
 * 4. The length of the write-ahead log after all that.
 * Prints a table in Markdown. Not part of the tests. */
#include "base/path.h"
#include "catalog/backup.h"
#include "catalog/catalog.h"
#include "catalog/course.h"
#include "catalog/job.h"
#include "catalog/record_store.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READERS 2
#define WRITES_PER_SECOND 200
#define WRITERS 4 /* of the paced writes */
#define CROWD_MAX 16

typedef struct {
  char *root, *database, *backup;
  Catalog *catalog;
  BlobStore *store;
  GPtrArray *ids; /* of courses */
  gint64 seconds;
  int stop;       /* atomic */
  int next_title; /* atomic */
} Bench;

static void must(bool is_good, const GError *error, const char *what) {
  if (is_good)
    return;
  fprintf(stderr, "storage_bench: %s: %s\n", what, error ? error->message : "failed");
  exit(1);
}

/* --- courses --- */

static char *add_course(Bench *bench) {
  static const char *const topics[] = {"太极拳",   "书法",     "二胡", "高血压",
                                       "智能手机", "芒果栽培", "手语", "亲子阅读"};
  int number = g_atomic_int_add(&bench->next_title, 1);
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogRecord) record = catalog_record_new(RECORD_COURSE), stored = NULL;
  g_autofree char *title = g_strdup_printf("%s第 %d 讲", topics[number % G_N_ELEMENTS(topics)], number);
  catalog_record_set(record, "title", title);
  catalog_record_set(record, "summary", "从基础动作讲起，循序渐进，配有练习建议和要点小结，零基础也能跟上。");
  catalog_record_set(record, "category", "sports");
  catalog_record_set(record, "kind", "micro");
  catalog_record_set(record, "tags", "健身" RECORD_LIST_SEPARATOR "社区");
  catalog_record_set(record, "audiences", "elders");
  catalog_record_set(record, "status", "published");
  must(catalog_create_record(bench->catalog, "bench", record, NULL, &stored, NULL, NULL, &error), error, "create");
  return g_strdup(stored->id);
}

static gpointer fill_some(gpointer data) {
  Bench *bench = data;
  for (int i = 0; !g_atomic_int_get(&bench->stop); i++)
    g_free(add_course(bench));
  return NULL;
}

static void fill(Bench *bench, int count) {
  GThread *threads[CROWD_MAX];
  for (int i = 0; i < CROWD_MAX; i++)
    threads[i] = g_thread_new("fill", fill_some, bench);
  while (g_atomic_int_get(&bench->next_title) < count)
    g_usleep(100000);
  g_atomic_int_set(&bench->stop, 1);
  for (int i = 0; i < CROWD_MAX; i++)
    g_thread_join(threads[i]);
  g_atomic_int_set(&bench->stop, 0);
  for (int i = 0; i < 1000; i++)
    g_ptr_array_add(bench->ids, add_course(bench));
}

/* --- reads --- */

static void read_once(Bench *bench, GRand *random) {
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogCourse) course = NULL;
  g_autoptr(GPtrArray) lessons = NULL;
  const char *id = bench->ids->pdata[g_rand_int_range(random, 0, (gint32)bench->ids->len)];
  must(catalog_load_course(bench->catalog, id, &course, &lessons, &error), error, "load");
  bool has = false;
  must(catalog_has_worker(bench->catalog, 0, &has, &error), error, "worker");
}

typedef struct {
  Bench *bench;
  GArray *times_us;
} Reader;

static gpointer read_all(gpointer data) {
  Reader *reader = data;
  g_autoptr(GRand) random = g_rand_new_with_seed(7);
  gint64 end_us = g_get_monotonic_time() + reader->bench->seconds * G_USEC_PER_SEC;
  for (gint64 start_us; (start_us = g_get_monotonic_time()) < end_us;) {
    read_once(reader->bench, random);
    gint64 took_us = g_get_monotonic_time() - start_us;
    g_array_append_val(reader->times_us, took_us);
    g_usleep(500); /* so that there is room for the writers on two cores, as on a real server */
  }
  return NULL;
}

static gint compare_times(gconstpointer a, gconstpointer b) {
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
  return (x > y) - (x < y);
}

typedef struct {
  double p50_ms, p99_ms, worst_ms;
  guint count;
} Latency;

static Latency latency_of(GArray *times_us) {
  g_array_sort(times_us, compare_times);
  guint count = times_us->len;
#define AT(share) ((double)g_array_index(times_us, gint64, (guint)((double)(count - 1) * (share))) / 1000)
  return (Latency){AT(0.5), AT(0.99), AT(1), count};
#undef AT
}

static Latency measure_reads(Bench *bench) {
  Reader readers[READERS];
  GThread *threads[READERS];
  g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(gint64));
  for (int i = 0; i < READERS; i++) {
    readers[i] = (Reader){bench, g_array_new(FALSE, FALSE, sizeof(gint64))};
    threads[i] = g_thread_new("reader", read_all, &readers[i]);
  }
  for (int i = 0; i < READERS; i++) {
    g_thread_join(threads[i]);
    g_array_append_vals(all, readers[i].times_us->data, readers[i].times_us->len);
    g_array_unref(readers[i].times_us);
  }
  return latency_of(all);
}

static void print_latency(const char *what, Latency latency, Latency idle) {
  printf("| %s | %.3f | %.3f | %.1f | %.2f | %.2f |\n", what, latency.p50_ms, latency.p99_ms, latency.worst_ms,
         latency.p50_ms / idle.p50_ms, latency.p99_ms / idle.p99_ms);
}

/* --- what goes on beside them --- */

static gpointer write_paced(gpointer data) {
  Bench *bench = data;
  gint64 step_us = WRITERS * G_USEC_PER_SEC / WRITES_PER_SECOND, next_us = g_get_monotonic_time();
  while (!g_atomic_int_get(&bench->stop)) {
    g_free(add_course(bench));
    next_us += step_us;
    gint64 left_us = next_us - g_get_monotonic_time();
    if (left_us > 0)
      g_usleep((gulong)left_us);
  }
  return NULL;
}

static Latency measure_beside_writes(Bench *bench, double *ret_rate) {
  GThread *threads[WRITERS];
  int before = g_atomic_int_get(&bench->next_title);
  for (int i = 0; i < WRITERS; i++)
    threads[i] = g_thread_new("writer", write_paced, bench);
  Latency latency = measure_reads(bench);
  g_atomic_int_set(&bench->stop, 1);
  for (int i = 0; i < WRITERS; i++)
    g_thread_join(threads[i]);
  g_atomic_int_set(&bench->stop, 0);
  *ret_rate = (double)(g_atomic_int_get(&bench->next_title) - before) / (double)bench->seconds;
  return latency;
}

static void on_problem(BackupProblem problem, const char *key, const char *message, gpointer user_data) {
  (void)problem;
  (void)user_data;
  fprintf(stderr, "%s: %s\n", key, message);
}

static gpointer back_up_all(gpointer data) {
  Bench *bench = data;
  while (!g_atomic_int_get(&bench->stop)) {
    g_autoptr(GError) error = NULL;
    BackupRequest request = {.destination = bench->backup, .keep = 1, .watcher = {.problem = on_problem}};
    BackupResult result = {0};
    must(backup_run(bench->catalog, bench->store, &request, &result, &error), error, "backup");
  }
  return NULL;
}

static Latency measure_beside_backup(Bench *bench) {
  GThread *thread = g_thread_new("backup", back_up_all, bench);
  Latency latency = measure_reads(bench);
  g_atomic_int_set(&bench->stop, 1);
  g_thread_join(thread);
  g_atomic_int_set(&bench->stop, 0);
  return latency;
}

/* --- writes of a crowd --- */

typedef struct {
  Bench *bench;
  sqlite3 *peer; /* NULL: through the catalog */
  sqlite3_stmt *insert;
  GMutex *lock;
  int number;
  gint64 count;
} Writer;

static void write_through_peer(Writer *writer, const char *owner) {
  g_mutex_lock(writer->lock);
  sqlite3_exec(writer->peer, "BEGIN IMMEDIATE", NULL, NULL, NULL);
  sqlite3_bind_text(writer->insert, 1, owner, -1, SQLITE_TRANSIENT);
  sqlite3_step(writer->insert);
  sqlite3_reset(writer->insert);
  must(sqlite3_exec(writer->peer, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, NULL, "peer's commit");
  g_mutex_unlock(writer->lock);
}

static gpointer write_fast(gpointer data) {
  Writer *writer = data;
  gint64 end_us = g_get_monotonic_time() + writer->bench->seconds * G_USEC_PER_SEC / 2;
  for (; g_get_monotonic_time() < end_us; writer->count++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *owner = g_strdup_printf("w-%d-%d", writer->number, (int)(writer->count % 500));
    if (writer->peer)
      write_through_peer(writer, owner);
    else
      must(catalog_worker_beat(writer->bench->catalog, owner, writer->count + 1, &error), error, "beat");
  }
  return NULL;
}

/* Writes per second. */
static double measure_writes(Bench *bench, sqlite3 *peer, sqlite3_stmt *insert, int threads) {
  GThread *running[CROWD_MAX];
  Writer writers[CROWD_MAX];
  GMutex lock;
  gint64 count = 0, start_us = g_get_monotonic_time();
  g_mutex_init(&lock);
  for (int i = 0; i < threads; i++) {
    writers[i] = (Writer){bench, peer, insert, &lock, i, 0};
    running[i] = g_thread_new("writer", write_fast, &writers[i]);
  }
  for (int i = 0; i < threads; i++) {
    g_thread_join(running[i]);
    count += writers[i].count;
  }
  g_mutex_clear(&lock);
  return (double)count * G_USEC_PER_SEC / (double)(g_get_monotonic_time() - start_us);
}

static sqlite3 *open_peer(const Bench *bench, sqlite3_stmt **ret_insert) {
  sqlite3 *peer = NULL;
  g_autofree char *path = g_build_filename(bench->root, "peer.sqlite3", NULL);
  must(sqlite3_open(path, &peer) == SQLITE_OK, NULL, path);
  sqlite3_exec(peer,
               "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
               "CREATE TABLE worker (owner TEXT NOT NULL PRIMARY KEY, beat_us INTEGER NOT NULL,"
               " is_short_of_space INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID",
               NULL, NULL, NULL);
  must(sqlite3_prepare_v2(peer,
                          "INSERT INTO worker (owner, beat_us) VALUES (?1, 1)"
                          " ON CONFLICT (owner) DO UPDATE SET beat_us = beat_us + 1",
                          -1, ret_insert, NULL) == SQLITE_OK,
       NULL, "prepare");
  return peer;
}

static void compare_crowds(Bench *bench) {
  static const int crowds[] = {1, 4, CROWD_MAX};
  sqlite3_stmt *insert = NULL;
  sqlite3 *peer = open_peer(bench, &insert);
  printf("\n| threads that write | catalog, writes/s | plain SQLite, a commit each, writes/s | ratio |\n"
         "|---|---|---|---|\n");
  for (size_t i = 0; i < G_N_ELEMENTS(crowds); i++) {
    double plain = measure_writes(bench, peer, insert, crowds[i]);
    double ours = measure_writes(bench, NULL, NULL, crowds[i]);
    printf("| %d | %.0f | %.0f | %.2f |\n", crowds[i], ours, plain, ours / plain);
  }
  sqlite3_finalize(insert);
  sqlite3_close(peer);
}

static void run(Bench *bench, int courses) {
  double rate = 0;
  fill(bench, courses);
  measure_reads(bench); /* warm */
  Latency idle = measure_reads(bench);
  Latency writes = measure_beside_writes(bench, &rate);
  Latency backup = measure_beside_backup(bench);
  Latency again = measure_reads(bench);
  printf("%d courses, %u reads in %d s by %d threads; %.0f courses written per second beside them\n\n", courses,
         idle.count, (int)bench->seconds, READERS, rate);
  printf("| reads | p50 ms | p99 ms | worst ms | p50 / idle | p99 / idle |\n|---|---|---|---|---|---|\n");
  print_latency("idle", idle, idle);
  print_latency("beside the writes", writes, idle);
  print_latency("beside backups, one after the other", backup, idle);
  print_latency("idle again", again, idle);
  compare_crowds(bench);
  g_autofree char *log = g_strconcat(bench->database, "-wal", NULL);
  GStatBuf status = {0};
  g_stat(log, &status);
  printf("\nWrite-ahead log at the end: %.1f MB\n", (double)status.st_size / 1e6);
}

int main(int argc, char **argv) {
  int courses = 20000, seconds = 8;
  g_autofree char *dir = NULL;
  GOptionEntry entries[] = {{"courses", 'c', 0, G_OPTION_ARG_INT, &courses, "courses in the catalog", "N"},
                            {"seconds", 's', 0, G_OPTION_ARG_INT, &seconds, "of each measurement", "S"},
                            {"dir", 'd', 0, G_OPTION_ARG_FILENAME, &dir, "where to work", "DIR"},
                            {NULL, 0, 0, 0, NULL, NULL, NULL}};
  g_autoptr(GOptionContext) context = g_option_context_new(NULL);
  g_autoptr(GError) error = NULL;
  g_option_context_add_main_entries(context, entries, NULL);
  must(g_option_context_parse(context, &argc, &argv, &error), error, "usage");
  g_autofree char *pattern = g_build_filename(dir ? dir : g_get_tmp_dir(), "kapok-bench-XXXXXX", NULL);
  must(g_mkdtemp(pattern) != NULL, NULL, pattern);
  Bench bench = {.root = g_build_filename(pattern, "data", NULL),
                 .backup = g_build_filename(pattern, "backup", NULL),
                 .ids = g_ptr_array_new_with_free_func(g_free),
                 .seconds = seconds};
  bench.database = g_build_filename(bench.root, "catalog.sqlite3", NULL);
  must(path_make_dirs(bench.root, &error), error, bench.root);
  bench.store = blob_store_open_files(bench.root, &error);
  bench.catalog = catalog_open(bench.database, &error);
  must(bench.store && bench.catalog, error, "open");
  run(&bench, courses);
  catalog_close(bench.catalog);
  blob_store_free(bench.store);
  g_ptr_array_unref(bench.ids);
  path_remove_tree(pattern, NULL);
  g_free(bench.root);
  g_free(bench.database);
  g_free(bench.backup);
  return 0;
}
