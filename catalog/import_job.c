#include "catalog/import_job.h"

#include "base/id.h"
#include "catalog/import_take.h"
#include "catalog/transaction.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *const state_names[] = {
    [IMPORT_STATE_WAITING] = "waiting", [IMPORT_STATE_RUNNING] = "running",     [IMPORT_STATE_DONE] = "done",
    [IMPORT_STATE_FAILED] = "failed",   [IMPORT_STATE_CANCELLED] = "cancelled",
};
static const char *const result_names[] = {"created", "updated", "unchanged", "failed"};

const char *import_state_name(ImportState state) {
  return state_names[state];
}

void catalog_import_free(CatalogImport *import) {
  if (!import)
    return;
  g_free(import->id);
  g_free(import->owner);
  g_free(import->person_id);
  g_free(import->name);
  g_free(import->institution_id);
  g_free(import->runner);
  g_free(import->error);
  g_free(import);
}

char *import_job_folder(const char *data_dir) {
  return g_build_filename(data_dir, "imports", NULL);
}

char *import_job_path(const char *folder, const char *id) {
  return g_build_filename(folder, id, NULL);
}

static ImportState state_of(const char *name) {
  for (size_t i = 0; i < G_N_ELEMENTS(state_names); i++)
    if (strcmp(state_names[i], name) == 0)
      return (ImportState)i;
  return IMPORT_STATE_FAILED;
}

CatalogImport *import_job_read_row(Statement *statement) {
  CatalogImport *import = g_new0(CatalogImport, 1);
  import->id = statement_dup_text(statement, 0);
  import->owner = statement_dup_text(statement, 1);
  import->person_id = statement_dup_text(statement, 2);
  import->scopes = (unsigned)statement_int(statement, 3);
  import->name = statement_dup_text(statement, 4);
  record_spec_find(statement_text(statement, 5), &import->kind);
  import_format_find(statement_text(statement, 6), &import->format);
  import->institution_id = statement_dup_text(statement, 7);
  import->is_dry_run = statement_bool(statement, 8);
  import->size_bytes = statement_int(statement, 9);
  import->state = state_of(statement_text(statement, 10));
  import->runner = statement_dup_text(statement, 11);
  import->position = statement_int(statement, 12);
  import->rows_total = statement_int(statement, 13);
  import->counts = (ImportCounts){statement_int(statement, 14), statement_int(statement, 15),
                                  statement_int(statement, 16), statement_int(statement, 17)};
  import->error = statement_dup_text(statement, 18);
  import->created_us = statement_int(statement, 19);
  import->started_us = statement_int(statement, 20);
  import->finished_us = statement_int(statement, 21);
  return import;
}

/* --- making one --- */

/* Under the write lock; `*ret_id` stays NULL when the key is new. */
static bool find_of_key(Connection *connection, const char *owner, const char *key, char **ret_id, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_FIND_IMPORT_OF_KEY);
  statement_bind(&statement, argument_text(owner), argument_text(key));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_id = has_row ? statement_dup_text(&statement, 0) : NULL;
  return true;
}

static bool check_count(Connection *connection, const char *owner, GError **error) {
  int64_t count = 0;
  if (!connection_number(connection, STATEMENT_COUNT_OPEN_IMPORTS, &count, error, argument_text(owner)))
    return false;
  if (count < IMPORT_JOBS_OPEN_MAX)
    return true;
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT,
              "没有完成的导入太多：已有 %d 个 · too many imports have not ended: there are %d",
              IMPORT_JOBS_OPEN_MAX, IMPORT_JOBS_OPEN_MAX);
  return false;
}

static bool insert(Connection *connection, const CatalogImport *import, const char *key, GError **error) {
  int64_t now_us = g_get_real_time();
  return check_count(connection, import->owner, error) &&
         connection_run(connection, STATEMENT_FORGET_IMPORTS, error, argument_text(import->owner),
                        argument_int(now_us - IMPORT_JOBS_KEPT_US), argument_int(IMPORT_JOBS_KEPT_MAX)) &&
         connection_run(
             connection, STATEMENT_INSERT_IMPORT, error, argument_text(import->id), argument_text(import->owner),
             argument_text(import->person_id), argument_int(import->scopes), argument_text(key),
             argument_text(import->name ? import->name : ""), argument_text(record_spec(import->kind)->name),
             argument_text(import_format_name(import->format)),
             argument_text(import->institution_id ? import->institution_id : ""), argument_int(import->is_dry_run),
             argument_int(import->size_bytes), argument_int(now_us));
}

bool catalog_create_import(Catalog *catalog, const CatalogImport *import, const char *idempotency_key,
                           char **ret_id, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *id = NULL;
  if (!transaction_begin_write(&transaction, catalog, error) ||
      (idempotency_key && !find_of_key(transaction.connection, import->owner, idempotency_key, &id, error)))
    return false;
  if (!id) {
    id = g_strdup(import->id);
    if (!insert(transaction.connection, import, idempotency_key, error) || !transaction_commit(&transaction, error))
      return false;
  }
  *ret_id = g_steal_pointer(&id);
  return true;
}

/* --- reading --- */

bool catalog_load_import(Catalog *catalog, const char *id, CatalogImport **ret_import, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LOAD_IMPORT);
  statement_bind(&statement, argument_text(id));
  if (!statement_load_row(&statement, error, "no import %s", id))
    return false;
  *ret_import = import_job_read_row(&statement);
  return true;
}

bool catalog_list_imports(Catalog *catalog, const char *owner, int limit, GPtrArray **ret_imports, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autoptr(GPtrArray) imports = g_ptr_array_new_with_free_func((GDestroyNotify)catalog_import_free);
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LIST_IMPORTS);
  statement_bind(&statement, argument_text(owner), argument_int(limit));
  while (statement_next_row(&statement))
    g_ptr_array_add(imports, import_job_read_row(&statement));
  if (!statement_check(&statement, error))
    return false;
  *ret_imports = g_steal_pointer(&imports);
  return true;
}

static void clear_row(gpointer data) {
  ImportReportRow *row = data;
  g_free(row->kind);
  g_free(row->record_id);
  g_free(row->title);
  g_free(row->message_zh);
  g_free(row->message_en);
}

static const char *result_of(const char *name) {
  for (size_t i = 0; i < G_N_ELEMENTS(result_names); i++)
    if (strcmp(result_names[i], name) == 0)
      return result_names[i];
  return "failed";
}

bool catalog_list_import_rows(Catalog *catalog, const char *id, int64_t after, int64_t limit, bool is_failed_only,
                              GArray **ret_rows, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autoptr(GArray) rows = g_array_new(FALSE, TRUE, sizeof(ImportReportRow));
  g_array_set_clear_func(rows, clear_row);
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(
      transaction.connection, is_failed_only ? STATEMENT_LIST_FAILED_IMPORT_ROWS : STATEMENT_LIST_IMPORT_ROWS);
  statement_bind(&statement, argument_text(id), argument_int(after), argument_int(limit));
  while (statement_next_row(&statement)) {
    ImportReportRow row = {.line = statement_int(&statement, 0),
                           .result = result_of(statement_text(&statement, 1)),
                           .kind = statement_dup_text(&statement, 2),
                           .record_id = statement_dup_text(&statement, 3),
                           .title = statement_dup_text(&statement, 4),
                           .message_zh = statement_dup_text(&statement, 5),
                           .message_en = statement_dup_text(&statement, 6)};
    g_array_append_val(rows, row);
  }
  if (!statement_check(&statement, error))
    return false;
  *ret_rows = g_steal_pointer(&rows);
  return true;
}

/* --- taking one away --- */

bool catalog_delete_import(Catalog *catalog, const char *folder, const char *id, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *path = import_job_path(folder, id);
  if (!transaction_begin_write(&transaction, catalog, error) ||
      !connection_run(transaction.connection, STATEMENT_CANCEL_IMPORT, error, argument_text(id),
                      argument_int(g_get_real_time())))
    return false;
  bool is_cancelled = connection_changes(transaction.connection) > 0;
  if (!is_cancelled && !connection_run(transaction.connection, STATEMENT_DELETE_IMPORT, error, argument_text(id)))
    return false;
  if (!is_cancelled && connection_changes(transaction.connection) == 0) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND, "no import %s", id);
    return false;
  }
  if (!transaction_commit(&transaction, error))
    return false;
  g_unlink(path);
  return true;
}

bool import_jobs_tidy(Catalog *catalog, const char *folder, GError **error) {
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  const char *name = NULL;
  while (dir && (name = g_dir_read_name(dir))) {
    g_autoptr(CatalogImport) import = NULL;
    g_autoptr(GError) cause = NULL;
    g_autofree char *path = import_job_path(folder, name);
    if (id_is_valid(name) && !catalog_load_import(catalog, name, &import, &cause) &&
        !g_error_matches(cause, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND)) {
      g_propagate_error(error, g_steal_pointer(&cause));
      return false;
    }
    GStatBuf seen;
    int64_t now_s = g_get_real_time() / G_TIME_SPAN_SECOND;
    bool is_open = import && import->finished_us == 0;
    if (!is_open && g_stat(path, &seen) == 0 && now_s - seen.st_mtime > 3600) /* one may just be coming in */
      g_unlink(path);
  }
  return true;
}
