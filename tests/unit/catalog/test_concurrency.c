#include "catalog/course.h"
#include "tests/unit/catalog/catalog_fixture.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#define READERS 4
#define WRITERS 2
#define LESSONS 6
#define SPANS 4

typedef struct {
  const Fixture *fixture;
  int stop; /* atomic */
} Shared;

/* Reads one asset and all that hangs on it; what it sees must fit together. */
static void read_asset(Catalog *catalog, const char *asset_id) {
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogAsset) asset = NULL;
  g_autoptr(GArray) tracks = NULL;
  catalog_load_asset(catalog, asset_id, &asset, &error);
  g_assert_no_error(error);
  g_assert_true(asset->progress >= 0 && asset->progress <= 1);
  catalog_load_tracks(catalog, asset_id, &tracks, &error);
  g_assert_no_error(error);
  for (guint i = 0; i < tracks->len; i++) {
    const CatalogTrack *track = &g_array_index(tracks, CatalogTrack, i);
    g_autoptr(GArray) segments = NULL;
    catalog_load_segments(catalog, track->id, &segments, &error);
    g_assert_no_error(error);
    g_assert_cmpint(segments->len, >=, track->segment_count); /* it only grows */
    g_assert_true(asset->state != ASSET_STATE_READY || track->is_complete);
  }
}

static gpointer read_all(gpointer data) {
  Shared *shared = data;
  Catalog *catalog = shared->fixture->catalog;
  while (!g_atomic_int_get(&shared->stop)) {
    g_autoptr(GError) error = NULL;
    g_autoptr(CoursePage) page = NULL;
    catalog_query_courses(catalog, &(CourseQuery){.limit = 100, .text = "lesson"}, &page, &error);
    g_assert_no_error(error);
    g_assert_cmpint(page->total, ==, page->courses->len); /* one snapshot */
    for (guint i = 0; i < page->courses->len; i++)
      read_asset(catalog, ((CatalogCourse *)page->courses->pdata[i])->asset_id);
  }
  return NULL;
}

static gpointer work_all(gpointer data) {
  Shared *shared = data;
  g_autofree char *owner = g_strdup_printf("thread-%p", (gpointer)g_thread_self());
  for (CatalogJob *job = NULL; (job = fixture_claim(shared->fixture, owner)) != NULL; catalog_job_free(job)) {
    g_autoptr(GError) error = NULL;
    catalog_renew_job(shared->fixture->catalog, job, owner, 0.5, INT64_MAX, &error);
    g_assert_no_error(error);
    fixture_work(shared->fixture, job, owner, SPANS, &error);
    g_assert_no_error(error);
  }
  return NULL;
}

static void test_concurrency_threads(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_open(fixture);
  Shared shared = {fixture, 0};
  GThread *readers[READERS], *writers[WRITERS];
  for (size_t i = 0; i < READERS; i++)
    readers[i] = g_thread_new("reader", read_all, &shared);
  for (int i = 0; i < LESSONS; i++) {
    g_free(fixture_add_lesson(fixture, "lesson.mp4"));
    for (size_t w = 0; i == LESSONS / 2 && w < WRITERS; w++)
      writers[w] = g_thread_new("writer", work_all, &shared);
  }
  for (size_t i = 0; i < WRITERS; i++)
    g_thread_join(writers[i]);
  work_all(&shared); /* what came after the writers had found nothing */
  g_atomic_int_set(&shared.stop, 1);
  for (size_t i = 0; i < READERS; i++)
    g_thread_join(readers[i]);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM asset WHERE state = 'ready'"), ==, LESSONS);
  g_assert_cmpint(fixture_number(fixture, "SELECT MAX(attempt) FROM job"), ==, 1);
}

/* Threads that come and go do not leave connections behind. */
static gpointer read_once(gpointer data) {
  bool has = false;
  g_assert_true(catalog_has_worker(data, 0, &has, NULL));
  return NULL;
}

static int count_descriptors(void) {
  g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
  int count = 0;
  while (g_dir_read_name(dir))
    count++;
  return count;
}

static void test_concurrency_passing_threads(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_open(fixture);
  g_thread_join(g_thread_new("reader", read_once, fixture->catalog));
  int before = count_descriptors();
  for (int i = 0; i < 50; i++)
    g_thread_join(g_thread_new("reader", read_once, fixture->catalog));
  g_assert_cmpint(count_descriptors(), ==, before);
}

/* Every claim is written to one file, as job id and attempt. */
static int claim_in_child(const Fixture *fixture, int log_fd, int number) {
  Fixture own = *fixture;
  fixture_open(&own);
  g_autofree char *owner = g_strdup_printf("process-%d", number);
  int claims = 0;
  for (CatalogJob *job = NULL; (job = fixture_claim(&own, owner)) != NULL; catalog_job_free(job), claims++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *line = g_strdup_printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", job->id, job->attempt);
    if (write(log_fd, line, strlen(line)) < 0 || !fixture_work(&own, job, owner, SPANS, &error))
      g_error("%s", error ? error->message : "cannot log");
  }
  fixture_close(&own);
  return claims;
}

static void test_concurrency_processes_claim_once(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_open(fixture);
  for (int i = 0; i < LESSONS; i++)
    g_free(fixture_add_planned_lesson(fixture, SPANS));
  fixture_close(fixture);
  g_autofree char *log_path = g_build_filename(fixture->root, "claims", NULL);
  int log_fd = open(log_path, O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600);
  pid_t children[4];
  for (int i = 0; i < (int)G_N_ELEMENTS(children); i++) {
    children[i] = fork();
    if (children[i] == 0)
      _exit(claim_in_child(fixture, log_fd, i) > 0 ? 0 : 3);
  }
  close(log_fd);
  for (size_t i = 0; i < G_N_ELEMENTS(children); i++) {
    int status = -1;
    g_assert_cmpint(waitpid(children[i], &status, 0), ==, children[i]);
    g_assert_true(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 3));
  }
  g_autofree char *text = NULL;
  g_assert_true(g_file_get_contents(log_path, &text, NULL, NULL));
  g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  for (char **line = lines; *line; line++)
    g_assert_true(g_hash_table_add(seen, *line));
  g_assert_cmpuint(g_hash_table_size(seen), ==, LESSONS * (SPANS + 2)); /* audio and poster too */
  fixture_open(fixture);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM asset WHERE state = 'ready'"), ==, LESSONS);
}

/* A write waits for another process's transaction instead of failing at once. */
static void test_concurrency_waits_for_lock(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  int ready[2];
  g_assert_cmpint(pipe(ready), ==, 0);
  fixture_open(fixture);
  fixture_close(fixture);
  pid_t child = fork();
  if (child == 0) {
    sqlite3 *db = NULL;
    sqlite3_open(fixture->database, &db);
    bool is_held =
        sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK && write(ready[1], "x", 1) == 1;
    g_usleep(300 * G_TIME_SPAN_MILLISECOND);
    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    sqlite3_close(db);
    _exit(is_held ? 0 : 1);
  }
  char byte = 0;
  g_assert_cmpint(read(ready[0], &byte, 1), ==, 1);
  fixture_open(fixture);
  bool has = true;
  g_autoptr(GError) error = NULL;
  g_assert_true(catalog_has_worker(fixture->catalog, 0, &has, &error)); /* readers need not wait */
  g_assert_true(catalog_worker_beat(fixture->catalog, "w1", 1, &error));
  g_assert_no_error(error);
  int status = -1;
  g_assert_cmpint(waitpid(child, &status, 0), ==, child);
  g_assert_cmpint(status, ==, 0);
  close(ready[0]);
  close(ready[1]);
}

static void set_up_folder(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_init(fixture);
}

#define ADD(name)                                                                                                  \
  g_test_add("/concurrency/" #name, Fixture, NULL, set_up_folder, test_concurrency_##name, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD(processes_claim_once);
  ADD(waits_for_lock);
  ADD(threads);
  ADD(passing_threads);
  return g_test_run();
}
