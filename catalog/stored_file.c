#include "catalog/stored_file.h"

#include "catalog/transaction.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define SEAL_PAGE 100

static void clear_stored_file(gpointer data) {
  StoredFile *file = data;
  g_free(file->key);
  g_free(file->asset_id);
}

static StoredFile row_file(Statement *statement) {
  StoredFile file = {
      .key = statement_dup_text(statement, 0),
      .asset_id = statement_dup_text(statement, 1),
      .size_bytes = statement_is_null(statement, 2) ? -1 : statement_int(statement, 2),
  };
  if (!statement_is_null(statement, 3)) {
    g_autoptr(GBytes) checksum = statement_dup_bytes(statement, 3);
    gsize size = 0;
    const void *data = g_bytes_get_data(checksum, &size);
    file.is_sealed = size == FILE_CHECKSUM_BYTES;
    if (file.is_sealed)
      memcpy(file.checksum, data, FILE_CHECKSUM_BYTES);
  }
  return file;
}

static bool list_files(Catalog *catalog, StatementId id, const char *after, int limit, GArray **ret_files,
                       GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, id);
  statement_bind(&statement, argument_text(after ? after : ""), argument_int(limit));
  g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(StoredFile));
  g_array_set_clear_func(files, clear_stored_file);
  while (statement_next_row(&statement)) {
    StoredFile file = row_file(&statement);
    g_array_append_val(files, file);
  }
  if (!statement_check(&statement, error))
    return false;
  *ret_files = g_steal_pointer(&files);
  return true;
}

bool catalog_list_stored_files(Catalog *catalog, const char *after, int limit, GArray **ret_files, GError **error) {
  return list_files(catalog, STATEMENT_LIST_STORED_FILES, after, limit, ret_files, error);
}

bool catalog_is_stored_file(Catalog *catalog, const char *key, bool *ret_is, GError **error) {
  g_auto(Transaction) transaction = {0};
  int64_t found = 0;
  if (!transaction_begin_read(&transaction, catalog, error) ||
      !connection_number(transaction.connection, STATEMENT_HAS_STORED_FILE, &found, error, argument_text(key)))
    return false;
  *ret_is = found != 0;
  return true;
}

bool catalog_count_stored_files(Catalog *catalog, int64_t *ret_count, int64_t *ret_bytes, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_COUNT_STORED_FILES);
  if (!statement_load_row(&statement, error, "no count"))
    return false;
  *ret_count = statement_int(&statement, 0);
  *ret_bytes = statement_int(&statement, 1);
  return true;
}

bool catalog_seal_file(Catalog *catalog, const char *key, const FileMeasure *measure, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autoptr(GBytes) checksum = g_bytes_new(measure->checksum, FILE_CHECKSUM_BYTES);
  return transaction_begin_write(&transaction, catalog, error) &&
         connection_run(transaction.connection, STATEMENT_SEAL_STORED_FILE, error, argument_text(key),
                        argument_int(measure->size_bytes), argument_bytes(checksum)) &&
         transaction_commit(&transaction, error);
}

bool stored_file_measure(const BlobStore *store, const char *key, FileChecksumStopFunc is_stopped,
                         gpointer user_data, FileMeasure *ret_measure, GError **error) {
  g_autoptr(GError) cause = NULL;
  int fd = blob_store_open(store, key, NULL, &cause);
  bool is_read = fd >= 0 && file_checksum_of_descriptor(fd, is_stopped, user_data, ret_measure, &cause);
  if (fd >= 0)
    close(fd);
  if (is_read)
    return true;
  bool is_missing = g_error_matches(cause, BLOB_ERROR, BLOB_ERROR_NOT_FOUND);
  g_set_error(error, CATALOG_ERROR, is_missing ? CATALOG_ERROR_NOT_FOUND : CATALOG_ERROR_IO, "%s: %s", key,
              cause->message);
  return false;
}

static void warn(GPtrArray *warnings, char *text) {
  if (warnings && warnings->len < STORED_FILE_WARNINGS_MAX)
    g_ptr_array_add(warnings, text);
  else
    g_free(text);
}

/* False when the catalog failed. */
static bool seal_one(Catalog *catalog, const BlobStore *store, const StoredFile *file,
                     FileChecksumStopFunc is_stopped, gpointer user_data, int64_t *sealed, GPtrArray *warnings,
                     GError **error) {
  g_autoptr(GError) cause = NULL;
  FileMeasure measure = {0};
  bool is_listed = true;
  if (!stored_file_measure(store, file->key, is_stopped, user_data, &measure, &cause)) {
    if (!catalog_is_stored_file(catalog, file->key, &is_listed, error))
      return false;
    if (is_listed && !(is_stopped && is_stopped(user_data)))
      warn(warnings, g_strdup(cause->message));
    return true;
  }
  if (file->size_bytes >= 0 && file->size_bytes != measure.size_bytes) {
    warn(warnings, g_strdup_printf("%s: has %" PRId64 " bytes, %" PRId64 " were recorded", file->key,
                                   measure.size_bytes, file->size_bytes));
    return true;
  }
  ++*sealed;
  return catalog_seal_file(catalog, file->key, &measure, error);
}

bool stored_files_seal(Catalog *catalog, const BlobStore *store, FileChecksumStopFunc is_stopped,
                       gpointer user_data, int64_t *ret_sealed, GPtrArray *ret_warnings, GError **error) {
  g_autofree char *after = NULL;
  int64_t sealed = 0;
  for (;;) {
    g_autoptr(GArray) files = NULL;
    if (!list_files(catalog, STATEMENT_LIST_UNSEALED_FILES, after, SEAL_PAGE, &files, error))
      return false;
    for (guint i = 0; i < files->len && !(is_stopped && is_stopped(user_data)); i++)
      if (!seal_one(catalog, store, &g_array_index(files, StoredFile, i), is_stopped, user_data, &sealed,
                    ret_warnings, error))
        return false;
    if (files->len == 0 || (is_stopped && is_stopped(user_data)))
      break;
    g_free(after);
    after = g_strdup(g_array_index(files, StoredFile, files->len - 1).key);
  }
  *ret_sealed = sealed;
  return true;
}
