#include "catalog/retired.h"

#include "catalog/transaction.h"

/* What is to go: which assets, and how each of them is marked. */
typedef struct {
  StatementId list, mark;
} Purge;

static const Purge RETIRED = {STATEMENT_LIST_RETIRED, STATEMENT_PURGE_ASSET};
static const Purge ORPHANS = {STATEMENT_LIST_ORPHANS, STATEMENT_PURGE_ORPHAN};

static bool list_assets(Connection *connection, const Purge *purge, int64_t before_us, GPtrArray *asset_ids,
                        GError **error) {
  g_auto(Statement) statement = statement_use(connection, purge->list);
  statement_bind(&statement, argument_int(before_us));
  while (statement_next_row(&statement))
    g_ptr_array_add(asset_ids, statement_dup_text(&statement, 0));
  return statement_check(&statement, error);
}

static bool purge_asset(Connection *connection, const Purge *purge, const char *asset_id, GError **error) {
  const StatementId steps[] = {
      STATEMENT_PURGE_TRACKS,   STATEMENT_PURGE_CAPTIONS,      STATEMENT_PURGE_JOBS, STATEMENT_PURGE_STORYBOARD,
      STATEMENT_PURGE_CHAPTERS, STATEMENT_PURGE_SLIDE_CHANGES, purge->mark};
  for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
    if (!connection_run(connection, steps[i], error, argument_text(asset_id)))
      return false;
  return true;
}

/* Asked before the write lock is taken: mostly there is nothing to do. */
static bool look(Catalog *catalog, const Purge *purge, int64_t before_us, GPtrArray *asset_ids, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_read(&transaction, catalog, error) &&
         list_assets(transaction.connection, purge, before_us, asset_ids, error);
}

static bool purge_all(Catalog *catalog, const Purge *purge, int64_t before_us, GPtrArray **ret_asset_ids,
                      GError **error) {
  g_autoptr(GPtrArray) asset_ids = g_ptr_array_new_with_free_func(g_free);
  if (!look(catalog, purge, before_us, asset_ids, error))
    return false;
  if (asset_ids->len > 0) {
    g_auto(Transaction) transaction = {0};
    g_ptr_array_set_size(asset_ids, 0);
    if (!transaction_begin_write(&transaction, catalog, error) ||
        !list_assets(transaction.connection, purge, before_us, asset_ids, error)) /* one may have been retried */
      return false;
    for (guint i = 0; i < asset_ids->len; i++)
      if (!purge_asset(transaction.connection, purge, asset_ids->pdata[i], error))
        return false;
    if (!transaction_commit(&transaction, error))
      return false;
  }
  *ret_asset_ids = g_steal_pointer(&asset_ids);
  return true;
}

bool catalog_purge_retired(Catalog *catalog, int64_t before_us, GPtrArray **ret_asset_ids, GError **error) {
  return purge_all(catalog, &RETIRED, before_us, ret_asset_ids, error);
}

bool catalog_purge_orphans(Catalog *catalog, int64_t before_us, GPtrArray **ret_asset_ids, GError **error) {
  return purge_all(catalog, &ORPHANS, before_us, ret_asset_ids, error);
}

bool catalog_list_orphans(Catalog *catalog, int64_t before_us, GPtrArray **ret_asset_ids, GError **error) {
  g_autoptr(GPtrArray) asset_ids = g_ptr_array_new_with_free_func(g_free);
  if (!look(catalog, &ORPHANS, before_us, asset_ids, error))
    return false;
  *ret_asset_ids = g_steal_pointer(&asset_ids);
  return true;
}
