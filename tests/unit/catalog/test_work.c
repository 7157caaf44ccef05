/** The list of work on lessons: states, reach, pages, raising; and reviews. */
#include "catalog/work.h"

#include "catalog/audit.h"
#include "catalog/control.h"
#include "catalog/review.h"
#include "catalog/role.h"
#include "catalog/statements.h"
#include "tests/unit/catalog/record_fixture.h"

#define EAST "510402000000"
#define WEST "510403000000"

static char *reach_of(const char *division, const char *institution_id) {
  RoleGrant grant = {ROLE_MANAGER, division, institution_id};
  return role_grants_write_reach(&grant, 1, RIGHT_MANAGE);
}

static char *everything(void) {
  return reach_of(NULL, NULL);
}

/** Puts the course of the asset into a division, or at an institution. */
static void place(const Fixture *fixture, const char *asset_id, const char *division, const char *institution_id) {
  g_autofree char *institution =
      institution_id != NULL ? g_strdup_printf("'%s'", institution_id) : g_strdup("NULL");
  g_autofree char *sql = g_strdup_printf("UPDATE course SET division = '%s', institution_id = %s WHERE id ="
                                         " (SELECT course_id FROM lesson WHERE asset_id = '%s')",
                                         division, institution, asset_id);
  fixture_run_sql(fixture, sql);
}

/** "title state, ..." of the page, newest first. */
static char *query(const Fixture *fixture, const char *reach, const WorkState *state, const char *text) {
  g_autoptr(GError) error = NULL;
  g_autoptr(WorkPage) page = NULL;
  WorkQuery wanted = {.reach = reach, .state = state, .text = text, .limit = WORK_PAGE_LIMIT_MAX};
  catalog_query_work(fixture->catalog, &wanted, &page, &error);
  g_assert_no_error(error);
  GString *found = g_string_new(NULL);
  for (guint i = 0; i < page->items->len; i++) {
    const CatalogWork *work = &g_array_index(page->items, CatalogWork, i);
    g_string_append_printf(found, "%s%s %s", i > 0 ? ", " : "", work->course_title, work_state_name(work->state));
  }
  return g_string_free(found, FALSE);
}

static void assert_query(const Fixture *fixture, char *reach, const WorkState *state, const char *text,
                         const char *expected) {
  g_autofree char *found = query(fixture, reach, state, text);
  g_assert_cmpstr(found, ==, expected);
  g_free(reach);
}

static void test_work_reach(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_add_divisions(fixture);
  g_autofree char *school = fixture_make_record(fixture, RECORD_INSTITUTION, "name", "校", "division", EAST, NULL);
  g_autofree char *a = fixture_add_lesson(fixture, "a"), *b = fixture_add_lesson(fixture, "b");
  g_autofree char *c = fixture_add_lesson(fixture, "c%");
  place(fixture, a, "510402001003", NULL);
  place(fixture, b, "", school);
  place(fixture, c, WEST, NULL);
  assert_query(fixture, everything(), NULL, NULL, "c% waiting, b waiting, a waiting");
  assert_query(fixture, reach_of(EAST, NULL), NULL, NULL, "b waiting, a waiting");
  assert_query(fixture, reach_of(WEST, NULL), NULL, NULL, "c% waiting");
  assert_query(fixture, reach_of(NULL, school), NULL, NULL, "b waiting");
  assert_query(fixture, NULL, NULL, NULL, "");
  assert_query(fixture, everything(), NULL, "%", "c% waiting"); /* literally */
  g_autofree char *east = reach_of(EAST, NULL);
  g_autoptr(GHashTable) names = NULL;
  g_assert_true(catalog_list_reached_institutions(fixture->catalog, east, &names, NULL));
  g_assert_cmpuint(g_hash_table_size(names), ==, 1);
  RoleGrant teacher = {ROLE_TEACHER, EAST, NULL};
  g_assert_null(role_grants_write_reach(&teacher, 1, RIGHT_MANAGE));
}

static void test_work_states(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *a = fixture_add_lesson(fixture, "a"), *b = fixture_add_lesson(fixture, "b");
  g_autofree char *all = everything();
  int64_t counts[WORK_STATE_COUNT] = {0};
  g_autoptr(CatalogJob) job = fixture_claim(fixture, "worker");
  g_assert_cmpstr(job->asset_id, ==, a);
  assert_query(fixture, everything(), NULL, NULL, "b waiting, a making");
  g_assert_true(catalog_fail_job(fixture->catalog, job, "worker", "not_media", "no such", false, NULL));
  g_assert_true(catalog_pause_asset(fixture->catalog, b, NULL));
  assert_query(fixture, everything(), NULL, NULL, "b paused, a failed");
  WorkState failed = WORK_STATE_FAILED;
  assert_query(fixture, everything(), &failed, NULL, "a failed");
  g_assert_true(catalog_count_work(fixture->catalog, all, counts, NULL));
  g_assert_cmpint(counts[WORK_STATE_FAILED], ==, 1);
  g_assert_cmpint(counts[WORK_STATE_PAUSED], ==, 1);
  g_assert_cmpint(counts[WORK_STATE_WAITING], ==, 0);
  g_assert_false(catalog_raise_asset(fixture->catalog, a, NULL)); /* it failed */
  g_assert_true(catalog_resume_asset(fixture->catalog, b, NULL));
  g_assert_true(catalog_retry_asset(fixture->catalog, a, NULL));
  assert_query(fixture, everything(), NULL, NULL, "b waiting, a waiting");
}

/** Waiting jobs of a raised lesson come first. */
static void test_work_raise(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *a = fixture_add_planned_lesson(fixture, 3), *b = fixture_add_planned_lesson(fixture, 3);
  g_assert_true(catalog_raise_asset(fixture->catalog, b, NULL));
  g_autofree char *sql = g_strdup_printf("SELECT COUNT(*) FROM job WHERE state = 'ready' AND priority < %d"
                                         " AND asset_id = '%s'",
                                         CONTROL_RAISED_PRIORITY, b);
  g_assert_cmpint(fixture_number(fixture, sql), ==, 0);
  g_autofree char *others = g_strdup_printf("SELECT COUNT(*) FROM job WHERE priority = %d AND asset_id = '%s'",
                                            CONTROL_RAISED_PRIORITY, a);
  g_assert_cmpint(fixture_number(fixture, others), ==, 0);
}

/** Pages neither repeat nor skip; a cursor that is not ours is refused. */
static void test_work_pages(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  const int count = 7;
  g_autofree char *all = everything(), *cursor = NULL;
  g_autoptr(GString) found = g_string_new(NULL);
  for (int i = 0; i < count; i++) {
    g_autofree char *name = g_strdup_printf("%d", i);
    g_free(fixture_add_lesson(fixture, name));
  }
  fixture_run_sql(fixture, "UPDATE asset SET created_us = 5"); /* all at once */
  for (int round = 0; round < 10; round++) {
    g_autoptr(WorkPage) page = NULL;
    WorkQuery wanted = {.reach = all, .cursor = cursor, .limit = 3};
    g_assert_true(catalog_query_work(fixture->catalog, &wanted, &page, NULL));
    for (guint i = 0; i < page->items->len; i++)
      g_string_append(found, g_array_index(page->items, CatalogWork, i).course_title);
    g_free(cursor);
    cursor = g_strdup(page->next);
    if (cursor == NULL)
      break;
  }
  g_assert_cmpuint(found->len, ==, count);
  for (int i = 0; i < count; i++)
    g_assert_nonnull(strchr(found->str, '0' + i));
  static const char *const wrong[] = {"x", "", "-a", "12", "12-", "99999999999999999999999-a"};
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
    g_autoptr(WorkPage) page = NULL;
    g_autoptr(GError) error = NULL;
    WorkQuery wanted = {.reach = all, .cursor = wrong[i], .limit = 3};
    g_assert_false(catalog_query_work(fixture->catalog, &wanted, &page, &error));
    g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
  }
}

static const char *decide(const Fixture *fixture, const char *course, int64_t version, bool is_approved,
                          const char *remark) {
  g_autoptr(GError) error = NULL;
  catalog_decide_review(fixture->catalog, "person:reviewer", course, version, is_approved, remark, &error);
  return error == NULL                                                   ? "done"
         : g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT) ? "conflict"
         : g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_STALE)    ? "stale"
         : g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_INVALID)  ? "invalid"
                                                                         : error->message;
}

static void test_work_reviews(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_add_divisions(fixture);
  g_autofree char *course = fixture_make_record(fixture, RECORD_COURSE, "title", "书法", "division", EAST, NULL);
  g_autofree char *east = reach_of(EAST, NULL), *west = reach_of(WEST, NULL);
  g_autofree char *long_remark = g_strnfill(REVIEW_REMARK_CHARACTERS_MAX + 1, 'x');
  int64_t count = 0;
  g_autoptr(GArray) reviews = NULL, left = NULL;
  g_assert_cmpstr(decide(fixture, course, 0, true, ""), ==, "conflict"); /* a draft */
  g_assert_cmpint(fixture_set_field(fixture, RECORD_COURSE, course, "status", "review"), ==, RECORD_FAULT_NONE);
  g_assert_true(catalog_count_reviews_due(fixture->catalog, east, &count, NULL));
  g_assert_cmpint(count, ==, 1);
  g_assert_true(catalog_count_reviews_due(fixture->catalog, west, &count, NULL));
  g_assert_cmpint(count, ==, 0);
  g_assert_cmpstr(decide(fixture, course, 0, false, "  "), ==, "invalid");
  g_assert_cmpstr(decide(fixture, course, 0, false, long_remark), ==, "invalid");
  g_assert_cmpstr(decide(fixture, course, 1, false, "封面太暗"), ==, "stale");
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM course_review"), ==, 0);
  g_assert_cmpstr(decide(fixture, course, 2, false, "封面太暗"), ==, "done");
  g_assert_cmpint(fixture_set_field(fixture, RECORD_COURSE, course, "status", "review"), ==, RECORD_FAULT_NONE);
  g_assert_cmpstr(decide(fixture, course, 0, true, NULL), ==, "done");
  g_assert_true(catalog_list_reviews(fixture->catalog, course, &reviews, NULL));
  g_assert_cmpuint(reviews->len, ==, 2);
  g_assert_true(g_array_index(reviews, CourseReview, 0).is_approved);
  g_assert_cmpstr(g_array_index(reviews, CourseReview, 1).remark, ==, "封面太暗");
  g_assert_cmpstr(g_array_index(reviews, CourseReview, 1).actor, ==, "person:reviewer");
  g_autoptr(CatalogRecord) now = fixture_load_record(fixture, RECORD_COURSE, course);
  g_assert_cmpstr(catalog_record_get(now, "status"), ==, "published");
  fixture_set_field(fixture, RECORD_COURSE, course, "status", "withdrawn");
  g_assert_true(catalog_delete_record(fixture->catalog, "tester", RECORD_COURSE, course, 0, NULL));
  g_assert_true(catalog_list_reviews(fixture->catalog, course, &left, NULL));
  g_assert_cmpuint(left->len, ==, 0);
}

static guint count_audit(const Fixture *fixture, const AuditQuery *query) {
  g_autoptr(GArray) entries = NULL;
  g_autoptr(GError) error = NULL;
  catalog_list_audit(fixture->catalog, query, &entries, &error);
  g_assert_no_error(error);
  return entries->len;
}

static void test_work_audit(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  int64_t now_us = g_get_real_time();
  g_assert_true(catalog_note_change(fixture->catalog, "person:zhang", "asset", "a", "retry", NULL));
  g_assert_true(catalog_note_change(fixture->catalog, "api", "asset", "a", "pause", NULL));
  g_assert_true(catalog_note_change(fixture->catalog, "person:li", "room", "r", "retry", NULL));
  g_assert_cmpuint(count_audit(fixture, &(AuditQuery){.limit = 10}), ==, 3);
  g_assert_cmpuint(count_audit(fixture, &(AuditQuery){.actor = "zhang", .limit = 10}), ==, 1);
  g_assert_cmpuint(count_audit(fixture, &(AuditQuery){.actor = "person:zhang", .limit = 10}), ==, 1);
  g_assert_cmpuint(count_audit(fixture, &(AuditQuery){.actor = "zhan", .limit = 10}), ==, 0);
  g_assert_cmpuint(count_audit(fixture, &(AuditQuery){.kind = "asset", .action = "retry", .limit = 10}), ==, 1);
  g_assert_cmpuint(count_audit(fixture, &(AuditQuery){.since_us = now_us, .limit = 10}), ==, 3);
  g_assert_cmpuint(count_audit(fixture, &(AuditQuery){.until_us = now_us, .limit = 10}), ==, 0);
}

/* A page costs what its lessons have, however much waits besides: no row of it looks through all jobs of a state. */
static void test_work_plan(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  static const StatementId ids[] = {STATEMENT_QUERY_WORK, STATEMENT_COUNT_WORK};
  sqlite3 *db = NULL;
  g_assert_cmpint(sqlite3_open(fixture->database, &db), ==, SQLITE_OK);
  for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
    g_autofree char *sql = g_strconcat("EXPLAIN QUERY PLAN ", statement_spec(ids[i])->sql, NULL);
    sqlite3_stmt *plan = NULL;
    int jobs = 0;
    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &plan, NULL), ==, SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW) {
      const char *step = (const char *)sqlite3_column_text(plan, 3);
      jobs += strstr(step, "job USING INDEX") != NULL;
      g_assert_null(strstr(step, "job_open"));
      g_assert_null(strstr(step, "SCAN job"));
      g_assert_null(strstr(step, "SCAN lesson"));
    }
    g_assert_cmpint(jobs, >, 0);
    sqlite3_finalize(plan);
  }
  sqlite3_close(db);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add(name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
  ADD("/work/reach", test_work_reach);
  ADD("/work/states", test_work_states);
  ADD("/work/raise", test_work_raise);
  ADD("/work/pages", test_work_pages);
  ADD("/work/plan", test_work_plan);
  ADD("/work/reviews", test_work_reviews);
  ADD("/work/audit", test_work_audit);
  return g_test_run();
}
