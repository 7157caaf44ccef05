#include "catalog/watch_position.h"

#include "catalog/transaction.h"

static void clear_position(gpointer data) {
  WatchPosition *position = data;
  g_free(position->lesson_id);
  g_free(position->lesson_title);
  g_free(position->course_id);
  g_free(position->course_title);
  g_free(position->asset_id);
}

bool catalog_list_watch_positions(Catalog *catalog, const char *person_id, const CatalogViewer *viewer,
                                  GArray **ret_positions, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *seen_by = viewer_write_json(viewer);
  g_autoptr(GArray) positions = g_array_new(FALSE, TRUE, sizeof(WatchPosition));
  g_array_set_clear_func(positions, clear_position);
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LIST_WATCH_POSITIONS);
  statement_bind(&statement, argument_text(person_id), argument_text(seen_by), argument_int(WATCH_POSITIONS_MAX));
  while (statement_next_row(&statement)) {
    WatchPosition position = {.lesson_id = statement_dup_text(&statement, 0),
                              .lesson_title = statement_dup_text(&statement, 1),
                              .course_id = statement_dup_text(&statement, 2),
                              .course_title = statement_dup_text(&statement, 3),
                              .lesson_count = statement_int(&statement, 4),
                              .asset_id = statement_dup_text(&statement, 5),
                              .has_poster = statement_bool(&statement, 6),
                              .position_us = statement_int(&statement, 7),
                              .duration_us = statement_int(&statement, 8),
                              .saved_us = statement_int(&statement, 9)};
    g_array_append_val(positions, position);
  }
  if (!statement_check(&statement, error))
    return false;
  *ret_positions = g_steal_pointer(&positions);
  return true;
}

static bool check_lesson(Connection *connection, const CatalogViewer *viewer, const char *lesson_id,
                         GError **error) {
  g_autofree char *seen_by = viewer_write_json(viewer);
  int64_t found = 0;
  if (!connection_number(connection, STATEMENT_IS_LESSON_VISIBLE, &found, error, argument_text(lesson_id),
                         argument_text(seen_by)))
    return false;
  if (found == 0)
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND, "there is no lesson %s to be seen", lesson_id);
  return found != 0;
}

bool catalog_save_watch_position(Catalog *catalog, const char *person_id, const CatalogViewer *viewer,
                                 const char *lesson_id, int64_t position_us, int64_t duration_us, int64_t saved_us,
                                 GError **error) {
  g_auto(Transaction) transaction = {0};
  if (position_us < 0 || duration_us < 0) {
    g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "a position is not before the start");
    return false;
  }
  return transaction_begin_write(&transaction, catalog, error) &&
         check_lesson(transaction.connection, viewer, lesson_id, error) &&
         connection_run(transaction.connection, STATEMENT_SAVE_WATCH_POSITION, error, argument_text(person_id),
                        argument_text(lesson_id), argument_int(position_us), argument_int(duration_us),
                        argument_int(saved_us)) &&
         connection_run(transaction.connection, STATEMENT_TRIM_WATCH_POSITIONS, error, argument_text(person_id),
                        argument_int(WATCH_POSITIONS_MAX)) &&
         transaction_commit(&transaction, error);
}

bool catalog_forget_watch_position(Catalog *catalog, const char *person_id, const char *lesson_id, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_write(&transaction, catalog, error) &&
         connection_run(transaction.connection, STATEMENT_DELETE_WATCH_POSITION, error, argument_text(person_id),
                        argument_text(lesson_id)) &&
         transaction_commit(&transaction, error);
}
