#include "catalog/watch_position.h"

#include "catalog/person.h"
#include "tests/unit/catalog/catalog_fixture.h"

#define SECOND G_TIME_SPAN_SECOND

static char *add_person(const Fixture *fixture, const char *login) {
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogPerson) person = NULL;
  catalog_create_person(fixture->catalog, "tester", login, login, "", NULL, NULL, &person, &error);
  g_assert_no_error(error);
  return g_strdup(person->id);
}

static const char *code_of(const GError *error) {
  return error == NULL                                                    ? "none"
         : g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND) ? "not found"
         : g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_INVALID)   ? "invalid"
                                                                          : error->message;
}

static const char *save(const Fixture *fixture, const char *person, const char *lesson, int64_t position_s,
                        int64_t saved_s) {
  g_autoptr(GError) error = NULL;
  catalog_save_watch_position(fixture->catalog, person, NULL, lesson, position_s * SECOND, 600 * SECOND,
                              saved_s * SECOND, &error);
  return code_of(error);
}

static GArray *list(const Fixture *fixture, const char *person) {
  g_autoptr(GError) error = NULL;
  GArray *positions = NULL;
  catalog_list_watch_positions(fixture->catalog, person, NULL, &positions, &error);
  g_assert_no_error(error);
  return positions;
}

/** Lessons l0000, l0001, ... of one public course, all with one asset. */
static void add_lessons(const Fixture *fixture, int count) {
  g_autofree char *asset = fixture_add_lesson(fixture, "a.mp4");
  g_autofree char *sql =
      g_strdup_printf("INSERT INTO course (id, title, created_us, updated_us) VALUES ('course', '书法', 1, 1);"
                      "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d)"
                      " INSERT INTO lesson (id, course_id, position, title, asset_id)"
                      " SELECT printf('l%%04d', i), 'course', i + 1, '第' || i || '课', '%s' FROM n",
                      count, asset);
  fixture_run_sql(fixture, sql);
}

static void test_watch_position_newest(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *one = add_person(fixture, "one"), *other = add_person(fixture, "other");
  add_lessons(fixture, 2);
  g_assert_cmpstr(save(fixture, one, "l0000", 100, 1000), ==, "none");
  g_assert_cmpstr(save(fixture, one, "l0001", 5, 2000), ==, "none");
  g_assert_cmpstr(save(fixture, one, "l0000", 50, 900), ==, "none"); /* came late: watched before */
  g_assert_cmpstr(save(fixture, one, "nowhere", 50, 900), ==, "not found");
  g_assert_cmpstr(save(fixture, one, "l0000", -1, 3000), ==, "invalid");
  g_autoptr(GArray) ones = list(fixture, one), others = list(fixture, other);
  g_assert_cmpuint(others->len, ==, 0);
  g_assert_cmpuint(ones->len, ==, 2);
  const WatchPosition *first = &g_array_index(ones, WatchPosition, 0);
  const WatchPosition *second = &g_array_index(ones, WatchPosition, 1);
  g_assert_cmpstr(first->lesson_id, ==, "l0001");
  g_assert_cmpstr(first->lesson_title, ==, "第1课");
  g_assert_cmpstr(first->course_title, ==, "书法");
  g_assert_cmpint(first->lesson_count, ==, 2);
  g_assert_cmpint(second->position_us, ==, 100 * SECOND);
  g_assert_cmpint(second->saved_us, ==, 1000 * SECOND);
  g_assert_cmpstr(save(fixture, one, "l0000", 70, 3000), ==, "none");
  g_assert_true(catalog_forget_watch_position(fixture->catalog, one, "l0001", NULL));
  g_assert_true(catalog_forget_watch_position(fixture->catalog, one, "l0001", NULL));
  g_autoptr(GArray) left = list(fixture, one);
  g_assert_cmpuint(left->len, ==, 1);
  g_assert_cmpint(g_array_index(left, WatchPosition, 0).position_us, ==, 70 * SECOND);
}

/** What one may not see any more is not told, and comes back with the course. */
static void test_watch_position_hidden(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *one = add_person(fixture, "one");
  add_lessons(fixture, 1);
  g_assert_cmpstr(save(fixture, one, "l0000", 100, 1000), ==, "none");
  fixture_run_sql(fixture, "UPDATE course SET state = 'withdrawn' WHERE id = 'course'");
  g_autoptr(GArray) hidden = list(fixture, one), seen = NULL;
  g_assert_cmpuint(hidden->len, ==, 0);
  g_assert_cmpstr(save(fixture, one, "l0000", 200, 2000), ==, "not found");
  g_assert_true(catalog_list_watch_positions(fixture->catalog, one, &catalog_viewer_everything, &seen, NULL));
  g_assert_cmpuint(seen->len, ==, 1);
}

static void test_watch_position_cap(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  const int extra = 7;
  g_autofree char *one = add_person(fixture, "one");
  add_lessons(fixture, WATCH_POSITIONS_MAX + extra);
  for (int i = 0; i < WATCH_POSITIONS_MAX + extra; i++) {
    g_autofree char *lesson = g_strdup_printf("l%04d", i);
    g_assert_cmpstr(save(fixture, one, lesson, 30, 1000), ==, "none"); /* all of one moment */
  }
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM watch_position"), ==, WATCH_POSITIONS_MAX);
  g_autoptr(GArray) positions = list(fixture, one);
  g_assert_cmpuint(positions->len, ==, WATCH_POSITIONS_MAX);
  fixture_run_sql(fixture, "PRAGMA foreign_keys = ON; DELETE FROM lesson WHERE id = 'l0000'");
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM watch_position"), ==, WATCH_POSITIONS_MAX - 1);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add(name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
  ADD("/watch_position/newest", test_watch_position_newest);
  ADD("/watch_position/hidden", test_watch_position_hidden);
  ADD("/watch_position/cap", test_watch_position_cap);
  return g_test_run();
}
