#include "catalog/course_change.h"

#include "catalog/transaction.h"

static void clear_change(gpointer data) {
  g_free(((CatalogCourseChange *)data)->course_id);
}

bool catalog_list_course_changes(Catalog *catalog, int64_t after_seq, int64_t limit, GArray **ret_changes,
                                 GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_autoptr(GArray) changes = g_array_new(FALSE, TRUE, sizeof(CatalogCourseChange));
  g_array_set_clear_func(changes, clear_change);
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LIST_COURSE_CHANGES);
  statement_bind(&statement, argument_int(after_seq), argument_int(limit));
  while (statement_next_row(&statement)) {
    CatalogCourseChange change = {statement_dup_text(&statement, 0), statement_int(&statement, 1),
                                  g_str_equal(statement_text(&statement, 2), "deleted")};
    g_array_append_val(changes, change);
  }
  if (!statement_check(&statement, error))
    return false;
  *ret_changes = g_steal_pointer(&changes);
  return true;
}

bool catalog_load_last_change(Catalog *catalog, int64_t *ret_seq, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_read(&transaction, catalog, error) &&
         connection_load_number(transaction.connection, STATEMENT_LOAD_LAST_CHANGE, NULL, 0, ret_seq, error);
}

bool catalog_may_see_course(Catalog *catalog, const char *course_id, const CatalogViewer *viewer, bool *ret_may_see,
                            GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *json = viewer_write_json(viewer);
  int64_t found = 0;
  if (!transaction_begin_read(&transaction, catalog, error) ||
      !connection_number(transaction.connection, STATEMENT_IS_COURSE_VISIBLE, &found, error,
                         argument_text(course_id), argument_text(json)))
    return false;
  *ret_may_see = found != 0;
  return true;
}

/* `*ret_mark` NULL: there is none yet. */
static bool find_mark(Catalog *catalog, char **ret_mark, GError **error) {
  g_auto(Transaction) transaction = {0};
  bool has_row = false;
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LOAD_MARK);
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_mark = has_row ? statement_dup_text(&statement, 0) : NULL;
  return true;
}

static bool make_mark(Catalog *catalog, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_write(&transaction, catalog, error) &&
         connection_run(transaction.connection, STATEMENT_MAKE_MARK, error) &&
         transaction_commit(&transaction, error);
}

bool catalog_load_mark(Catalog *catalog, char **ret_mark, GError **error) {
  if (!find_mark(catalog, ret_mark, error))
    return false;
  return *ret_mark || (make_mark(catalog, error) && find_mark(catalog, ret_mark, error));
}

bool catalog_renew_mark(Catalog *catalog, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_write(&transaction, catalog, error) &&
         connection_run(transaction.connection, STATEMENT_RENEW_MARK, error) &&
         transaction_commit(&transaction, error);
}
