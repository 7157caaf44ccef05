#include "catalog/popularity.h"

#include "catalog/audit.h"
#include "catalog/course_change.h"
#include "tests/unit/catalog/catalog_fixture.h"

#define A "0000000000001"
#define B "0000000000002"
#define POPULARITY_OF(id) "SELECT popularity FROM course WHERE id = '" id "'"

static void add_courses(const Fixture *fixture) {
  fixture_run_sql(fixture, "INSERT INTO course (id, title, created_us, updated_us) VALUES ('" A "', '书法', 1, 1),"
                           " ('" B "', '国画', 1, 1)");
}

static void play(const Fixture *fixture, const char *id, int64_t plays) {
  g_autoptr(GError) error = NULL;
  const CoursePlays courses[] = {{id, plays}, {"00000000000zz", 5}};
  catalog_add_plays(fixture->catalog, courses, G_N_ELEMENTS(courses), &error);
  g_assert_no_error(error);
}

static int64_t last_change(const Fixture *fixture) {
  g_autoptr(GError) error = NULL;
  int64_t last = 0;
  g_assert_true(catalog_load_last_change(fixture->catalog, &last, &error));
  return last;
}

static int64_t fade(const Fixture *fixture, int64_t now_us) {
  g_autoptr(GError) error = NULL;
  int64_t faded = -1;
  catalog_fade_popularity(fixture->catalog, now_us, NULL, NULL, &faded, &error);
  g_assert_no_error(error);
  return faded;
}

/* Plays add up; the index is told in large steps only. */
static void test_popularity_plays(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  add_courses(fixture);
  int64_t seq = last_change(fixture), changes = 0;
  for (int i = 0; i < 100; i++) {
    play(fixture, A, 1);
    int64_t now = last_change(fixture);
    changes += now > seq;
    seq = now;
  }
  g_assert_cmpint(fixture_number(fixture, POPULARITY_OF(A)), ==, 100 * POPULARITY_OF_PLAY);
  g_assert_cmpint(fixture_number(fixture, POPULARITY_OF(B)), ==, 0);
  g_assert_cmpint(changes, ==, 3); /* at 1, 5 and 33 plays */
}

/* Once a day, each course once, whatever cuts it off. */
static void test_popularity_fades(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  const int64_t start_us = 1000 * G_TIME_SPAN_DAY;
  add_courses(fixture);
  play(fixture, A, 10);
  play(fixture, B, 10);
  g_assert_cmpint(fade(fixture, start_us), ==, 0);
  g_assert_cmpint(fade(fixture, start_us + G_TIME_SPAN_DAY - 1), ==, 0);
  g_assert_cmpint(fade(fixture, start_us + G_TIME_SPAN_DAY), ==, 2);
  g_assert_cmpint(fade(fixture, start_us + G_TIME_SPAN_DAY + 1), ==, 0);
  g_assert_cmpint(fixture_number(fixture, POPULARITY_OF(A)), ==, 9700);
  /* cut off behind the first course: it has faded already */
  fixture_run_sql(fixture, "UPDATE upkeep SET position = '" A "'");
  g_assert_cmpint(fade(fixture, start_us + G_TIME_SPAN_DAY + 2), ==, 1);
  g_assert_cmpint(fixture_number(fixture, POPULARITY_OF(A)), ==, 9700);
  g_assert_cmpint(fixture_number(fixture, POPULARITY_OF(B)), ==, 9409);
}

static void test_popularity_fades_into_the_index(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  add_courses(fixture);
  fixture_run_sql(fixture, "UPDATE course SET popularity = 4100 WHERE id = '" A "'");
  int64_t seq = last_change(fixture);
  fade(fixture, 1);
  g_assert_cmpint(fade(fixture, 1 + G_TIME_SPAN_DAY), ==, 1);
  g_assert_cmpint(last_change(fixture), >, seq); /* below 4096, a power of eight */
}

/* Old entries of the audit log go, the newest always stays. */
static void test_audit_prune(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  int64_t count = 0;
  g_assert_true(catalog_prune_audit(fixture->catalog, 100, NULL, NULL, &count, &error));
  g_assert_cmpint(count, ==, 0);
  fixture_run_sql(fixture, "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
                           " INSERT INTO audit (at_us, actor, kind, record_id, action, changes)"
                           " SELECT i, 'tester', 'room', 'x', 'create', '{}' FROM n");
  g_assert_true(catalog_prune_audit(fixture->catalog, 4901, NULL, NULL, &count, &error));
  g_assert_cmpint(count, ==, 4900);
  g_assert_cmpint(fixture_number(fixture, "SELECT MIN(at_us) FROM audit"), ==, 4901);
  g_assert_true(catalog_prune_audit(fixture->catalog, 10000, NULL, NULL, &count, &error));
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM audit"), ==, 1);
}

#define ADD(name, func) g_test_add(name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD("/popularity/plays", test_popularity_plays);
  ADD("/popularity/fades", test_popularity_fades);
  ADD("/popularity/fades_into_the_index", test_popularity_fades_into_the_index);
  ADD("/audit/prune", test_audit_prune);
  return g_test_run();
}
