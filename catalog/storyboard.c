#include "catalog/storyboard.h"

#include "base/blob_store.h"
#include "catalog/job_lease.h"

/* A storyboard larger than this is a mistake. */
#define TILES_MAX 100000
#define SIDE_MAX 4096

void catalog_storyboard_clear(CatalogStoryboard *storyboard) {
  g_clear_pointer(&storyboard->sheet_keys, g_ptr_array_unref);
}

static bool load_sheets(Connection *connection, const char *asset_id, GPtrArray *keys, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LIST_STORYBOARD_SHEETS);
  statement_bind(&statement, argument_text(asset_id));
  while (statement_next_row(&statement))
    g_ptr_array_add(keys, statement_dup_text(&statement, 0));
  return statement_check(&statement, error);
}

static bool load_layout(Connection *connection, const char *asset_id, CatalogStoryboard *ret_layout,
                        GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LOAD_STORYBOARD);
  statement_bind(&statement, argument_text(asset_id));
  if (!statement_load_row(&statement, error, "no storyboard of %s", asset_id))
    return false;
  *ret_layout = (CatalogStoryboard){
      .interval_us = statement_int(&statement, 0),
      .tile_width = statement_int32(&statement, 1),
      .tile_height = statement_int32(&statement, 2),
      .columns = statement_int32(&statement, 3),
      .rows = statement_int32(&statement, 4),
      .tile_count = statement_int(&statement, 5),
  };
  return true;
}

bool catalog_load_storyboard(Catalog *catalog, const char *asset_id, CatalogStoryboard *ret_storyboard,
                             GError **error) {
  g_auto(Transaction) transaction = {0};
  CatalogStoryboard layout;
  g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
  if (!transaction_begin_read(&transaction, catalog, error) ||
      !load_layout(transaction.connection, asset_id, &layout, error) ||
      !load_sheets(transaction.connection, asset_id, keys, error))
    return false;
  *ret_storyboard = layout;
  ret_storyboard->sheet_keys = g_steal_pointer(&keys);
  return true;
}

static bool is_in(int64_t value, int64_t max) {
  return value >= 1 && value <= max;
}

static bool check_storyboard(const CatalogStoryboard *storyboard, GError **error) {
  bool is_valid = storyboard->interval_us > 0 && is_in(storyboard->tile_width, SIDE_MAX) &&
                  is_in(storyboard->tile_height, SIDE_MAX) && is_in(storyboard->columns, SIDE_MAX) &&
                  is_in(storyboard->rows, SIDE_MAX) && is_in(storyboard->tile_count, TILES_MAX);
  if (is_valid) {
    int64_t per_sheet = (int64_t)storyboard->columns * storyboard->rows;
    is_valid = (storyboard->tile_count + per_sheet - 1) / per_sheet == storyboard->sheet_keys->len;
  }
  for (guint i = 0; is_valid && i < storyboard->sheet_keys->len; i++)
    is_valid = blob_key_is_valid(storyboard->sheet_keys->pdata[i]);
  if (!is_valid)
    g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID,
                        "the storyboard's tiles and sheets do not fit");
  return is_valid;
}

static bool record(Connection *connection, const char *asset_id, const CatalogStoryboard *storyboard,
                   GError **error) {
  if (!connection_run(connection, STATEMENT_DELETE_STORYBOARD, error, argument_text(asset_id)) ||
      !connection_run(connection, STATEMENT_INSERT_STORYBOARD, error, argument_text(asset_id),
                      argument_int(storyboard->interval_us), argument_int(storyboard->tile_width),
                      argument_int(storyboard->tile_height), argument_int(storyboard->columns),
                      argument_int(storyboard->rows), argument_int(storyboard->tile_count)))
    return false;
  for (guint i = 0; i < storyboard->sheet_keys->len; i++)
    if (!connection_run(connection, STATEMENT_INSERT_STORYBOARD_SHEET, error, argument_text(asset_id),
                        argument_int(i), argument_text(storyboard->sheet_keys->pdata[i])))
      return false;
  return true;
}

bool catalog_publish_storyboard(Catalog *catalog, const CatalogJob *job, const char *owner,
                                const CatalogStoryboard *storyboard, GError **error) {
  if (!check_storyboard(storyboard, error))
    return false;
  g_auto(Transaction) transaction = {0};
  JobLease lease = {0};
  if (!job_lease_begin(&transaction, catalog, job, owner, &lease, error))
    return false;
  if (lease.kind != JOB_KIND_STORYBOARD) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "a %s job publishes no storyboard",
                job_kind_name(lease.kind));
    return false;
  }
  return record(transaction.connection, lease.asset_id, storyboard, error) &&
         job_lease_finish(transaction.connection, job->id, &lease, NULL, NULL, error) &&
         transaction_commit(&transaction, error);
}
