/* Imports as jobs: reports, rights, dry runs, cancelling, and going on after a kill without doing anything twice. */
#include "catalog/import_job.h"
#include "catalog/person.h"
#include "tests/unit/catalog/record_fixture.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
  Fixture fixture;
  char *folder;
  int64_t stop_after; /* batches; -1: never */
} Trial;

static void set_up(Trial *trial, gconstpointer unused) {
  fixture_set_up(&trial->fixture, unused);
  fixture_add_divisions(&trial->fixture);
  trial->folder = import_job_folder(trial->fixture.root);
  trial->stop_after = -1;
  g_assert_cmpint(g_mkdir_with_parents(trial->folder, 0750), ==, 0);
}

static void tear_down(Trial *trial, gconstpointer unused) {
  g_free(trial->folder);
  fixture_tear_down(&trial->fixture, unused);
}

/* What a request makes of a file. */
static char *add(const Trial *trial, CatalogImport wish, const char *text, const char *key) {
  static int number;
  g_autofree char *id = g_strdup_printf("%013d", ++number), *path = import_job_path(trial->folder, id);
  char *made = NULL;
  g_autoptr(GError) error = NULL;
  g_assert_true(g_file_set_contents(path, text, -1, NULL));
  wish.id = id;
  wish.owner = wish.owner ? wish.owner : (char *)"operator";
  wish.size_bytes = (int64_t)strlen(text);
  catalog_create_import(trial->fixture.catalog, &wish, key, &made, &error);
  g_assert_no_error(error);
  return made;
}

static CatalogImport *load(const Trial *trial, const char *id) {
  CatalogImport *import = NULL;
  g_autoptr(GError) error = NULL;
  catalog_load_import(trial->fixture.catalog, id, &import, &error);
  g_assert_no_error(error);
  return import;
}

static bool should_stop(gpointer user_data) {
  Trial *trial = user_data;
  return trial->stop_after >= 0 && trial->stop_after-- == 0;
}

static bool run_next(Trial *trial) {
  bool is_found = false;
  g_autoptr(GError) error = NULL;
  import_jobs_run_next(trial->fixture.catalog, trial->folder, should_stop, trial, &is_found, &error);
  g_assert_no_error(error);
  return is_found;
}

static GArray *rows_of(const Trial *trial, const char *id, bool is_failed_only) {
  GArray *rows = NULL;
  g_autoptr(GError) error = NULL;
  catalog_list_import_rows(trial->fixture.catalog, id, 0, IMPORT_REPORT_LIMIT_MAX, is_failed_only, &rows, &error);
  g_assert_no_error(error);
  return rows;
}

static void assert_row(const GArray *rows, guint index, int64_t line, const char *result, const char *message) {
  g_assert_cmpuint(index, <, rows->len);
  const ImportReportRow *row = &g_array_index(rows, ImportReportRow, index);
  g_assert_cmpint(row->line, ==, line);
  g_assert_cmpstr(row->result, ==, result);
  if (!strstr(row->message_en, message))
    g_error("\"%s\" is not in \"%s\"", message, row->message_en);
  g_assert_cmpint(*row->message_zh == '\0', ==, *row->message_en == '\0');
}

static int64_t count(const Trial *trial, const char *sql) {
  return fixture_number(&trial->fixture, sql);
}

/* --- reports --- */

static const char table[] = "标题,状态\n甲,draft\n,draft\n乙,published\n丙,nothing\n丁\n\"戊\n";

static void test_report(Trial *trial, gconstpointer unused) {
  (void)unused;
  g_autofree char *id = add(trial, (CatalogImport){.name = (char *)"a.csv"}, table, NULL);
  g_autofree char *path = import_job_path(trial->folder, id);
  g_autoptr(CatalogImport) waiting = load(trial, id);
  g_assert_cmpint(waiting->state, ==, IMPORT_STATE_WAITING);
  g_assert_true(run_next(trial));
  g_assert_false(run_next(trial));
  g_autoptr(CatalogImport) done = load(trial, id);
  g_assert_cmpint(done->state, ==, IMPORT_STATE_DONE);
  g_assert_cmpint(done->counts.created, ==, 3);
  g_assert_cmpint(done->counts.failed, ==, 3);
  g_assert_cmpint(done->rows_total, ==, 6);
  g_assert_cmpint(done->finished_us, >=, done->started_us);
  g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
  g_autoptr(GArray) rows = rows_of(trial, id, false), failed = rows_of(trial, id, true);
  g_assert_cmpuint(rows->len, ==, 6);
  assert_row(rows, 0, 2, "created", "");
  assert_row(rows, 1, 3, "failed", "title");
  assert_row(rows, 3, 5, "failed", "nothing");
  g_assert_cmpstr(g_array_index(rows, ImportReportRow, 0).title, ==, "甲");
  g_assert_cmpstr(g_array_index(rows, ImportReportRow, 0).kind, ==, "course");
  g_autofree char *sql = g_strdup_printf("SELECT COUNT(*) FROM course WHERE title = '甲' AND id = '%s'",
                                         g_array_index(rows, ImportReportRow, 0).record_id);
  g_assert_cmpint(count(trial, sql), ==, 1);
  g_assert_cmpuint(failed->len, ==, 3);
  assert_row(failed, 2, 8, "failed", "quote");
}

static void test_dry_run(Trial *trial, gconstpointer unused) {
  (void)unused;
  g_autofree char *id = add(trial, (CatalogImport){.is_dry_run = true}, table, NULL);
  g_assert_true(run_next(trial));
  g_autoptr(CatalogImport) done = load(trial, id);
  g_autoptr(GArray) rows = rows_of(trial, id, false);
  g_assert_cmpint(done->state, ==, IMPORT_STATE_DONE);
  g_assert_cmpint(done->counts.created, ==, 3);
  g_assert_cmpuint(rows->len, ==, 6);
  assert_row(rows, 1, 3, "failed", "title");
  g_assert_cmpstr(g_array_index(rows, ImportReportRow, 0).record_id, ==, "");
  g_assert_cmpint(
      count(trial, "SELECT (SELECT COUNT(*) FROM course) + (SELECT COUNT(*) FROM audit WHERE kind <> 'division')"),
      ==, 0);
}

static void test_dry_run_of_many(Trial *trial, gconstpointer unused) {
  (void)unused;
  g_autoptr(GString) text = g_string_new("name\n");
  for (int i = 0; i <= IMPORT_DRY_RUN_ROWS_MAX; i++)
    g_string_append(text, "a\n");
  g_autofree char *id = add(trial, (CatalogImport){.is_dry_run = true, .kind = RECORD_ROOM}, text->str, NULL);
  g_assert_true(run_next(trial));
  g_autoptr(CatalogImport) done = load(trial, id);
  g_assert_cmpint(done->state, ==, IMPORT_STATE_FAILED);
  g_assert_nonnull(strstr(done->error, "10001"));
}

static void test_files_that_are_none(Trial *trial, gconstpointer unused) {
  (void)unused;
  static const struct {
    ImportFormat format;
    const char *text, *part;
  } cases[] = {{IMPORT_FORMAT_CSV, "", "empty"},
               {IMPORT_FORMAT_CSV, "title,colour\n", "colour"},
               {IMPORT_FORMAT_CSV, "\xff\xff", "no text"},
               {IMPORT_FORMAT_LINES, "\xff\xff", "no text"},
               {IMPORT_FORMAT_XLSX, "PK nothing", "xlsx"}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *id = add(trial, (CatalogImport){.format = cases[i].format}, cases[i].text, NULL);
    g_assert_true(run_next(trial));
    g_autoptr(CatalogImport) done = load(trial, id);
    g_assert_cmpint(done->state, ==, IMPORT_STATE_FAILED);
    if (!strstr(done->error, cases[i].part) || !strstr(done->error, " · "))
      g_error("%s", done->error);
  }
}

/* --- rights --- */

static char *make_person(const Trial *trial, const char *login, Role role, const char *institution_id) {
  g_autoptr(CatalogPerson) person = NULL;
  g_autoptr(GError) error = NULL;
  RoleGrant grant = {.role = role, .institution_id = institution_id};
  catalog_create_person(trial->fixture.catalog, "tester", login, login, "", NULL, NULL, &person, &error);
  g_assert_no_error(error);
  catalog_give_role(trial->fixture.catalog, "tester", person->id, &grant, &error);
  g_assert_no_error(error);
  return g_strdup(person->id);
}

static void test_rights(Trial *trial, gconstpointer unused) {
  (void)unused;
  const Fixture *fixture = &trial->fixture;
  g_autofree char *own = fixture_make_record(fixture, RECORD_INSTITUTION, "name", "本校", NULL);
  g_autofree char *other = fixture_make_record(fixture, RECORD_INSTITUTION, "name", "外校", NULL);
  g_autofree char *theirs =
      fixture_make_record(fixture, RECORD_COURSE, "title", "外校的课", "institution_id", other, NULL);
  g_free(fixture_make_record(fixture, RECORD_LECTURER, "name", "已有讲师", NULL));
  g_autofree char *teacher = make_person(trial, "teacher", ROLE_TEACHER, own);
  g_autofree char *text = g_strdup_printf(
      "id,标题,机构名称,讲师姓名,状态\n,没说机构,,已有讲师,\n,本校的,本校,,\n,外校的,外校,,\n,新机构,第三校,,\n"
      ",要发布,本校,,published\n,新讲师,本校,没有的人,\n%s,改外校的,,,\n",
      theirs);
  CatalogImport wish = {.person_id = teacher, .scopes = RIGHT_ALL, .institution_id = own};
  g_autofree char *id = add(trial, wish, text, NULL);
  g_assert_true(run_next(trial));
  g_autoptr(GArray) rows = rows_of(trial, id, false);
  g_assert_cmpuint(rows->len, ==, 7);
  assert_row(rows, 0, 2, "created", "");
  assert_row(rows, 1, 3, "created", "");
  assert_row(rows, 2, 4, "failed", "right");
  assert_row(rows, 3, 5, "failed", "第三校");
  assert_row(rows, 4, 6, "failed", "right");
  assert_row(rows, 5, 7, "failed", "没有的人");
  assert_row(rows, 6, 8, "failed", "right");
  g_assert_cmpint(count(trial, "SELECT COUNT(*) FROM course WHERE institution = '本校'"), ==, 2);
  g_assert_cmpint(count(trial, "SELECT COUNT(*) FROM course"), ==, 3);
  g_assert_cmpint(count(trial, "SELECT COUNT(*) FROM institution"), ==, 2);
}

static void assert_nothing_may_be_done(Trial *trial, CatalogImport wish, const char *text) {
  g_autofree char *id = add(trial, wish, text, NULL);
  g_assert_true(run_next(trial));
  g_autoptr(CatalogImport) done = load(trial, id);
  g_assert_cmpint(done->state, ==, IMPORT_STATE_DONE);
  g_assert_cmpint(done->counts.failed, ==, done->rows_total);
  g_assert_cmpint(done->counts.failed, >, 0);
}

static void test_rights_of_lines(Trial *trial, gconstpointer unused) {
  (void)unused;
  const Fixture *fixture = &trial->fixture;
  g_autofree char *own = fixture_make_record(fixture, RECORD_INSTITUTION, "name", "本校", NULL);
  g_autofree char *course = fixture_make_record(fixture, RECORD_COURSE, "title", "无主", NULL);
  g_autofree char *manager = make_person(trial, "manager", ROLE_MANAGER, own);
  g_autofree char *lines = g_strdup_printf(
      "{\"kind_of\":\"division\",\"code\":\"510500000000\",\"name\":\"泸州\"}\n"
      "{\"kind_of\":\"institution\",\"name\":\"新校\"}\n{\"kind_of\":\"room\",\"name\":\"室\"}\n"
      "{\"kind_of\":\"collection\",\"title\":\"集\"}\n{\"kind_of\":\"course\",\"title\":\"课\"}\n"
      "{\"kind_of\":\"lesson\",\"id\":\"0000000000001\",\"course_id\":\"%s\",\"position\":1,\"title\":\"a\","
      "\"asset_id\":"
      "\"000000000000a\"}\n"
      "{\"kind_of\":\"attachment\",\"course_id\":\"%s\",\"title\":\"a\",\"name\":\"a.pdf\"}\n"
      "{\"kind_of\":\"attachment\",\"course_id\":\"000000000000z\",\"title\":\"a\",\"name\":\"a.pdf\"}\n",
      course, course);
  CatalogImport wish = {.person_id = manager, .scopes = RIGHT_ALL, .format = IMPORT_FORMAT_LINES};
  assert_nothing_may_be_done(trial, wish, lines);
  CatalogImport narrow = {.person_id = manager, .scopes = RIGHT_UPLOAD, .institution_id = own};
  assert_nothing_may_be_done(trial, narrow, "title\n课\n"); /* what the token may not */
  bool is_disabled = true;
  g_assert_true(catalog_update_person(fixture->catalog, "tester", manager, NULL, NULL, &is_disabled, NULL));
  CatalogImport late = {.person_id = manager, .scopes = RIGHT_ALL, .institution_id = own};
  assert_nothing_may_be_done(trial, late, "title\n课\n");
  CatalogImport gone = {.person_id = (char *)"0000000000000", .scopes = RIGHT_ALL};
  assert_nothing_may_be_done(trial, gone, "title\n课\n");
  g_assert_cmpint(count(trial, "SELECT COUNT(*) FROM course"), ==, 1);
  g_assert_cmpint(count(trial, "SELECT COUNT(*) FROM lesson"), ==, 0);
}

/* --- going on --- */

static char *many_rows(int rows) {
  g_autoptr(GString) text = g_string_new("name\n");
  for (int i = 0; i < rows; i++)
    g_string_append_printf(text, "活动室 %d\n", i);
  return g_strdup(text->str);
}

static void test_left_and_taken_up(Trial *trial, gconstpointer unused) {
  (void)unused;
  int total = 3 * IMPORT_BATCH + 5;
  g_autofree char *text = many_rows(total), *id = add(trial, (CatalogImport){.kind = RECORD_ROOM}, text, NULL);
  trial->stop_after = 2;
  g_assert_true(run_next(trial));
  g_autoptr(CatalogImport) left = load(trial, id);
  g_assert_cmpint(left->state, ==, IMPORT_STATE_WAITING);
  g_assert_cmpint(left->counts.created, ==, 2 * IMPORT_BATCH);
  g_assert_true(run_next(trial));
  g_autoptr(CatalogImport) done = load(trial, id);
  g_assert_cmpint(done->state, ==, IMPORT_STATE_DONE);
  g_assert_cmpint(done->counts.created, ==, total);
  g_assert_cmpint(count(trial, "SELECT COUNT(*) FROM room"), ==, total);
  g_assert_cmpint(count(trial, "SELECT COUNT(DISTINCT line) FROM import_row"), ==, total);
}

/* The process is killed at random points: each row is there once in the end, and told of once. */
static void test_killed(Trial *trial, gconstpointer unused) {
  (void)unused;
  int total = 8 * IMPORT_BATCH;
  g_autofree char *text = many_rows(total), *id = add(trial, (CatalogImport){.kind = RECORD_ROOM}, text, NULL);
  const char *path = trial->fixture.database;
  int kills = 0;
  for (int life = 0; life < 30; life++) {
    catalog_close(g_steal_pointer(&trial->fixture.catalog)); /* not open across fork() */
    pid_t pid = fork();
    if (pid == 0) {
      bool is_found = false;
      Catalog *catalog = catalog_open(path, NULL);
      _exit(catalog && import_jobs_run_next(catalog, trial->folder, NULL, NULL, &is_found, NULL) ? 0 : 1);
    }
    g_usleep((gulong)g_test_rand_int_range(20, 200) * 1000);
    kill(pid, SIGKILL);
    int status = 0;
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    kills += WIFSIGNALED(status);
    g_assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    trial->fixture.catalog = catalog_open(path, NULL);
    g_assert_nonnull(trial->fixture.catalog);
    g_autoptr(CatalogImport) now = load(trial, id);
    g_assert_cmpint(now->counts.created, ==, count(trial, "SELECT COUNT(*) FROM room"));
    if (now->state == IMPORT_STATE_DONE)
      break;
  }
  g_test_message("%d kills", kills);
  while (run_next(trial))
    ;
  g_autoptr(CatalogImport) done = load(trial, id);
  g_assert_cmpint(done->state, ==, IMPORT_STATE_DONE);
  g_assert_cmpint(done->counts.created, ==, total);
  g_assert_cmpint(count(trial, "SELECT COUNT(DISTINCT name) FROM room"), ==, total);
  g_assert_cmpint(count(trial, "SELECT COUNT(*) FROM room"), ==, total);
  g_assert_cmpint(count(trial, "SELECT COUNT(*) FROM import_row"), ==, total);
}

static void test_cancelled(Trial *trial, gconstpointer unused) {
  (void)unused;
  g_autofree char *text = many_rows(2 * IMPORT_BATCH),
                  *id = add(trial, (CatalogImport){.kind = RECORD_ROOM}, text, NULL);
  Catalog *catalog = trial->fixture.catalog;
  trial->stop_after = 1;
  g_assert_true(run_next(trial));
  g_assert_true(catalog_delete_import(catalog, trial->folder, id, NULL));
  g_assert_false(run_next(trial));
  g_autoptr(CatalogImport) cancelled = load(trial, id);
  g_assert_cmpint(cancelled->state, ==, IMPORT_STATE_CANCELLED);
  g_assert_cmpint(count(trial, "SELECT COUNT(*) FROM room"), ==, IMPORT_BATCH);
  g_assert_cmpint(count(trial, "SELECT COUNT(*) FROM import_row"), ==, IMPORT_BATCH);
  g_assert_true(catalog_delete_import(catalog, trial->folder, id, NULL));
  g_assert_cmpint(count(trial, "SELECT COUNT(*) FROM import_row"), ==, 0);
  g_autoptr(GError) error = NULL;
  g_assert_false(catalog_delete_import(catalog, trial->folder, id, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
}

static void test_keys_and_caps(Trial *trial, gconstpointer unused) {
  (void)unused;
  g_autofree char *first = add(trial, (CatalogImport){0}, "title\na\n", "key");
  g_autofree char *again = add(trial, (CatalogImport){0}, "title\na\n", "key");
  g_autofree char *other = add(trial, (CatalogImport){.owner = (char *)"person:a"}, "title\na\n", "key");
  g_assert_cmpstr(first, ==, again);
  g_assert_cmpstr(first, !=, other);
  for (int i = 1; i < IMPORT_JOBS_OPEN_MAX; i++)
    g_free(add(trial, (CatalogImport){0}, "title\na\n", NULL));
  CatalogImport wish = {.id = (char *)"x", .owner = (char *)"operator"};
  g_autoptr(GError) error = NULL;
  g_autofree char *id = NULL;
  g_assert_false(catalog_create_import(trial->fixture.catalog, &wish, NULL, &id, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT);
  while (run_next(trial))
    ;
  g_assert_cmpint(count(trial, "SELECT COUNT(*) FROM course"), ==, IMPORT_JOBS_OPEN_MAX + 1);
  for (int i = 0; i < IMPORT_JOBS_KEPT_MAX; i++) {
    g_free(add(trial, (CatalogImport){0}, "title\na\n", NULL));
    g_assert_true(run_next(trial));
  }
  g_autoptr(GPtrArray) own = NULL, all = NULL;
  g_assert_true(catalog_list_imports(trial->fixture.catalog, "operator", 1000, &own, NULL));
  g_assert_true(catalog_list_imports(trial->fixture.catalog, NULL, 1000, &all, NULL));
  g_assert_cmpuint(own->len, ==, IMPORT_JOBS_KEPT_MAX + 1);
  g_assert_cmpuint(all->len, ==, own->len + 1);
}

#define ADD(name) g_test_add("/import_job/" #name, Trial, NULL, set_up, test_##name, tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD(report);
  ADD(dry_run);
  ADD(dry_run_of_many);
  ADD(files_that_are_none);
  ADD(rights);
  ADD(rights_of_lines);
  ADD(left_and_taken_up);
  ADD(killed);
  ADD(cancelled);
  ADD(keys_and_caps);
  return g_test_run();
}
