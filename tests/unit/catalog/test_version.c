#include "catalog/version.h"

#include "tests/unit/catalog/catalog_fixture.h"

#include <sys/wait.h>
#include <unistd.h>

static void test_version_stays_while_nothing_changes(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_open(fixture);
  g_autofree char *asset_id = fixture_add_lesson(fixture, "a.mp4");
  uint64_t before = catalog_version(fixture->catalog);
  for (int i = 0; i < 100; i++) {
    g_autoptr(CatalogAsset) asset = fixture_load_asset(fixture, asset_id);
    g_assert_cmpuint(catalog_version(fixture->catalog), ==, before);
  }
}

static void test_version_changes_with_each_commit(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_open(fixture);
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  for (int i = 0; i < 40; i++) {
    g_autofree char *name = g_strdup_printf("%d.mp4", i);
    g_autofree char *asset_id = fixture_add_lesson(fixture, name);
    gint64 version = (gint64)catalog_version(fixture->catalog);
    g_assert_true(g_hash_table_add(seen, g_memdup2(&version, sizeof version)));
  }
}

/* Another process commits: what this one sees has another number, and what it then loads is the new. */
static void test_version_sees_other_processes(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_open(fixture);
  fixture_close(fixture);
  int go[2], done[2];
  g_assert_cmpint(pipe(go), ==, 0);
  g_assert_cmpint(pipe(done), ==, 0);
  pid_t child = fork();
  if (child == 0) {
    char byte = 0;
    Catalog *catalog = catalog_open(fixture->database, NULL);
    BlobStore *store = blob_store_open_files(fixture->root, NULL);
    for (int i = 0; i < 3; i++) {
      if (read(go[0], &byte, 1) != 1)
        _exit(1);
      g_autofree char *name = g_strdup_printf("other-%d.mp4", i);
      Fixture other = *fixture;
      other.catalog = catalog;
      other.store = store;
      g_free(fixture_add_lesson(&other, name));
      if (write(done[1], &byte, 1) != 1)
        _exit(1);
    }
    catalog_close(catalog);
    blob_store_free(store);
    _exit(0);
  }
  close(go[0]);
  close(done[1]);
  fixture_open(fixture);
  for (int i = 0; i < 3; i++) {
    char byte = 0;
    uint64_t before = catalog_version(fixture->catalog);
    g_assert_cmpint(write(go[1], "g", 1), ==, 1);
    g_assert_cmpint(read(done[0], &byte, 1), ==, 1);
    g_assert_cmpuint(catalog_version(fixture->catalog), !=, before);
    g_assert_cmpint(fixture_number(fixture, "SELECT count(*) FROM asset"), ==, i + 1);
  }
  int status = -1;
  g_assert_cmpint(waitpid(child, &status, 0), ==, child);
  g_assert_cmpint(status, ==, 0);
  close(go[1]);
  close(done[0]);
}

#define ADD(name)                                                                                                  \
  g_test_add("/version/" #name, Fixture, NULL, set_up_folder, test_version_##name, fixture_tear_down)

static void set_up_folder(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_init(fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD(stays_while_nothing_changes);
  ADD(changes_with_each_commit);
  ADD(sees_other_processes);
  return g_test_run();
}
