#include "catalog/control.h"

#include "catalog/asset_row.h"
#include "catalog/job_lease.h"
#include "catalog/job_share.h"
#include "catalog/replacement.h"

typedef struct {
  AssetState state;
  bool is_paused;
  char *institution;
} Control;

static void control_clear(Control *control) {
  g_free(control->institution);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Control, control_clear)

/* A step on one asset inside a write transaction. */
typedef bool (*ControlStep)(Connection *connection, const char *asset_id, GError **error);

static bool load_control(Connection *connection, const char *asset_id, Control *ret_control, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LOAD_CONTROL);
  statement_bind(&statement, argument_text(asset_id));
  if (!statement_load_row(&statement, error, "no asset %s", asset_id))
    return false;
  *ret_control = (Control){.state = asset_row_state(statement_text(&statement, 0)),
                           .is_paused = statement_bool(&statement, 1),
                           .institution = statement_dup_text(&statement, 2)};
  return true;
}

static bool is_being_made(const Control *control) {
  return control->state == ASSET_STATE_QUEUED || control->state == ASSET_STATE_PLAYABLE;
}

static bool refuse(GError **error, const char *asset_id, const char *reason) {
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT, "asset %s %s", asset_id, reason);
  return false;
}

static bool load_being_made(Connection *connection, const char *asset_id, Control *ret_control, GError **error) {
  g_auto(Control) control = {0};
  if (!load_control(connection, asset_id, &control, error))
    return false;
  if (!is_being_made(&control))
    return refuse(error, asset_id,
                  control.state == ASSET_STATE_READY ? "is ready already" : "has failed or was cancelled");
  *ret_control = control;
  control.institution = NULL;
  return true;
}

static bool set_paused(Connection *connection, const char *asset_id, bool is_paused, GError **error) {
  return connection_run(connection, STATEMENT_SET_ASSET_PAUSED, error, argument_text(asset_id),
                        argument_int(is_paused), argument_int(g_get_real_time()));
}

static bool pause_asset(Connection *connection, const char *asset_id, GError **error) {
  g_auto(Control) control = {0};
  if (!load_being_made(connection, asset_id, &control, error))
    return false;
  return control.is_paused || (set_paused(connection, asset_id, true, error) &&
                               connection_run(connection, STATEMENT_PAUSE_JOBS, error, argument_text(asset_id)));
}

static bool resume_asset(Connection *connection, const char *asset_id, GError **error) {
  g_auto(Control) control = {0};
  if (!load_control(connection, asset_id, &control, error))
    return false;
  return !control.is_paused || (job_share_enter(connection, control.institution, error) &&
                                set_paused(connection, asset_id, false, error) &&
                                connection_run(connection, STATEMENT_RESUME_JOBS, error, argument_text(asset_id)));
}

static bool raise_asset(Connection *connection, const char *asset_id, GError **error) {
  g_auto(Control) control = {0};
  return load_being_made(connection, asset_id, &control, error) &&
         connection_run(connection, STATEMENT_RAISE_JOBS, error, argument_text(asset_id),
                        argument_int(CONTROL_RAISED_PRIORITY));
}

static bool cancel_asset(Connection *connection, const char *asset_id, GError **error) {
  g_auto(Control) control = {0};
  return load_being_made(connection, asset_id, &control, error) &&
         job_lease_fail_asset(connection, asset_id, "cancelled", NULL, g_get_real_time(), error);
}

static bool reopen_asset(Connection *connection, const char *asset_id, GError **error) {
  int64_t now_us = g_get_real_time();
  return connection_run(connection, STATEMENT_REOPEN_ASSET, error, argument_text(asset_id), argument_int(now_us)) &&
         connection_run(connection, STATEMENT_MAKE_ASSET_PLAYABLE, error, argument_text(asset_id),
                        argument_int(now_us)) &&
         replacement_settle(connection, asset_id, now_us, error);
}

static bool retry_asset(Connection *connection, const char *asset_id, GError **error) {
  g_auto(Control) control = {0};
  if (!load_control(connection, asset_id, &control, error))
    return false;
  if (control.state != ASSET_STATE_FAILED)
    return refuse(error, asset_id, "has not failed");
  if (!job_share_enter(connection, control.institution, error) ||
      !connection_run(connection, STATEMENT_REOPEN_JOBS, error, argument_text(asset_id)))
    return false;
  if (connection_changes(connection) == 0)
    return refuse(error, asset_id, "has no jobs that could be done again");
  return reopen_asset(connection, asset_id, error);
}

static bool control_one(Catalog *catalog, const char *asset_id, ControlStep step, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_write(&transaction, catalog, error) && step(transaction.connection, asset_id, error) &&
         transaction_commit(&transaction, error);
}

static bool list_assets(Connection *connection, StatementId id, GPtrArray *asset_ids, GError **error) {
  g_auto(Statement) statement = statement_use(connection, id);
  while (statement_next_row(&statement))
    g_ptr_array_add(asset_ids, statement_dup_text(&statement, 0));
  return statement_check(&statement, error);
}

static bool control_all(Catalog *catalog, StatementId list, ControlStep step, int64_t *ret_count, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autoptr(GPtrArray) asset_ids = g_ptr_array_new_with_free_func(g_free);
  if (!transaction_begin_write(&transaction, catalog, error) ||
      !list_assets(transaction.connection, list, asset_ids, error))
    return false;
  for (guint i = 0; i < asset_ids->len; i++)
    if (!step(transaction.connection, asset_ids->pdata[i], error))
      return false;
  if (!transaction_commit(&transaction, error))
    return false;
  *ret_count = asset_ids->len;
  return true;
}

bool catalog_pause_asset(Catalog *catalog, const char *asset_id, GError **error) {
  return control_one(catalog, asset_id, pause_asset, error);
}

bool catalog_resume_asset(Catalog *catalog, const char *asset_id, GError **error) {
  return control_one(catalog, asset_id, resume_asset, error);
}

bool catalog_pause_all(Catalog *catalog, int64_t *ret_count, GError **error) {
  return control_all(catalog, STATEMENT_LIST_PAUSABLE, pause_asset, ret_count, error);
}

bool catalog_resume_all(Catalog *catalog, int64_t *ret_count, GError **error) {
  return control_all(catalog, STATEMENT_LIST_PAUSED, resume_asset, ret_count, error);
}

bool catalog_raise_asset(Catalog *catalog, const char *asset_id, GError **error) {
  return control_one(catalog, asset_id, raise_asset, error);
}

bool catalog_cancel_asset(Catalog *catalog, const char *asset_id, GError **error) {
  return control_one(catalog, asset_id, cancel_asset, error);
}

bool catalog_retry_asset(Catalog *catalog, const char *asset_id, GError **error) {
  return control_one(catalog, asset_id, retry_asset, error);
}
