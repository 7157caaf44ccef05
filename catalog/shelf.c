#include "catalog/shelf.h"

#include "catalog/transaction.h"

void shelf_lesson_free(ShelfLesson *lesson) {
  if (!lesson)
    return;
  g_free(lesson->id);
  g_free(lesson->title);
  g_free(lesson->course_id);
  g_free(lesson->course_title);
  g_free(lesson->summary);
  g_free(lesson->category);
  g_free(lesson->institution_id);
  g_free(lesson->institution);
  g_free(lesson->lecturers);
  g_free(lesson->asset_id);
  g_free(lesson);
}

static ShelfLesson *read_lesson(Statement *statement) {
  ShelfLesson *lesson = g_new0(ShelfLesson, 1);
  lesson->id = statement_dup_text(statement, 0);
  lesson->title = statement_dup_text(statement, 1);
  lesson->position = statement_int(statement, 2);
  lesson->course_id = statement_dup_text(statement, 3);
  lesson->course_title = statement_dup_text(statement, 4);
  lesson->summary = statement_dup_text(statement, 5);
  lesson->category = statement_dup_text(statement, 6);
  lesson->institution_id = statement_dup_text(statement, 7);
  lesson->institution = statement_dup_text(statement, 8);
  lesson->created_us = statement_int(statement, 9);
  lesson->lecturers = statement_dup_text(statement, 10);
  lesson->asset_id = statement_dup_text(statement, 11);
  lesson->has_video = statement_bool(statement, 12);
  lesson->duration_us = statement_int(statement, 13);
  lesson->has_poster = statement_bool(statement, 14);
  return lesson;
}

bool catalog_list_shelf(Catalog *catalog, const CatalogViewer *viewer, int64_t limit, GPtrArray **ret_lessons,
                        GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *viewer_json = viewer_write_json(viewer);
  g_autoptr(GPtrArray) lessons = g_ptr_array_new_with_free_func((GDestroyNotify)shelf_lesson_free);
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LIST_SHELF);
  statement_bind(&statement, argument_text(viewer_json), argument_int(limit));
  while (statement_next_row(&statement))
    g_ptr_array_add(lessons, read_lesson(&statement));
  if (!statement_check(&statement, error))
    return false;
  *ret_lessons = g_steal_pointer(&lessons);
  return true;
}
