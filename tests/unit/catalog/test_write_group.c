/* Writes of several threads that wait for one another: one commit for all, and still each fails or succeeds by itself. */
#include "catalog/catalog_internal.h"
#include "catalog/control.h"
#include "tests/unit/catalog/catalog_fixture.h"

#include <signal.h>
#include <sys/resource.h>

#define WRITERS 8
#define QUEUE_US (200 * G_TIME_SPAN_MILLISECOND)
#define FRAME_HEADER_BYTES 24
#define LOG_HEADER_BYTES 32

static uint32_t read_u32(const guint8 *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Commits in the write-ahead log: frames that name the size of the file (https://sqlite.org/fileformat2.html, 4.1). */
static int count_commits(const Fixture *fixture) {
  g_autofree char *path = g_strconcat(fixture->database, "-wal", NULL);
  g_autofree char *data = NULL;
  gsize size = 0;
  g_assert_true(g_file_get_contents(path, &data, &size, NULL));
  if (size < LOG_HEADER_BYTES)
    return 0;
  const guint8 *bytes = (const guint8 *)data;
  gsize frame_bytes = FRAME_HEADER_BYTES + read_u32(bytes + 8);
  int count = 0;
  for (gsize at = LOG_HEADER_BYTES; at + frame_bytes <= size; at += frame_bytes)
    if (memcmp(bytes + at + 8, bytes + 16, 8) == 0 && read_u32(bytes + at + 4) != 0) /* the salts: of this log */
      count++;
  return count;
}

typedef struct {
  const Fixture *fixture;
  int number;
  const CatalogJob *job; /* of the writer that publishes what does not fit */
  bool is_done;
  GError *error;
} Writer;

static gpointer write_one(gpointer data) {
  Writer *writer = data;
  g_autofree char *owner = g_strdup_printf("writer-%d", writer->number);
  if (!writer->job) {
    writer->is_done = catalog_worker_beat(writer->fixture->catalog, owner, 1, &writer->error);
    return NULL;
  }
  /* the first publication is recorded before the second is found to be the same span again */
  CatalogPublication publications[] = {fixture_publication(writer->job, "v360", 0),
                                       fixture_publication(writer->job, "v360", 0)};
  writer->is_done =
      catalog_publish(writer->fixture->catalog, writer->job, "w1", publications, 2, false, &writer->error);
  for (size_t i = 0; i < G_N_ELEMENTS(publications); i++)
    fixture_publication_clear(&publications[i]);
  return NULL;
}

/* Another process has the write lock until all writers stand in the queue; then `before` is called. */
static void write_together(const Fixture *fixture, Writer *writers, size_t count, void (*before)(const Fixture *)) {
  sqlite3 *other = NULL;
  fixture->catalog->group_worth_us = 0; /* however fast the disk is */
  g_assert_cmpint(sqlite3_open(fixture->database, &other), ==, SQLITE_OK);
  g_assert_cmpint(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  GThread *threads[WRITERS];
  for (size_t i = 0; i < count; i++) {
    writers[i].fixture = fixture;
    writers[i].number = (int)i;
    threads[i] = g_thread_new("writer", write_one, &writers[i]);
  }
  g_usleep(QUEUE_US);
  if (before)
    before(fixture);
  g_assert_cmpint(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), ==, SQLITE_OK);
  for (size_t i = 0; i < count; i++)
    g_thread_join(threads[i]);
  sqlite3_close(other);
}

static int64_t count_workers(const Fixture *fixture) {
  return fixture_number(fixture, "SELECT COUNT(*) FROM worker");
}

#define TRIES 20

/* The commits that it took. */
static int write_in_one_go(Fixture *fixture) {
  Writer writers[WRITERS] = {0};
  fixture_run_sql(fixture, "DELETE FROM worker");
  int before = count_commits(fixture);
  write_together(fixture, writers, WRITERS, NULL);
  for (size_t i = 0; i < WRITERS; i++) {
    g_assert_no_error(writers[i].error);
    g_assert_true(writers[i].is_done);
  }
  g_assert_cmpint(count_workers(fixture), ==, WRITERS);
  return count_commits(fixture) - before;
}

/* On a busy machine a thread may come late, or the group be over for its age: then it is tried again. */
static void test_write_group_one_commit(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  int commits = WRITERS;
  for (int i = 0; i < TRIES && commits > 1; i++)
    commits = write_in_one_go(fixture);
  g_assert_cmpint(commits, ==, 1);
}

static void test_write_group_one_fails(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 2);
  g_autoptr(CatalogJob) job = fixture_claim(fixture, "w1");
  g_assert_cmpint(job->kind, ==, JOB_KIND_SPAN);
  for (int at = 0; at < WRITERS; at += WRITERS - 1) { /* whether it comes first is a matter of luck */
    Writer writers[WRITERS] = {0};
    writers[at].job = job;
    fixture_run_sql(fixture, "DELETE FROM worker");
    write_together(fixture, writers, WRITERS, NULL);
    for (int i = 0; i < WRITERS; i++)
      g_assert_true(writers[i].is_done == (i != at));
    g_assert_error(writers[at].error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT);
    g_clear_error(&writers[at].error);
    g_assert_cmpint(count_workers(fixture), ==, WRITERS - 1);
    g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM span"), ==, 0);
    g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM segment"), ==, 0);
  }
  GError *error = NULL;
  g_assert_true(fixture_publish_span(fixture, job, "w1", &error));
  g_assert_no_error(error);
}

static void set_file_limit(rlim_t bytes) {
  struct rlimit limit;
  g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = bytes;
  g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

/* No file of this process may become longer: the commit cannot be written. */
static void fill_disk(const Fixture *fixture) {
  g_autofree char *path = g_strconcat(fixture->database, "-wal", NULL);
  GStatBuf status;
  g_assert_cmpint(g_stat(path, &status), ==, 0);
  set_file_limit((rlim_t)status.st_size);
}

static void test_write_group_commit_fails(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  signal(SIGXFSZ, SIG_IGN);
  g_autoptr(GError) error = NULL;
  g_assert_true(catalog_worker_beat(fixture->catalog, "before", 1, &error));
  Writer writers[WRITERS] = {0};
  write_together(fixture, writers, WRITERS, fill_disk);
  set_file_limit(RLIM_INFINITY);
  for (size_t i = 0; i < WRITERS; i++) {
    g_assert_false(writers[i].is_done);
    g_assert_error(writers[i].error, CATALOG_ERROR, CATALOG_ERROR_STORAGE);
    g_clear_error(&writers[i].error);
  }
  g_assert_cmpint(count_workers(fixture), ==, 1);
  g_assert_true(catalog_worker_beat(fixture->catalog, "after", 1, &error)); /* and it goes on */
  g_assert_no_error(error);
  g_assert_cmpint(count_workers(fixture), ==, 2);
  g_assert_true(catalog_check(fixture->catalog, &error));
}

#define CROWD_WRITES 60

static gpointer write_many(gpointer data) {
  const Writer *writer = data;
  for (int i = 0; i < CROWD_WRITES; i++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *owner = g_strdup_printf("writer-%d-%d", writer->number, i);
    g_assert_true(catalog_worker_beat(writer->fixture->catalog, owner, 1, &error));
    /* what was acknowledged can be read at once */
    bool has = false;
    g_assert_true(catalog_has_worker(writer->fixture->catalog, 1, &has, &error) && has);
    g_assert_false(catalog_pause_asset(writer->fixture->catalog, "0123456789abc", &error)); /* fails in between */
    g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
  }
  return NULL;
}

static void test_write_group_crowd(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  Writer writers[WRITERS] = {0};
  GThread *threads[WRITERS];
  fixture->catalog->group_worth_us = 0;
  for (int i = 0; i < WRITERS; i++) {
    writers[i] = (Writer){.fixture = fixture, .number = i};
    threads[i] = g_thread_new("writer", write_many, &writers[i]);
  }
  for (int i = 0; i < WRITERS; i++)
    g_thread_join(threads[i]);
  g_assert_cmpint(count_workers(fixture), ==, WRITERS * CROWD_WRITES);
}

/* --- the write-ahead log --- */

static int64_t log_bytes(const Fixture *fixture) {
  g_autofree char *path = g_strconcat(fixture->database, "-wal", NULL);
  GStatBuf status;
  return g_stat(path, &status) == 0 ? status.st_size : -1;
}

typedef struct {
  Connection *reader;
  gulong hold_us;
} Holder;

static gpointer let_go_later(gpointer data) {
  Holder *holder = data;
  g_usleep(holder->hold_us);
  g_assert_true(connection_run_bare(holder->reader, STATEMENT_ROLLBACK, NULL));
  return NULL;
}

/* A log of more than CONNECTION_LOG_PAGES_MAX, beside a reader. */
static void write_long_log(const Fixture *fixture, Connection *writer, Connection *reader) {
  g_autoptr(GError) error = NULL;
  connection_run_script(reader, "BEGIN; SELECT COUNT(*) FROM big", &error);
  g_assert_no_error(error);
  connection_run_script(writer, "INSERT INTO big VALUES (zeroblob(70000000))", &error);
  g_assert_no_error(error);
  g_assert_cmpint(log_bytes(fixture), >, (int64_t)CONNECTION_LOG_PAGES_MAX * 4096);
}

static void test_write_group_log_begins_again(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  fixture_run_sql(fixture, "CREATE TABLE big (bytes BLOB)");
  g_autoptr(Connection) writer = connection_open(fixture->database, CONNECTION_ROLE_WRITER, &error);
  g_autoptr(Connection) reader = connection_open(fixture->database, CONNECTION_ROLE_READER, &error);
  g_assert_no_error(error);
  write_long_log(fixture, writer, reader);
  connection_tend_log(writer); /* the reader stays: it is given up after a while */
  g_assert_cmpint(log_bytes(fixture), >, 0);
  g_assert_true(connection_run_bare(reader, STATEMENT_ROLLBACK, NULL));
  for (int i = 0; i < 5 && log_bytes(fixture) > 0; i++) {
    connection_run_script(writer, "UPDATE big SET bytes = zeroblob(20000000)", &error);
    g_assert_no_error(error);
    connection_tend_log(writer);
  }
  g_assert_cmpint(log_bytes(fixture), ==, 0);

  int64_t left = 1;
  for (int i = 0; i < 5 && left > 0; i++) { /* on a busy machine the reader may go too late */
    write_long_log(fixture, writer, reader);
    Holder holder = {reader, CONNECTION_LOG_PATIENCE_MS * 1000 / 4};
    GThread *thread = g_thread_new("reader", let_go_later, &holder);
    connection_tend_log(writer); /* the reader goes: it was waited for */
    g_thread_join(thread);
    left = log_bytes(fixture);
  }
  g_assert_cmpint(left, ==, 0);
}

#define ADD(name)                                                                                                  \
  g_test_add("/write_group/" #name, Fixture, NULL, fixture_set_up, test_write_group_##name, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD(one_commit);
  ADD(one_fails);
  ADD(commit_fails);
  ADD(crowd);
  ADD(log_begins_again);
  return g_test_run();
}
