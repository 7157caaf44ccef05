#include "catalog/course.h"
#include "catalog/migration.h"
#include "catalog/progress.h"
#include "tests/unit/catalog/catalog_fixture.h"

/* A catalog as it was with schema `version`: it lived through all versions before, and has rows of each
 * (tests/fixtures/catalog/NNNN.sql, where that version had something new to hold). */
static void run_file(sqlite3 *db, const char *path, bool may_miss) {
  g_autofree char *script = NULL;
  if (may_miss && !g_file_test(path, G_FILE_TEST_EXISTS))
    return;
  g_autoptr(GError) error = NULL;
  g_assert_true(g_file_get_contents(path, &script, NULL, &error));
  char *message = NULL;
  if (sqlite3_exec(db, script, NULL, NULL, &message) != SQLITE_OK)
    g_error("%s: %s", path, message);
}

static void make_catalog_of(const Fixture *fixture, int version) {
  sqlite3 *db = NULL;
  g_assert_cmpint(sqlite3_open(fixture->database, &db), ==, SQLITE_OK);
  for (size_t i = 0; i < migration_table_count && migration_table[i].version <= version; i++) {
    const Migration *migration = &migration_table[i];
    g_autofree char *script = g_strdup_printf(KAPOK_SOURCE_DIR "/catalog/migrations/%s.sql", migration->name);
    g_autofree char *rows =
        g_strdup_printf(KAPOK_SOURCE_DIR "/tests/fixtures/catalog/%04d.sql", migration->version);
    sqlite3_exec(db, "PRAGMA foreign_keys = OFF", NULL, NULL, NULL);
    run_file(db, script, false);
    sqlite3_exec(db, migration->version_sql, NULL, NULL, NULL);
    sqlite3_exec(db, "PRAGMA foreign_keys = ON", NULL, NULL, NULL);
    run_file(db, rows, migration->version > 2); /* the first two are always told apart */
  }
  sqlite3_close(db);
}

static void make_old_catalog(const Fixture *fixture) {
  make_catalog_of(fixture, 1);
}

/* Every value of every table, as SQL literals, in the order of the columns named in `columns` (table -> names). */
static char *dump_rows(const Fixture *fixture, GHashTable *columns) {
  sqlite3 *db = NULL;
  g_assert_cmpint(sqlite3_open(fixture->database, &db), ==, SQLITE_OK);
  g_autoptr(GList) tables = g_list_sort(g_hash_table_get_keys(columns), (GCompareFunc)strcmp);
  GString *dump = g_string_new(NULL);
  for (const GList *at = tables; at; at = at->next) {
    g_autofree char *sql = g_strdup_printf("SELECT %s FROM %s ORDER BY 1",
                                           (char *)g_hash_table_lookup(columns, at->data), (char *)at->data);
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
      g_error("%s: %s", sql, sqlite3_errmsg(db));
    while (sqlite3_step(statement) == SQLITE_ROW)
      g_string_append_printf(dump, "%s: %s\n", (char *)at->data, (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
  }
  sqlite3_close(db);
  return g_string_free(dump, FALSE);
}

/* Tables with an expression of all their columns, as the schema is now. */
static GHashTable *list_columns(const Fixture *fixture) {
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  g_assert_cmpint(sqlite3_open(fixture->database, &db), ==, SQLITE_OK);
  g_assert_cmpint(sqlite3_prepare_v2(db,
                                     "SELECT s.name, group_concat('quote(\"' || c.name || '\")', ' || '', '' || ')"
                                     " FROM sqlite_schema AS s JOIN pragma_table_info(s.name) AS c"
                                     " WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite%' GROUP BY s.name",
                                     -1, &statement, NULL),
                  ==, SQLITE_OK);
  GHashTable *columns = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  while (sqlite3_step(statement) == SQLITE_ROW)
    g_hash_table_insert(columns, g_strdup((const char *)sqlite3_column_text(statement, 0)),
                        g_strdup((const char *)sqlite3_column_text(statement, 1)));
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return columns;
}

/* From every schema there was: all that stood in it stands in it afterwards, and work goes on. */
static void test_migration_from_each(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  for (int version = 1; version <= migration_newest_version(); version++) {
    g_autoptr(GError) error = NULL;
    make_catalog_of(fixture, version);
    g_autoptr(GHashTable) columns = list_columns(fixture);
    g_autofree char *before = dump_rows(fixture, columns);
    g_assert_nonnull(strstr(before, "太极拳"));
    fixture_open(fixture);
    g_autofree char *after = dump_rows(fixture, columns);
    g_assert_cmpstr(after, ==, before);
    g_assert_cmpint(fixture_number(fixture, "PRAGMA user_version"), ==, migration_newest_version());
    catalog_check(fixture->catalog, &error);
    g_assert_no_error(error);
    g_autofree char *asset_id = fixture_add_lesson_of(fixture, "new.mp4", "新机构");
    g_autoptr(CatalogJob) probe = fixture_claim(fixture, "w2");
    g_assert_cmpstr(probe->asset_id, ==, asset_id);
    fixture_clear(fixture);
    fixture_init(fixture);
  }
}

/* A migrated file has the very schema of a new one. */
static void test_migration_same_schema(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  make_catalog_of(fixture, 1);
  fixture_open(fixture);
  g_autoptr(GHashTable) migrated = list_columns(fixture);
  fixture_clear(fixture);
  fixture_init(fixture);
  fixture_open(fixture);
  g_autoptr(GHashTable) fresh = list_columns(fixture);
  g_assert_cmpuint(g_hash_table_size(migrated), ==, g_hash_table_size(fresh));
  GHashTableIter iter;
  gpointer table = NULL, names = NULL;
  g_hash_table_iter_init(&iter, fresh);
  while (g_hash_table_iter_next(&iter, &table, &names))
    g_assert_cmpstr(g_hash_table_lookup(migrated, table), ==, names);
}

/* Counts of every table of the first schema. */
static char *count_rows(const Fixture *fixture) {
  const char *tables[] = {"asset", "course", "course_audience", "course_tag", "lesson", "caption",
                          "track", "span",   "segment",         "job",        "worker"};
  GString *counts = g_string_new(NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
    g_autofree char *sql = g_strdup_printf("SELECT COUNT(*) FROM %s", tables[i]);
    g_string_append_printf(counts, "%s %d ", tables[i], (int)fixture_number(fixture, sql));
  }
  return g_string_free(counts, FALSE);
}

static void test_migration_keeps_rows(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  make_old_catalog(fixture);
  g_autofree char *before = count_rows(fixture);
  fixture_open(fixture);
  g_autofree char *after = count_rows(fixture);
  g_assert_cmpstr(after, ==, before);
  g_assert_true(catalog_check(fixture->catalog, &error));
  g_assert_cmpint(fixture_number(fixture, "PRAGMA user_version"), ==, catalog_schema_version(fixture->catalog));
  const char *facts[] = {
      "SELECT COUNT(*) FROM asset WHERE id = 'ready00000001' AND state = 'ready' AND plan = '{\"a\":1}'"
      " AND poster_key IS NOT NULL AND ready_us = 200 AND institution = '社区大学' AND is_paused = 0"
      " AND replaces_id IS NULL",
      "SELECT COUNT(*) FROM asset WHERE error_code = 'not_media' AND error_detail = 'text' AND institution = ''",
      "SELECT COUNT(*) FROM job WHERE id = 3 AND attempt = 2 AND failures = 1 AND error_code = 'crashed'"
      " AND weight = 6000 AND finished_us = 130 AND losses = 0",
      "SELECT COUNT(*) FROM job WHERE id = 4 AND state = 'running' AND owner = 'w1' AND progress = 0.5"
      " AND attempt = 3 AND institution = '社区大学'",
      "SELECT COUNT(*) FROM job_tally WHERE kind = 'span' AND state = 'done' AND jobs = 2 AND weight = 12000",
      "SELECT COUNT(*) FROM job_tally WHERE kind = 'probe' AND state = 'failed' AND jobs = 1",
      "SELECT COUNT(*) FROM institution_share WHERE institution = '社区大学' AND served = 0",
      "SELECT COUNT(*) FROM track WHERE id = 1 AND init = x'0102' AND role = 'main' AND is_complete = 1",
      "SELECT COUNT(*) FROM segment WHERE track_id = 1 AND segment_index = 1 AND length = 900",
      "SELECT COUNT(*) FROM institution WHERE name = '社区大学' AND length(id) = 13",
      "SELECT COUNT(*) FROM course JOIN institution ON institution.id = course.institution_id"
      " WHERE institution.name = course.institution AND state = 'published' AND visibility = 'public'",
      "SELECT COUNT(*) FROM course WHERE institution_id IS NULL AND institution = '' AND row_version = 1",
      "SELECT COUNT(DISTINCT change_seq) = 2 AND MIN(change_seq) > 0 FROM course",
  };
  for (size_t i = 0; i < G_N_ELEMENTS(facts); i++)
    if (fixture_number(fixture, facts[i]) != 1)
      g_error("not so: %s", facts[i]);
}

/* The migrated catalog is worked on: a late worker renews, others claim, figures add up. */
static void test_migration_goes_on(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  make_old_catalog(fixture);
  fixture_open(fixture);
  CatalogJob running = {.id = 4, .attempt = 3};
  g_assert_true(catalog_renew_job(fixture->catalog, &running, "w1", 0.75, INT64_MAX, &error));
  g_autoptr(CatalogJob) poster = fixture_claim(fixture, "w2"), span = fixture_claim(fixture, "w2");
  g_assert_cmpint(poster->kind, ==, JOB_KIND_POSTER);
  g_assert_cmpint(span->span_index, ==, 2);
  g_assert_cmpstr(span->plan, ==, "{\"b\":1}");
  g_assert_null(fixture_claim(fixture, "w2"));
  g_auto(CatalogQueue) queue = {0};
  g_assert_true(catalog_load_queue(fixture->catalog, 0, &queue, &error));
  g_assert_cmpint(queue.jobs[JOB_KIND_SPAN][JOB_STATE_RUNNING], ==, 2);
  g_assert_cmpint(queue.encoded_ms, ==, 12000);
  g_assert_cmpint(queue.worker_count, ==, 1);
  g_autoptr(CatalogCourse) course = NULL;
  g_autoptr(GPtrArray) lessons = NULL;
  g_assert_true(catalog_load_course(fixture->catalog, "course0000001", &course, &lessons, &error));
  g_assert_cmpuint(lessons->len, ==, 2);
  g_assert_cmpstr(course->tags[0], ==, "健身");
  g_autofree char *key = NULL;
  CatalogSegment segment = {0};
  g_assert_true(catalog_find_segment(fixture->catalog, "ready00000001", "v360", 1, &key, &segment, &error));
  g_assert_cmpint(segment.length, ==, 900);
  /* and new lessons come in */
  g_autofree char *asset_id = fixture_add_lesson_of(fixture, "new.mp4", "新机构");
  g_autoptr(CatalogJob) probe = fixture_claim(fixture, "w2");
  g_assert_cmpstr(probe->asset_id, ==, asset_id);
}

#define ADD(name)                                                                                                  \
  g_test_add("/migration/" #name, Fixture, NULL, set_up_folder, test_migration_##name, fixture_tear_down)

static void set_up_folder(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_init(fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD(from_each);
  ADD(same_schema);
  ADD(keeps_rows);
  ADD(goes_on);
  return g_test_run();
}
