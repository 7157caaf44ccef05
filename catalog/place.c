#include "catalog/place.h"

#include "catalog/record_place.h"
#include "catalog/transaction.h"

void place_clear(Place *place) {
  g_free((char *)place->division);
  g_free((char *)place->institution_id);
  *place = (Place){0};
}

bool place_load(Connection *connection, const char *kind, const char *id, Place *ret_place, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LOAD_PLACE);
  statement_bind(&statement, argument_text(kind), argument_text(id));
  if (!statement_load_row(&statement, error, "there is no %s %s", kind, id))
    return false;
  ret_place->division = statement_dup_text(&statement, 0);
  ret_place->institution_id = statement_dup_text(&statement, 1);
  return true;
}

bool catalog_load_place(Catalog *catalog, const char *kind, const char *id, Place *ret_place, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_read(&transaction, catalog, error) &&
         place_load(transaction.connection, kind, id, ret_place, error);
}
