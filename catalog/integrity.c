#include "catalog/integrity.h"

#include "catalog/catalog_internal.h"
#include "catalog/stored_file.h"
#include "catalog/transaction.h"

#include <string.h>
#include <unistd.h>

#define PAGE 500

typedef struct {
  Catalog *catalog;
  const BlobStore *store;
  const IntegrityCheck *check;
  IntegrityTotals totals;
  int64_t total, total_bytes;
} Run;

static void report(Run *run, IntegrityFinding finding) {
  if (finding.kind == INTEGRITY_UNLISTED)
    run->totals.unlisted_count++;
  else
    run->totals.damage_count++;
  run->check->report(&finding, run->check->user_data);
}

static bool is_stopped(gpointer data) {
  const Run *run = data;
  return run->check->progress && run->check->progress(run->totals.file_count, run->total, run->totals.file_bytes,
                                                      run->total_bytes, run->check->user_data);
}

static bool set_stopped(GError **error) {
  g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_IO, "the check was stopped");
  return false;
}

/* --- the database --- */

static bool check_pages(Run *run, Connection *connection, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_INTEGRITY_CHECK);
  while (statement_next_row(&statement))
    if (!g_str_equal(statement_text(&statement, 0), "ok"))
      report(run, (IntegrityFinding){.kind = INTEGRITY_DATABASE, .subject = statement_text(&statement, 0)});
  return statement_check(&statement, error);
}

static bool check_foreign_keys(Run *run, Connection *connection, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_FOREIGN_KEY_CHECK);
  while (statement_next_row(&statement)) {
    g_autofree char *text =
        g_strdup_printf("%s -> %s", statement_text(&statement, 0), statement_text(&statement, 2));
    report(run, (IntegrityFinding){.kind = INTEGRITY_FOREIGN_KEY, .subject = text});
  }
  return statement_check(&statement, error);
}

/* A damaged file may refuse to answer at all: that is a finding, too. */
static bool check_database(Run *run, GError **error) {
  Connection *reader = catalog_take_reader(run->catalog, error);
  if (!reader)
    return false;
  g_autoptr(GError) cause = NULL;
  bool is_done = check_pages(run, reader, &cause) && check_foreign_keys(run, reader, &cause);
  catalog_give_back_reader(run->catalog, reader);
  if (is_done)
    return true;
  if (g_error_matches(cause, CATALOG_ERROR, CATALOG_ERROR_DAMAGED)) {
    report(run, (IntegrityFinding){.kind = INTEGRITY_DATABASE, .subject = cause->message});
    return true;
  }
  g_propagate_error(error, g_steal_pointer(&cause));
  return false;
}

/* --- listed files --- */

/* What was missing or odd may have been taken off the list meanwhile. */
static bool report_if_listed(Run *run, const StoredFile *file, IntegrityKind kind, int64_t actual_bytes,
                             GError **error) {
  bool is_listed = false;
  if (!catalog_is_stored_file(run->catalog, file->key, &is_listed, error))
    return false;
  if (is_listed)
    report(run, (IntegrityFinding){.kind = kind,
                                   .subject = file->key,
                                   .asset_id = file->asset_id,
                                   .recorded_bytes = file->size_bytes,
                                   .actual_bytes = actual_bytes});
  return true;
}

static bool measure_file(Run *run, const StoredFile *file, FileMeasure *ret_measure, bool *ret_is_read,
                         GError **error) {
  g_autoptr(GError) cause = NULL;
  *ret_is_read = stored_file_measure(run->store, file->key, is_stopped, run, ret_measure, &cause);
  if (*ret_is_read)
    return true;
  if (is_stopped(run))
    return set_stopped(error);
  bool is_missing = g_error_matches(cause, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
  return report_if_listed(run, file, is_missing ? INTEGRITY_MISSING : INTEGRITY_UNREADABLE, 0, error);
}

static bool seal_file(Run *run, const StoredFile *file, const FileMeasure *measure, GError **error) {
  run->totals.sealed_count++;
  return catalog_seal_file(run->catalog, file->key, measure, error);
}

static bool check_deep(Run *run, const StoredFile *file, GError **error) {
  FileMeasure measure = {0};
  bool is_read = false;
  if (!measure_file(run, file, &measure, &is_read, error))
    return false;
  if (!is_read)
    return true;
  run->totals.file_bytes += measure.size_bytes;
  if (file->size_bytes >= 0 && file->size_bytes != measure.size_bytes)
    return report_if_listed(run, file, INTEGRITY_LENGTH, measure.size_bytes, error);
  if (!file->is_sealed)
    return seal_file(run, file, &measure, error);
  if (memcmp(file->checksum, measure.checksum, FILE_CHECKSUM_BYTES) != 0)
    return report_if_listed(run, file, INTEGRITY_CONTENT, measure.size_bytes, error);
  return true;
}

static bool check_length(Run *run, const StoredFile *file, GError **error) {
  int64_t size_bytes = 0;
  g_autoptr(GError) cause = NULL;
  int fd = blob_store_open(run->store, file->key, &size_bytes, &cause);
  if (fd < 0) {
    bool is_missing = g_error_matches(cause, BLOB_ERROR, BLOB_ERROR_NOT_FOUND);
    return report_if_listed(run, file, is_missing ? INTEGRITY_MISSING : INTEGRITY_UNREADABLE, 0, error);
  }
  close(fd);
  run->totals.file_bytes += size_bytes;
  run->totals.unsealed_count += !file->is_sealed;
  if (file->size_bytes >= 0 && file->size_bytes != size_bytes)
    return report_if_listed(run, file, INTEGRITY_LENGTH, size_bytes, error);
  return true;
}

static bool check_page(Run *run, const GArray *files, GHashTable *listed, GError **error) {
  for (guint i = 0; i < files->len; i++) {
    const StoredFile *file = &g_array_index(files, StoredFile, i);
    if (is_stopped(run))
      return set_stopped(error);
    if (!(run->check->is_deep ? check_deep(run, file, error) : check_length(run, file, error)))
      return false;
    run->totals.file_count++;
    g_hash_table_remove(listed, file->key);
  }
  return true;
}

/* `unlisted`: keys of the store, from which those that are listed are taken. */
static bool check_listed(Run *run, GHashTable *unlisted, GError **error) {
  g_autofree char *after = NULL;
  for (;;) {
    g_autoptr(GArray) files = NULL;
    if (!catalog_list_stored_files(run->catalog, after, PAGE, &files, error))
      return false;
    if (files->len == 0)
      return true;
    if (!check_page(run, files, unlisted, error))
      return false;
    g_free(after);
    after = g_strdup(g_array_index(files, StoredFile, files->len - 1).key);
  }
}

/* --- files that nothing lists --- */

static GHashTable *list_store(const BlobStore *store, GError **error) {
  g_autoptr(GError) cause = NULL;
  g_autoptr(GPtrArray) keys = blob_store_list(store, "", &cause);
  if (!keys) {
    g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_IO, cause->message);
    return NULL;
  }
  GHashTable *set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < keys->len; i++)
    g_hash_table_add(set, g_steal_pointer(&keys->pdata[i]));
  return set;
}

/* One that was published after its page had been read is listed now. */
static bool report_unlisted(Run *run, GHashTable *unlisted, GError **error) {
  g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(unlisted), (GCompareFunc)strcmp);
  for (const GList *at = keys; at; at = at->next) {
    const char *key = at->data;
    int64_t size_bytes = 0;
    bool is_listed = false;
    if (!catalog_is_stored_file(run->catalog, key, &is_listed, error))
      return false;
    int fd = is_listed ? -1 : blob_store_open(run->store, key, &size_bytes, NULL);
    if (fd < 0)
      continue;
    close(fd);
    run->totals.unlisted_bytes += size_bytes;
    report(run, (IntegrityFinding){.kind = INTEGRITY_UNLISTED, .subject = key, .actual_bytes = size_bytes});
  }
  return true;
}

bool integrity_check(Catalog *catalog, const BlobStore *store, const IntegrityCheck *check,
                     IntegrityTotals *ret_totals, GError **error) {
  Run run = {.catalog = catalog, .store = store, .check = check};
  if (!check_database(&run, error))
    return false;
  g_autoptr(GHashTable) unlisted = list_store(store, error);
  if (!unlisted || !catalog_count_stored_files(catalog, &run.total, &run.total_bytes, error) ||
      !check_listed(&run, unlisted, error) || !report_unlisted(&run, unlisted, error))
    return false;
  *ret_totals = run.totals;
  return true;
}
