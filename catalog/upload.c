#include "catalog/upload.h"

#include "base/path.h"
#include "catalog/transaction.h"
#include "catalog/upload_row.h"

static const char *const kind_names[] = {
    [UPLOAD_KIND_WHOLE] = "whole",
    [UPLOAD_KIND_PARTIAL] = "partial",
    [UPLOAD_KIND_FINAL] = "final",
};

void catalog_upload_free(CatalogUpload *upload) {
  if (!upload)
    return;
  g_free(upload->id);
  g_free(upload->owner);
  g_free(upload->parts);
  g_free(upload->metadata);
  g_free(upload->error);
  g_free(upload->asset_id);
  g_free(upload->course_id);
  g_free(upload->attachment_id);
  g_free(upload->blob_key);
  g_free(upload);
}

char *upload_folder(const char *data_dir) {
  return g_build_filename(data_dir, "uploads", NULL);
}

char *upload_path(const char *folder, const char *id) {
  return g_build_filename(folder, id, NULL);
}

static UploadKind kind_of(const char *name) {
  for (size_t i = 0; i < G_N_ELEMENTS(kind_names); i++)
    if (g_str_equal(kind_names[i], name))
      return (UploadKind)i;
  return UPLOAD_KIND_WHOLE;
}

static CatalogUpload *read_row(Statement *statement) {
  CatalogUpload *upload = g_new0(CatalogUpload, 1);
  upload->id = statement_dup_text(statement, 0);
  upload->owner = statement_dup_text(statement, 1);
  upload->kind = kind_of(statement_text(statement, 2));
  upload->parts = statement_dup_text(statement, 3);
  upload->length_bytes = statement_is_null(statement, 4) ? -1 : statement_int(statement, 4);
  upload->metadata = statement_dup_text(statement, 5);
  upload->is_done = statement_bool(statement, 6);
  upload->error = statement_dup_text(statement, 7);
  upload->asset_id = statement_dup_text(statement, 8);
  upload->course_id = statement_dup_text(statement, 9);
  upload->attachment_id = statement_dup_text(statement, 10);
  upload->blob_key = statement_dup_text(statement, 11);
  upload->created_us = statement_int(statement, 12);
  upload->finished_us = statement_int(statement, 13);
  upload->is_draft = statement_bool(statement, 14);
  return upload;
}

static bool check_count(Connection *connection, const char *owner, GError **error) {
  int64_t count = 0;
  if (!connection_number(connection, STATEMENT_COUNT_OPEN_UPLOADS, &count, error, argument_text(owner)))
    return false;
  if (count < UPLOAD_OPEN_MAX)
    return true;
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT,
              "未完成的上传太多：已有 %d 个 · too many uploads are not finished: there are %d", UPLOAD_OPEN_MAX,
              UPLOAD_OPEN_MAX);
  return false;
}

static bool insert(Catalog *catalog, const CatalogUpload *upload, GError **error) {
  g_auto(Transaction) transaction = {0};
  Argument length = upload->length_bytes < 0 ? argument_text(NULL) : argument_int(upload->length_bytes);
  return transaction_begin_write(&transaction, catalog, error) &&
         check_count(transaction.connection, upload->owner, error) &&
         connection_run(transaction.connection, STATEMENT_INSERT_UPLOAD, error, argument_text(upload->id),
                        argument_text(upload->owner), argument_text(kind_names[upload->kind]),
                        argument_text(upload->parts ? upload->parts : ""), length,
                        argument_text(upload->metadata ? upload->metadata : ""), argument_int(g_get_real_time()),
                        argument_int(upload->is_draft ? 1 : 0)) &&
         transaction_commit(&transaction, error);
}

bool catalog_create_upload(Catalog *catalog, const char *folder, const CatalogUpload *upload, GError **error) {
  g_autofree char *path = upload_path(folder, upload->id);
  if (!path_make_dirs(folder, error) || !staged_file_make(path, error))
    return false;
  if (insert(catalog, upload, error))
    return true;
  staged_file_remove(path, NULL);
  return false;
}

bool catalog_load_upload(Catalog *catalog, const char *id, CatalogUpload **ret_upload, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LOAD_UPLOAD);
  statement_bind(&statement, argument_text(id));
  if (!statement_load_row(&statement, error, "no upload %s", id))
    return false;
  *ret_upload = read_row(&statement);
  return true;
}

bool catalog_list_uploads(Catalog *catalog, const char *owner, int limit, GPtrArray **ret_uploads, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autoptr(GPtrArray) uploads = g_ptr_array_new_with_free_func((GDestroyNotify)catalog_upload_free);
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LIST_UPLOADS);
  statement_bind(&statement, argument_text(owner), argument_int(limit));
  while (statement_next_row(&statement))
    g_ptr_array_add(uploads, read_row(&statement));
  if (!statement_check(&statement, error))
    return false;
  *ret_uploads = g_steal_pointer(&uploads);
  return true;
}

bool catalog_set_upload_length(Catalog *catalog, const char *id, int64_t length_bytes, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_write(&transaction, catalog, error) ||
      !connection_run(transaction.connection, STATEMENT_SET_UPLOAD_LENGTH, error, argument_text(id),
                      argument_int(length_bytes)))
    return false;
  if (connection_changes(transaction.connection) != 1) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT, "upload %s has its length already", id);
    return false;
  }
  return transaction_commit(&transaction, error);
}

bool catalog_delete_upload(Catalog *catalog, const char *folder, const char *id, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *path = upload_path(folder, id);
  return transaction_begin_write(&transaction, catalog, error) &&
         connection_run(transaction.connection, STATEMENT_DELETE_UPLOAD, error, argument_text(id)) &&
         transaction_commit(&transaction, error) && staged_file_remove(path, error);
}

bool upload_row_finish(Connection *connection, const char *upload_id, const char *asset_id, const char *course_id,
                       const char *attachment_id, const char *blob_key, int64_t now_us, GError **error) {
  if (!connection_run(connection, STATEMENT_FINISH_UPLOAD, error, argument_text(upload_id), argument_text(asset_id),
                      argument_text(course_id), argument_text(attachment_id), argument_text(blob_key),
                      argument_int(now_us)))
    return false;
  if (connection_changes(connection) == 1)
    return true;
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT, "upload %s is done already or was removed", upload_id);
  return false;
}
