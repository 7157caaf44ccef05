/* Numbers of changes: whatever shows in a course gives it the next one; lessons in another order. */
#include "catalog/course_change.h"
#include "tests/unit/catalog/record_fixture.h"

static int64_t last_change(const Fixture *fixture) {
  g_autoptr(GError) error = NULL;
  int64_t seq = 0;
  g_assert_true(catalog_load_last_change(fixture->catalog, &seq, &error));
  return seq;
}

/* Exactly these courses changed since `after`; the new highest number. */
static int64_t assert_changed(const Fixture *fixture, int64_t after, size_t count, const char *const *ids) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) changes = NULL;
  g_assert_true(catalog_list_course_changes(fixture->catalog, after, 100, &changes, &error));
  g_assert_cmpuint(changes->len, ==, count);
  int64_t before = after;
  for (guint i = 0; i < changes->len; i++) {
    const CatalogCourseChange *change = &g_array_index(changes, CatalogCourseChange, i);
    g_assert_cmpint(change->change_seq, >, before);
    before = change->change_seq;
    g_assert_true(g_strv_contains(ids, change->course_id));
  }
  g_assert_cmpint(last_change(fixture), ==, before);
  return before;
}

static void test_course_change_fields(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  fixture_add_divisions(fixture);
  g_assert_cmpint(last_change(fixture), ==, 0);
  g_autofree char *school = fixture_make_record(fixture, RECORD_INSTITUTION, "name", "社区大学", NULL);
  g_autofree char *lecturer = fixture_make_record(fixture, RECORD_LECTURER, "name", "甲", NULL);
  g_autofree char *a = fixture_make_record(fixture, RECORD_COURSE, "title", "A", "institution_id", school, NULL);
  g_autofree char *b = fixture_make_record(fixture, RECORD_COURSE, "title", "B", "institution_id", school,
                                           "lecturer_ids", lecturer, "division", "510402000000", NULL);
  const char *only_a[] = {a, NULL}, *only_b[] = {b, NULL}, *both[] = {a, b, NULL};
  int64_t seq = assert_changed(fixture, 0, 2, both);
  fixture_set_field(fixture, RECORD_COURSE, a, "title", "AA");
  seq = assert_changed(fixture, seq, 1, only_a);
  fixture_set_field(fixture, RECORD_COURSE, a, "title", "AA");
  seq = assert_changed(fixture, seq, 0, NULL);
  fixture_set_field(fixture, RECORD_COURSE, b, "tags", "x\x1fy");
  seq = assert_changed(fixture, seq, 1, only_b);
  fixture_set_field(fixture, RECORD_LECTURER, lecturer, "bio", "...");
  seq = assert_changed(fixture, seq, 0, NULL);
  fixture_set_field(fixture, RECORD_LECTURER, lecturer, "name", "乙");
  seq = assert_changed(fixture, seq, 1, only_b);
  fixture_set_field(fixture, RECORD_INSTITUTION, school, "name", "新名");
  seq = assert_changed(fixture, seq, 2, both);
  fixture_run_sql(fixture, "UPDATE division SET name = '新区' WHERE code = '510402000000'");
  seq = assert_changed(fixture, seq, 1, only_b);
  g_assert_true(catalog_delete_record(fixture->catalog, "tester", RECORD_COURSE, b, 0, &error));
  g_autoptr(GArray) changes = NULL;
  g_assert_true(catalog_list_course_changes(fixture->catalog, seq, 100, &changes, &error));
  g_assert_cmpuint(changes->len, ==, 1);
  g_assert_true(g_array_index(changes, CatalogCourseChange, 0).is_deleted);
}

static void test_course_change_media(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 2);
  g_autofree char *other = fixture_add_lesson(fixture, "other.mp4");
  g_autoptr(GError) error = NULL;
  int64_t seq = last_change(fixture);
  static const char *const changes[] = {
      "INSERT INTO caption VALUES ('%s', 'zh-CN', '中文', 'key')",
      "UPDATE caption SET blob_key = 'key2' WHERE asset_id = '%s'",
      "DELETE FROM caption WHERE asset_id = '%s'",
      "INSERT INTO chapter VALUES ('%s', 0, '开始')",
      "UPDATE chapter SET title = '第一章' WHERE asset_id = '%s'",
      "UPDATE asset SET state = 'playable' WHERE id = '%s'",
      "UPDATE asset SET poster_key = 'p' WHERE id = '%s'",
      "UPDATE lesson SET title = '第一课' WHERE asset_id = '%s'",
  };
  for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
    g_autoptr(GString) sql = g_string_new(changes[i]);
    g_string_replace(sql, "%s", asset_id, 1);
    fixture_run_sql(fixture, sql->str);
    g_autoptr(GArray) found = NULL;
    g_assert_true(catalog_list_course_changes(fixture->catalog, seq, 10, &found, &error));
    if (found->len != 1)
      g_error("%u changes: %s", found->len, sql->str);
    seq = last_change(fixture);
  }
  g_autofree char *quiet = g_strdup_printf("UPDATE asset SET updated_us = 5 WHERE id = '%s'", asset_id);
  fixture_run_sql(fixture, quiet);
  g_assert_cmpint(last_change(fixture), ==, seq);
}

static char *course_of(const Fixture *fixture, const char *asset_id) {
  g_autoptr(GError) error = NULL;
  g_autoptr(RecordPage) page = NULL;
  g_assert_true(catalog_query_records(fixture->catalog, RECORD_COURSE, &(RecordQuery){.limit = 9}, &page, &error));
  for (guint i = 0; i < page->records->len; i++) {
    const CatalogRecord *record = page->records->pdata[i];
    g_autoptr(CatalogCourse) course = NULL;
    g_autoptr(GPtrArray) lessons = NULL;
    g_assert_true(catalog_load_course(fixture->catalog, record->id, &course, &lessons, &error));
    if (g_strcmp0(course->asset_id, asset_id) == 0)
      return g_strdup(record->id);
  }
  g_assert_not_reached();
}

static GPtrArray *lessons_of(const Fixture *fixture, const char *course_id) {
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogCourse) course = NULL;
  GPtrArray *lessons = NULL;
  g_assert_true(catalog_load_course(fixture->catalog, course_id, &course, &lessons, &error));
  return lessons;
}

static void test_course_change_order_lessons(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *first = fixture_add_lesson(fixture, "a.mp4"), *second = fixture_add_lesson(fixture, "b.mp4");
  g_autofree char *course_id = course_of(fixture, first);
  g_autoptr(GPtrArray) before = lessons_of(fixture, course_id);
  const char *lesson_id = ((CatalogLesson *)before->pdata[0])->id;
  LessonOrder order[] = {{.asset_id = second}, {.id = lesson_id, .title = "后一课"}};
  g_assert_true(
      catalog_order_lessons(fixture->catalog, "tester", course_id, 1, order, G_N_ELEMENTS(order), NULL, &error));
  g_autoptr(GPtrArray) after = lessons_of(fixture, course_id);
  g_assert_cmpuint(after->len, ==, 2);
  g_assert_cmpstr(((CatalogLesson *)after->pdata[0])->asset_id, ==, second);
  g_assert_cmpstr(((CatalogLesson *)after->pdata[0])->title, ==, "b.mp4");
  g_assert_cmpstr(((CatalogLesson *)after->pdata[1])->id, ==, lesson_id);
  g_assert_cmpstr(((CatalogLesson *)after->pdata[1])->title, ==, "后一课");
  g_assert_cmpint(((CatalogLesson *)after->pdata[1])->position, ==, 2);
  const struct {
    LessonOrder order[2];
    RecordFaultReason reason;
  } wrong[] = {{{{.id = lesson_id}, {.id = lesson_id}}, RECORD_FAULT_TWICE},
               {{{.id = lesson_id}, {.id = "0000000000000"}}, RECORD_FAULT_NO_RECORD},
               {{{.id = lesson_id}, {.asset_id = "0000000000000"}}, RECORD_FAULT_NO_RECORD},
               {{{.id = lesson_id}, {.title = "x"}}, RECORD_FAULT_MISSING},
               {{{.id = lesson_id, .title = ""}, {.asset_id = first}}, RECORD_FAULT_MISSING}};
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
    RecordFault fault = {0};
    g_assert_false(
        catalog_order_lessons(fixture->catalog, "tester", course_id, 2, wrong[i].order, 2, &fault, &error));
    g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
    g_assert_cmpint(fault.reason, ==, wrong[i].reason);
    g_clear_error(&error);
  }
  g_assert_false(catalog_order_lessons(fixture->catalog, "tester", course_id, 1, order, 1, NULL, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_STALE);
  g_clear_error(&error);
  order[0] = (LessonOrder){.id = lesson_id};
  g_assert_true(catalog_order_lessons(fixture->catalog, "tester", course_id, 2, order, 1, NULL, &error));
  g_autoptr(GPtrArray) one = lessons_of(fixture, course_id);
  g_assert_cmpuint(one->len, ==, 1);
}

/* A lesson has its own media and, besides, the interpreter's; neither is swept while the lesson shows it. */
static void test_course_change_sign_asset(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *main = fixture_add_lesson(fixture, "a.mp4"), *sign = fixture_add_lesson(fixture, "b.mp4");
  g_autofree char *course_id = course_of(fixture, main), *other_id = course_of(fixture, sign);
  g_autofree char *orphans = g_strdup_printf("SELECT orphaned_us > 0 FROM asset WHERE id = '%s'", sign);
  g_autoptr(GPtrArray) before = lessons_of(fixture, course_id);
  const char *lesson_id = ((CatalogLesson *)before->pdata[0])->id;
  const struct {
    LessonOrder order;
    const char *shown; /* afterwards */
  } steps[] = {{{.id = lesson_id, .has_sign = true, .sign_asset_id = sign}, sign},
               {{.id = lesson_id, .title = "改名"}, sign},
               {{.id = lesson_id, .has_sign = true}, NULL}};
  for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
    g_assert_true(
        catalog_order_lessons(fixture->catalog, "tester", course_id, 0, &steps[i].order, 1, NULL, &error));
    g_autoptr(GPtrArray) after = lessons_of(fixture, course_id);
    g_assert_cmpstr(((CatalogLesson *)after->pdata[0])->asset_id, ==, main);
    g_assert_cmpstr(((CatalogLesson *)after->pdata[0])->sign_asset_id, ==, steps[i].shown);
    if (i == 0)
      g_assert_true(catalog_order_lessons(fixture->catalog, "tester", other_id, 0, NULL, 0, NULL, &error));
    g_assert_cmpint(fixture_number(fixture, orphans), ==, steps[i].shown == NULL);
  }
  RecordFault fault = {0};
  LessonOrder lost = {.id = lesson_id, .has_sign = true, .sign_asset_id = "0000000000000"};
  g_assert_false(catalog_order_lessons(fixture->catalog, "tester", course_id, 0, &lost, 1, &fault, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
  g_assert_cmpstr(fault.field, ==, "sign_asset_id");
}

#define ADD(name)                                                                                                  \
  g_test_add("/course_change/" #name, Fixture, NULL, fixture_set_up, test_course_change_##name, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD(fields);
  ADD(media);
  ADD(order_lessons);
  ADD(sign_asset);
  return g_test_run();
}
