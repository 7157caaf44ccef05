#include "catalog/catalog.h"
#include "tests/unit/catalog/catalog_fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_catalog_open_makes_schema(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  fixture_open(fixture);
  g_assert_cmpint(catalog_schema_version(fixture->catalog), >=, 1);
  g_assert_true(catalog_check(fixture->catalog, &error));
  g_assert_no_error(error);
  g_assert_cmpint(fixture_number(fixture, "PRAGMA application_id"), ==, 0x4B41504B);
  g_assert_cmpint(fixture_number(fixture, "PRAGMA user_version"), ==, catalog_schema_version(fixture->catalog));
  g_assert_cmpint(fixture_number(fixture, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), ==, 1);
  struct stat status;
  g_assert_cmpint(stat(fixture->database, &status), ==, 0);
  g_assert_cmpint(status.st_mode & 0007, ==, 0);
}

static void test_catalog_open_again_keeps_all(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_open(fixture);
  g_autofree char *asset_id = fixture_add_lesson(fixture, "a.mp4");
  for (int i = 0; i < 3; i++) {
    fixture_close(fixture);
    fixture_open(fixture);
    g_autoptr(CatalogAsset) asset = fixture_load_asset(fixture, asset_id);
    g_assert_cmpint(asset->state, ==, ASSET_STATE_QUEUED);
  }
}

/* Several starts at once on a fresh folder: all succeed, and the schema is made once. */
static void test_catalog_open_by_many_processes(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  pid_t children[8];
  for (size_t i = 0; i < G_N_ELEMENTS(children); i++) {
    children[i] = fork();
    if (children[i] == 0) {
      g_autoptr(GError) error = NULL;
      Catalog *catalog = catalog_open(fixture->database, &error);
      bool is_sound = catalog && catalog_check(catalog, &error);
      catalog_close(catalog);
      if (error)
        g_printerr("%s\n", error->message);
      _exit(is_sound ? 0 : 1);
    }
  }
  for (size_t i = 0; i < G_N_ELEMENTS(children); i++) {
    int status = -1;
    g_assert_cmpint(waitpid(children[i], &status, 0), ==, children[i]);
    g_assert_cmpint(status, ==, 0);
  }
  fixture_open(fixture);
  g_assert_true(catalog_check(fixture->catalog, NULL));
}

static void assert_refused(const Fixture *fixture, int code, const char *words) {
  g_autoptr(GError) error = NULL;
  g_autofree char *before = NULL, *after = NULL;
  gsize size_before = 0, size_after = 0;
  g_assert_true(g_file_get_contents(fixture->database, &before, &size_before, NULL));
  g_assert_null(catalog_open(fixture->database, &error));
  g_assert_error(error, CATALOG_ERROR, code);
  g_assert_nonnull(strstr(error->message, words));
  g_assert_true(g_file_get_contents(fixture->database, &after, &size_after, NULL));
  g_assert_cmpuint(size_before, ==, size_after);
  g_assert_cmpint(memcmp(before, after, size_before), ==, 0);
}

static void make_database(const Fixture *fixture, const char *sql) {
  sqlite3 *db = NULL;
  g_assert_cmpint(sqlite3_open(fixture->database, &db), ==, SQLITE_OK);
  g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close(db);
}

static void test_catalog_open_refuses_foreign(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  make_database(fixture, "CREATE TABLE note (text TEXT); INSERT INTO note VALUES ('mine')");
  assert_refused(fixture, CATALOG_ERROR_DAMAGED, "another program");
}

static void test_catalog_open_refuses_foreign_id(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  make_database(fixture, "PRAGMA application_id = 77; PRAGMA user_version = 1");
  assert_refused(fixture, CATALOG_ERROR_DAMAGED, "another program");
}

static void test_catalog_open_refuses_no_database(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *text = g_strnfill(9000, 'x');
  g_assert_true(g_file_set_contents(fixture->database, text, -1, NULL));
  assert_refused(fixture, CATALOG_ERROR_DAMAGED, "not an SQLite file");
}

static void test_catalog_open_refuses_newer(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_open(fixture);
  fixture_close(fixture);
  fixture_run_sql(fixture, "PRAGMA user_version = 9999");
  assert_refused(fixture, CATALOG_ERROR_VERSION, "newer Kapok");
}

static void test_catalog_open_refuses_missing_folder(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(fixture->root, "none", "catalog.sqlite3", NULL);
  g_assert_null(catalog_open(path, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_IO);
}

/* Bytes overwritten in the middle: found by the check, and no call crashes. */
static void test_catalog_check_finds_damage(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_open(fixture);
  for (int i = 0; i < 40; i++) {
    g_autofree char *name = g_strdup_printf("%03d.mp4", i);
    g_free(fixture_add_lesson(fixture, name));
  }
  fixture_close(fixture);
  g_autofree char *data = NULL;
  gsize size = 0;
  g_assert_true(g_file_get_contents(fixture->database, &data, &size, NULL));
  g_assert_cmpuint(size, >, 20000);
  memset(data + 4096, 0x5a, size - 8192);
  g_assert_true(g_file_set_contents(fixture->database, data, (gssize)size, NULL));
  g_autoptr(GError) error = NULL;
  g_autoptr(Catalog) catalog = catalog_open(fixture->database, &error);
  if (catalog)
    g_assert_false(catalog_check(catalog, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_DAMAGED);
}

static void test_catalog_check_finds_missing_rows(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_open(fixture);
  g_free(fixture_add_lesson(fixture, "a.mp4"));
  fixture_run_sql(fixture, "PRAGMA foreign_keys = OFF; DELETE FROM asset");
  g_autoptr(GError) error = NULL;
  g_assert_false(catalog_check(fixture->catalog, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_DAMAGED);
}

/* With no room to write, calls fail with STORAGE and nothing of them stays; with room again, they work. */
static int run_out_of_space(Fixture *fixture) {
  g_autoptr(GError) error = NULL;
  fixture_open(fixture);
  g_free(fixture_add_lesson(fixture, "before.mp4"));
  struct rlimit limit = {0};
  getrlimit(RLIMIT_FSIZE, &limit);
  struct rlimit none = {.rlim_cur = 4096, .rlim_max = limit.rlim_max};
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &none);
  bool is_refused = !catalog_worker_beat(fixture->catalog, "w1", 1, &error) &&
                    g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_STORAGE);
  bool has = true;
  bool is_empty = catalog_has_worker(fixture->catalog, 0, &has, NULL) && !has;
  setrlimit(RLIMIT_FSIZE, &limit);
  bool is_well_again = catalog_worker_beat(fixture->catalog, "w1", 1, NULL) &&
                       catalog_has_worker(fixture->catalog, 0, &has, NULL) && has &&
                       catalog_check(fixture->catalog, NULL);
  fixture_close(fixture);
  return is_refused && is_empty && is_well_again ? 0 : 1;
}

static void test_catalog_no_space(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  pid_t child = fork();
  if (child == 0)
    _exit(run_out_of_space(fixture));
  int status = -1;
  g_assert_cmpint(waitpid(child, &status, 0), ==, child);
  g_assert_cmpint(status, ==, 0);
}

static void test_catalog_unknown_things(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_open(fixture);
  g_autoptr(GError) error = NULL;
  CatalogAsset *asset = NULL;
  g_assert_false(catalog_load_asset(fixture->catalog, "nothing", &asset, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
  g_assert_null(asset);
  g_clear_error(&error);
  g_autofree char *key = NULL;
  CatalogSegment segment = {.offset = 42};
  g_assert_false(catalog_find_segment(fixture->catalog, "nothing", "v360", 0, &key, &segment, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
  g_assert_cmpint(segment.offset, ==, 42);
  g_clear_error(&error);
  GBytes *init = NULL;
  g_assert_false(catalog_load_init(fixture->catalog, "nothing", "v360", &init, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
  g_autoptr(GArray) tracks = NULL;
  g_assert_true(catalog_load_tracks(fixture->catalog, "nothing", &tracks, NULL));
  g_assert_cmpuint(tracks->len, ==, 0);
}

#define ADD(name)                                                                                                  \
  g_test_add("/catalog/" #name, Fixture, NULL, set_up_folder, test_catalog_##name, fixture_tear_down)

static void set_up_folder(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_init(fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD(open_makes_schema);
  ADD(open_again_keeps_all);
  ADD(open_by_many_processes);
  ADD(open_refuses_foreign);
  ADD(open_refuses_foreign_id);
  ADD(open_refuses_no_database);
  ADD(open_refuses_newer);
  ADD(open_refuses_missing_folder);
  ADD(check_finds_damage);
  ADD(check_finds_missing_rows);
  ADD(no_space);
  ADD(unknown_things);
  return g_test_run();
}
