#include "catalog/job.h"
#include "catalog/statements.h"
#include "tests/unit/catalog/catalog_fixture.h"

/* Claims one job and tells whose it is; "-" when there is none. Caller frees. */
static char *claim_institution(const Fixture *fixture) {
  g_autoptr(CatalogJob) job = fixture_claim(fixture, "w1");
  if (!job)
    return g_strdup("-");
  g_autofree char *sql =
      g_strdup_printf("SELECT unicode(institution) FROM job WHERE id = %" G_GINT64_FORMAT, job->id);
  return g_strdup_printf("%c", (char)fixture_number(fixture, sql));
}

/* Whose the next `count` jobs are, one letter each. Caller frees. */
static char *claim_letters(const Fixture *fixture, int count) {
  GString *letters = g_string_new(NULL);
  for (int i = 0; i < count; i++) {
    g_autofree char *letter = claim_institution(fixture);
    g_string_append(letters, letter);
  }
  return g_string_free(letters, FALSE);
}

/* Leaves only the spans after the first: jobs of one priority. */
static void drop_others(const Fixture *fixture) {
  fixture_run_sql(fixture, "DELETE FROM job WHERE state = 'ready' AND priority <> 50");
}

static void test_job_claim_institution_is_kept(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_free(fixture_add_planned_lesson_of(fixture, 2, "社区学院"));
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM asset WHERE institution = '社区学院'"), ==, 1);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM job WHERE institution = '社区学院'"), ==, 5);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM job WHERE started_us > 0"), ==, 1); /* the probe */
}

/* Institutions with work of one priority take turns, however much each has brought. */
static void test_job_claim_takes_turns(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_free(fixture_add_planned_lesson_of(fixture, 21, "A"));
  g_free(fixture_add_planned_lesson_of(fixture, 4, "B"));
  drop_others(fixture);
  g_autofree char *letters = claim_letters(fixture, 10);
  g_assert_cmpstr(letters, ==, "ABABABAAAA");
}

/* Equal shares are of work, not of jobs. */
static void test_job_claim_shares_are_weighted(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_free(fixture_add_planned_lesson_of(fixture, 21, "A"));
  g_free(fixture_add_planned_lesson_of(fixture, 21, "B"));
  drop_others(fixture);
  fixture_run_sql(fixture, "UPDATE job SET weight = 12 WHERE institution = 'A' AND state = 'ready'");
  g_autofree char *letters = claim_letters(fixture, 12);
  int of_a = 0;
  for (const char *at = letters; *at; at++)
    of_a += *at == 'A';
  g_assert_cmpint(of_a, ==, 3);
}

/* One that comes (back) while another is at work shares from then on and catches up on nothing; neither does the one
 * that was served while nobody else asked have to wait for it. */
static void test_job_claim_no_arrears(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_free(fixture_add_planned_lesson_of(fixture, 41, "A"));
  drop_others(fixture);
  g_autofree char *alone = claim_letters(fixture, 20);
  g_assert_cmpstr(alone, ==, "AAAAAAAAAAAAAAAAAAAA");
  g_free(fixture_add_planned_lesson_of(fixture, 21, "B"));
  drop_others(fixture);
  g_autofree char *both = claim_letters(fixture, 8);
  int of_b = 0;
  for (const char *at = both; *at; at++)
    of_b += *at == 'B';
  g_assert_cmpint(of_b, ==, 4);
  /* all is done: whoever comes first then owes nothing */
  fixture_run_sql(fixture, "UPDATE job SET state = 'done'");
  g_free(fixture_add_planned_lesson_of(fixture, 21, "A"));
  g_free(fixture_add_planned_lesson_of(fixture, 21, "C"));
  drop_others(fixture);
  g_autofree char *anew = claim_letters(fixture, 6);
  g_assert_cmpstr(anew, ==, "ACACAC");
}

/* Priority goes before fairness, and the oldest lesson of an institution before its others, in the order of time. */
static void test_job_claim_order_in_institution(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *first = fixture_add_planned_lesson_of(fixture, 3, "A");
  g_autofree char *second = fixture_add_planned_lesson_of(fixture, 3, "A");
  const struct {
    const char *asset_id;
    JobKind kind;
    int64_t span_index;
  } expected[] = {{first, JOB_KIND_SPAN, 0},   {second, JOB_KIND_SPAN, 0},  {first, JOB_KIND_AUDIO, 0},
                  {second, JOB_KIND_AUDIO, 0}, {first, JOB_KIND_POSTER, 0}, {second, JOB_KIND_POSTER, 0},
                  {first, JOB_KIND_SPAN, 1},   {first, JOB_KIND_SPAN, 2},   {second, JOB_KIND_SPAN, 1},
                  {second, JOB_KIND_SPAN, 2}};
  for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
    g_autoptr(CatalogJob) job = fixture_claim(fixture, "w1");
    g_assert_cmpstr(job->asset_id, ==, expected[i].asset_id);
    g_assert_cmpint(job->kind, ==, expected[i].kind);
    g_assert_cmpint(job->span_index, ==, expected[i].span_index);
  }
}

static void test_job_claim_between_priorities(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_free(fixture_add_planned_lesson(fixture, 3));
  g_autoptr(CatalogJob) first = NULL, none = NULL, rest = NULL;
  int64_t now_us = g_get_real_time();
  g_assert_true(catalog_claim_job_between(fixture->catalog, "w1", now_us, FIXTURE_LEASE_US, JOB_PRIORITY_URGENT,
                                          INT64_MAX, &first, &error));
  g_assert_cmpint(first->priority, ==, JOB_PRIORITY_FIRST_SPAN);
  g_assert_true(catalog_claim_job_between(fixture->catalog, "w1", now_us, FIXTURE_LEASE_US, JOB_PRIORITY_URGENT,
                                          INT64_MAX, &none, &error));
  g_assert_null(none);
  g_assert_true(catalog_claim_job_between(fixture->catalog, "w1", now_us, FIXTURE_LEASE_US, 0, 60, &rest, &error));
  g_assert_cmpint(rest->priority, ==, 50);
}

/* A job that waits for its next try holds up nothing below it, in its institution or another. */
static void test_job_claim_passes_over_waiting(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_free(fixture_add_planned_lesson_of(fixture, 3, "A"));
  g_free(fixture_add_planned_lesson_of(fixture, 3, "B"));
  fixture_run_sql(fixture,
                  "UPDATE job SET not_before_us = 9000000000000000 WHERE state = 'ready' AND priority > 50");
  fixture_run_sql(fixture, "UPDATE job SET not_before_us = 9000000000000000 WHERE institution = 'A'");
  g_autofree char *letters = claim_letters(fixture, 3);
  g_assert_cmpstr(letters, ==, "BB-");
}

/* The span that follows `before`; -1 when none is given. */
static int64_t claim_next(const Fixture *fixture, const CatalogJob *before, CatalogJob **ret_job) {
  g_autoptr(GError) error = NULL;
  g_assert_true(catalog_claim_next_span(fixture->catalog, before, "w1", g_get_real_time(), FIXTURE_LEASE_US,
                                        ret_job, &error));
  g_assert_no_error(error);
  return *ret_job != NULL ? (*ret_job)->span_index : -1;
}

/* A worker goes on with a lesson's spans as long as nothing else comes first, and then has claimed nothing. */
static void test_job_claim_next_span(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *asset_id = fixture_add_planned_lesson_of(fixture, 6, "A");
  drop_others(fixture);
  g_autoptr(CatalogJob) first = fixture_claim(fixture, "w1"), second = NULL, third = NULL, fourth = NULL,
                        none = NULL;
  g_assert_cmpint(first->span_index, ==, 1);
  g_assert_cmpint(claim_next(fixture, first, &second), ==, 2);
  g_assert_cmpint(second->attempt, ==, 1);
  g_assert_cmpstr(second->asset_id, ==, asset_id);
  g_assert_nonnull(second->plan);

  fixture_run_sql(fixture, "UPDATE job SET priority = 105 WHERE span_index = 4"); /* a viewer has sought it */
  g_assert_cmpint(claim_next(fixture, second, &none), ==, -1);
  fixture_run_sql(fixture, "UPDATE job SET priority = 50");
  g_assert_cmpint(fixture_number(fixture, "SELECT SUM(attempt) FROM job WHERE span_index > 2"), ==, 0);

  g_free(fixture_add_planned_lesson_of(fixture, 3, "B"));
  drop_others(fixture);
  fixture_run_sql(fixture, "UPDATE job SET priority = 51 WHERE institution = 'B'"); /* it comes before A's */
  g_assert_cmpint(claim_next(fixture, second, &none), ==, -1);
  fixture_run_sql(fixture, "UPDATE job SET not_before_us = 9000000000000000 WHERE institution = 'B'");

  fixture_run_sql(fixture, "UPDATE job SET state = 'done' WHERE span_index = 3"); /* another worker has it */
  g_assert_cmpint(claim_next(fixture, second, &third), ==, 4);
  fixture_run_sql(fixture, "UPDATE job SET attempt = 1 WHERE span_index = 5"); /* it was tried before */
  g_assert_cmpint(claim_next(fixture, third, &none), ==, -1);
  fixture_run_sql(fixture, "UPDATE job SET state = 'done' WHERE span_index = 5");
  fixture_run_sql(fixture, "UPDATE job SET state = 'ready' WHERE span_index = 3");
  g_assert_cmpint(claim_next(fixture, third, &none), ==, -1); /* it lies behind */
  g_assert_cmpint(claim_next(fixture, second, &fourth), ==, 3);
}

/* --- cost --- */

#define MANY_ASSETS 1000
#define MANY_SPANS 100

/* 100,000 ready jobs of 50 institutions. */
static void add_many_jobs(const Fixture *fixture) {
  g_free(fixture_add_lesson(fixture, "a.mp4"));
  g_autofree char *sql = g_strdup_printf(
      "BEGIN; DELETE FROM job;"
      "INSERT INTO asset (id, source_key, source_name, source_size_bytes, created_us, updated_us, institution)"
      " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
      " SELECT printf('many-%%04d', i), printf('source/many-%%04d', i), 'x', 1, i, i, printf('school %%02d', i %% "
      "50) FROM n;"
      "INSERT INTO job (asset_id, kind, span_index, first_segment, segment_count, priority, weight, institution,"
      " created_us) WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
      " SELECT id, 'span', i, i * 6, 6, 50, 36000, institution, 1 FROM asset, n WHERE id LIKE 'many-%%';"
      "COMMIT",
      MANY_ASSETS, MANY_SPANS - 1);
  fixture_run_sql(fixture, sql);
}

/* Steps of SQLite's machine that `id` takes for its first row, and its result. */
static int count_steps(sqlite3 *db, StatementId id, const int64_t *arguments, int count, int64_t *ret_number) {
  sqlite3_stmt *statement = NULL;
  g_assert_cmpint(sqlite3_prepare_v2(db, statement_spec(id)->sql, -1, &statement, NULL), ==, SQLITE_OK);
  for (int i = 0; i < count; i++)
    sqlite3_bind_int64(statement, i + 1, arguments[i]);
  g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
  *ret_number = sqlite3_column_int64(statement, 0);
  int steps = sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0);
  sqlite3_finalize(statement);
  return steps;
}

static void test_job_claim_cost_does_not_grow(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  add_many_jobs(fixture);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM job"), ==, MANY_ASSETS * MANY_SPANS);
  sqlite3 *db = NULL;
  g_assert_cmpint(sqlite3_open_v2(fixture->database, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  const int64_t range[] = {g_get_real_time(), 0, 1000};
  int64_t number = 0;
  g_assert_cmpint(count_steps(db, STATEMENT_HAS_READY_JOB, range, 3, &number), <, 100);
  /* a hop for each of the 50 institutions, none for the 100,000 jobs */
  g_assert_cmpint(count_steps(db, STATEMENT_FIND_READY_JOB, range, 3, &number), <, 10000);
  g_assert_cmpint(number, >, 0);
  sqlite3_close(db);
  /* and that is what a claim runs */
  g_autofree char *some = claim_letters(fixture, 5);
  g_assert_cmpstr(some, ==, "sssss");
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(DISTINCT institution) FROM job WHERE state = 'running'"),
                  ==, 5);
}

/* --- a viewer seeks --- */

static SpanOutlook raise_span(const Fixture *fixture, const char *asset_id, int64_t segment_index) {
  g_autoptr(GError) error = NULL;
  SpanOutlook outlook = SPAN_OUTLOOK_NOT_COMING;
  catalog_raise_span(fixture->catalog, asset_id, segment_index, &outlook, &error);
  g_assert_no_error(error);
  return outlook;
}

static int64_t priority_of_span(const Fixture *fixture, int64_t span_index) {
  g_autofree char *sql = g_strdup_printf(
      "SELECT priority FROM job WHERE kind = 'span' AND span_index = %" G_GINT64_FORMAT, span_index);
  return fixture_number(fixture, sql);
}

static void test_job_raise_comes_next(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 10);
  g_autofree char *other = fixture_add_planned_lesson(fixture, 3);
  g_assert_cmpint(raise_span(fixture, asset_id, 1 + 6 * FIXTURE_SPAN_SEGMENTS + 2), ==, SPAN_OUTLOOK_COMING);
  g_assert_cmpint(priority_of_span(fixture, 7), ==, JOB_PRIORITY_RAISED);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM job WHERE priority = 105"), ==, 1);
  g_assert_cmpint(fixture_number(fixture, "SELECT span_index FROM job WHERE priority = 90 AND kind = 'span'"), ==,
                  8);
  g_autoptr(CatalogJob) job = fixture_claim(fixture, "w1");
  g_assert_cmpstr(job->asset_id, ==, asset_id);
  g_assert_cmpint(job->span_index, ==, 7);
  g_assert_cmpint(job->priority, ==, JOB_PRIORITY_RAISED);
  /* running: nothing to raise, still coming */
  g_assert_cmpint(raise_span(fixture, asset_id, 1 + 6 * FIXTURE_SPAN_SEGMENTS), ==, SPAN_OUTLOOK_COMING);
  g_autoptr(GError) error = NULL;
  g_assert_true(fixture_publish_span(fixture, job, "w1", &error));
  g_assert_cmpint(raise_span(fixture, asset_id, 1 + 6 * FIXTURE_SPAN_SEGMENTS), ==, SPAN_OUTLOOK_PUBLISHED);
}

/* Whoever asks again and again writes nothing, and does not wait for a writer. */
static void test_job_raise_writes_once(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 4);
  int64_t last = fixture_segment_total(4) - 1;
  g_assert_cmpint(raise_span(fixture, asset_id, last), ==, SPAN_OUTLOOK_COMING);
  sqlite3 *db = NULL;
  g_assert_cmpint(sqlite3_open_v2(fixture->database, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  g_assert_cmpint(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  for (int i = 0; i < 3; i++)
    g_assert_cmpint(raise_span(fixture, asset_id, last - i), ==, SPAN_OUTLOOK_COMING);
  sqlite3_close(db);
}

static void test_job_raise_what_does_not_come(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 3);
  int64_t total = fixture_segment_total(3);
  g_assert_cmpint(raise_span(fixture, "nothing", 0), ==, SPAN_OUTLOOK_NOT_COMING);
  g_assert_cmpint(raise_span(fixture, asset_id, total), ==, SPAN_OUTLOOK_NOT_COMING);
  g_assert_cmpint(raise_span(fixture, asset_id, -1), ==, SPAN_OUTLOOK_NOT_COMING);
  fixture_run_sql(fixture, "UPDATE job SET is_paused = 1");
  g_assert_cmpint(raise_span(fixture, asset_id, 2), ==, SPAN_OUTLOOK_NOT_COMING);
  g_assert_cmpint(priority_of_span(fixture, 1), ==, 50);
  fixture_run_sql(fixture, "UPDATE job SET is_paused = 0");
  g_autoptr(CatalogJob) first = fixture_claim(fixture, "w1");
  g_assert_true(catalog_fail_job(fixture->catalog, first, "w1", "damaged", NULL, false, &error));
  g_assert_cmpint(raise_span(fixture, asset_id, 2), ==, SPAN_OUTLOOK_NOT_COMING);
  g_autofree char *queued = fixture_add_lesson(fixture, "queued.mp4");
  g_assert_cmpint(raise_span(fixture, queued, 0), ==, SPAN_OUTLOOK_NOT_COMING);
}

/* All pictures in one pass: coming, whatever the segment. */
static void test_job_raise_one_pass(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 3);
  fixture_run_sql(fixture, "DELETE FROM job WHERE kind = 'span' AND span_index > 0");
  fixture_run_sql(fixture, "UPDATE job SET kind = 'video' WHERE kind = 'span'");
  g_assert_cmpint(raise_span(fixture, asset_id, 5), ==, SPAN_OUTLOOK_COMING);
  g_assert_cmpint(raise_span(fixture, asset_id, fixture_segment_total(3)), ==, SPAN_OUTLOOK_NOT_COMING);
}

#define ADD(path, name) g_test_add("/job/" path, Fixture, NULL, fixture_set_up, test_job_##name, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD("claim/institution-is-kept", claim_institution_is_kept);
  ADD("claim/takes-turns", claim_takes_turns);
  ADD("claim/shares-are-weighted", claim_shares_are_weighted);
  ADD("claim/no-arrears", claim_no_arrears);
  ADD("claim/order-in-institution", claim_order_in_institution);
  ADD("claim/between-priorities", claim_between_priorities);
  ADD("claim/passes-over-waiting", claim_passes_over_waiting);
  ADD("claim/next-span", claim_next_span);
  ADD("claim/cost-does-not-grow", claim_cost_does_not_grow);
  ADD("raise/comes-next", raise_comes_next);
  ADD("raise/writes-once", raise_writes_once);
  ADD("raise/what-does-not-come", raise_what_does_not_come);
  ADD("raise/one-pass", raise_one_pass);
  return g_test_run();
}
