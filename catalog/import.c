#include "catalog/import.h"

#include "catalog/import_take.h"
#include "catalog/transaction.h"

static bool dry_run(Catalog *catalog, ImportTake *take, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_write(&transaction, catalog, error))
    return false;
  take->connection = transaction.connection;
  return import_take_divisions(take, error) &&
         import_take_rows(take, 0, G_MAXUINT, error); /* undone as it leaves its scope */
}

static bool run_batch(Catalog *catalog, ImportTake *take, guint first, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_write(&transaction, catalog, error))
    return false;
  take->connection = transaction.connection;
  take->now_us = g_get_real_time();
  return (first > 0 || import_take_divisions(take, error)) && import_take_rows(take, first, IMPORT_BATCH, error) &&
         transaction_commit(&transaction, error);
}

static bool run_batches(Catalog *catalog, ImportTake *take, ImportProgressFunc progress, gpointer user_data,
                        GError **error) {
  guint total = take->file->rows->len;
  for (guint first = 0; first == 0 || first < total; first += IMPORT_BATCH) {
    if (!run_batch(catalog, take, first, error))
      return false;
    if (progress)
      progress(MIN(first + IMPORT_BATCH, total), total, user_data);
  }
  return true;
}

bool catalog_import(Catalog *catalog, const char *actor, ImportFile *file, bool is_dry_run,
                    ImportProgressFunc progress, gpointer user_data, ImportCounts *ret_counts, GError **error) {
  ImportTake take = {.actor = actor, .file = file, .now_us = g_get_real_time()};
  take.counts.failed = file->faults->len;
  if (is_dry_run ? !dry_run(catalog, &take, error) : !run_batches(catalog, &take, progress, user_data, error))
    return false;
  *ret_counts = take.counts;
  return true;
}
