#include "catalog/asset_viewer.h"

#include "catalog/transaction.h"

bool catalog_may_see_asset(Catalog *catalog, const char *asset_id, const CatalogViewer *viewer, bool *ret_is_public,
                           bool *ret_may_see, GError **error) {
  g_auto(Transaction) transaction = {0};
  bool is_public = false, may_see = viewer && viewer->everything;
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LIST_ASSET_COURSES);
  statement_bind(&statement, argument_text(asset_id));
  while (!is_public && statement_next_row(&statement)) {
    CourseGate gate = {statement_text(&statement, 0), statement_text(&statement, 1), statement_text(&statement, 2),
                       statement_text(&statement, 3), statement_text(&statement, 4)};
    is_public = viewer_may_see(NULL, &gate);
    may_see = may_see || is_public || viewer_may_see(viewer, &gate);
  }
  if (!is_public && !statement_check(&statement, error))
    return false;
  *ret_is_public = is_public;
  *ret_may_see = may_see;
  return true;
}
