#include "catalog/place.h"

#include "catalog/transaction.h"

void place_clear(Place *place) {
  g_free((char *)place->division);
  g_free((char *)place->institution_id);
  *place = (Place){0};
}

bool catalog_load_place(Catalog *catalog, const char *kind, const char *id, Place *ret_place, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LOAD_PLACE);
  statement_bind(&statement, argument_text(kind), argument_text(id));
  if (!statement_load_row(&statement, error, "there is no %s %s", kind, id))
    return false;
  ret_place->division = statement_dup_text(&statement, 0);
  ret_place->institution_id = statement_dup_text(&statement, 1);
  return true;
}
