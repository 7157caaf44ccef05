#include "catalog/course.h"

#include "catalog/asset_row.h"
#include "catalog/course_row.h"
#include "catalog/transaction.h"

#define LIST_SEPARATOR "\x1f"

CatalogCourse *catalog_course_ref(CatalogCourse *course) {
  g_atomic_int_inc(&course->references);
  return course;
}

void catalog_course_free(CatalogCourse *course) {
  if (!course || !g_atomic_int_dec_and_test(&course->references))
    return;
  g_free(course->id);
  g_free(course->title);
  g_free(course->summary);
  g_free(course->kind);
  g_free(course->category);
  g_strfreev(course->audiences);
  g_strfreev(course->tags);
  g_free(course->language);
  g_free(course->institution);
  g_free(course->division);
  g_free(course->institution_id);
  g_free(course->division_name);
  g_free(course->level);
  g_free(course->licence);
  g_free(course->term);
  g_free(course->state);
  g_free(course->visibility);
  g_free(course->visible_to);
  g_strfreev(course->lecturers);
  g_strfreev(course->lecturer_ids);
  g_free(course->asset_id);
  g_free(course);
}

void catalog_lesson_free(CatalogLesson *lesson) {
  if (!lesson)
    return;
  g_free(lesson->id);
  g_free(lesson->title);
  g_free(lesson->asset_id);
  g_free(lesson->sign_asset_id);
  g_free(lesson);
}

/* "" gives an empty list. */
static char **split_list(const char *text) {
  return g_strsplit(text, LIST_SEPARATOR, -1);
}

static void read_model(Statement *statement, CatalogCourse *course) {
  course->institution_id = statement_dup_text(statement, 18);
  course->division_name = statement_dup_text(statement, 19);
  course->level = statement_dup_text(statement, 20);
  course->licence = statement_dup_text(statement, 21);
  course->term = statement_dup_text(statement, 22);
  course->state = statement_dup_text(statement, 23);
  course->visibility = statement_dup_text(statement, 24);
  course->visible_to = statement_dup_text(statement, 25);
  course->popularity = statement_int(statement, 26);
  course->row_version = statement_int(statement, 27);
  course->change_seq = statement_int(statement, 28);
  course->lecturers = split_list(statement_text(statement, 29));
  course->lecturer_ids = split_list(statement_text(statement, 30));
}

CatalogCourse *course_row_read(Statement *statement) {
  CatalogCourse *course = g_new0(CatalogCourse, 1);
  course->references = 1;
  course->id = statement_dup_text(statement, 0);
  course->title = statement_dup_text(statement, 1);
  course->summary = statement_dup_text(statement, 2);
  course->kind = statement_dup_text(statement, 3);
  course->category = statement_dup_text(statement, 4);
  course->language = statement_dup_text(statement, 5);
  course->institution = statement_dup_text(statement, 6);
  course->division = statement_dup_text(statement, 7);
  course->created_us = statement_int(statement, 8);
  course->updated_us = statement_int(statement, 9);
  course->audiences = split_list(statement_text(statement, 10));
  course->tags = split_list(statement_text(statement, 11));
  course->lesson_count = statement_int(statement, 12);
  course->duration_us = statement_int(statement, 13);
  course->asset_id = statement_dup_text(statement, 14);
  course->asset_state = asset_row_state(statement_text(statement, 15));
  course->asset_progress = course->asset_id ? statement_real(statement, 16) : 0;
  course->has_poster = course->asset_id && statement_bool(statement, 17);
  read_model(statement, course);
  return course;
}

static bool load_course(Connection *connection, const char *course_id, CatalogCourse **ret_course, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LOAD_COURSE);
  statement_bind(&statement, argument_text(course_id));
  if (!statement_load_row(&statement, error, "no course %s", course_id))
    return false;
  *ret_course = course_row_read(&statement);
  return true;
}

static bool load_lessons(Connection *connection, const char *course_id, GPtrArray *lessons, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LIST_LESSONS);
  statement_bind(&statement, argument_text(course_id));
  while (statement_next_row(&statement)) {
    CatalogLesson *lesson = g_new0(CatalogLesson, 1);
    lesson->id = statement_dup_text(&statement, 0);
    lesson->title = statement_dup_text(&statement, 1);
    lesson->position = statement_int(&statement, 2);
    lesson->asset_id = statement_dup_text(&statement, 3);
    lesson->sign_asset_id = statement_dup_text(&statement, 4);
    g_ptr_array_add(lessons, lesson);
  }
  return statement_check(&statement, error);
}

bool catalog_load_course(Catalog *catalog, const char *course_id, CatalogCourse **ret_course,
                         GPtrArray **ret_lessons, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autoptr(CatalogCourse) course = NULL;
  g_autoptr(GPtrArray) lessons = g_ptr_array_new_with_free_func((GDestroyNotify)catalog_lesson_free);
  if (!transaction_begin_read(&transaction, catalog, error) ||
      !load_course(transaction.connection, course_id, &course, error) ||
      !load_lessons(transaction.connection, course_id, lessons, error))
    return false;
  *ret_course = g_steal_pointer(&course);
  *ret_lessons = g_steal_pointer(&lessons);
  return true;
}
