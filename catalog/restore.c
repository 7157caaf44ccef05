/* The way back of catalog/backup.h. */
#include "base/path.h"
#include "catalog/backup.h"
#include "catalog/backup_manifest.h"
#include "catalog/backup_pool.h"
#include "catalog/course_change.h"
#include "catalog/stored_file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  const char *destination, *data_dir;
  const BackupWatcher *watcher;
  BlobStore *to;
  RestoreResult result;
  int64_t total;
} Restore;

static void restore_clear(Restore *restore) {
  g_clear_pointer(&restore->to, blob_store_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Restore, restore_clear)

static bool convert_error(GError *cause, CatalogError code, GError **error) {
  g_set_error_literal(error, CATALOG_ERROR, (gint)code, cause->message);
  return false;
}

static bool set_stopped(GError **error) {
  g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_IO,
                      "the restore was stopped; run again, it goes on from there");
  return false;
}

static bool is_stopped(gpointer data) {
  const Restore *restore = data;
  const BackupWatcher *watcher = restore->watcher;
  const RestoreResult *result = &restore->result;
  return watcher->progress && watcher->progress(BACKUP_STEP_FILES, result->file_count + result->problem_count,
                                                restore->total, result->file_bytes, 0, watcher->user_data);
}

static bool on_copy(int64_t done_bytes, int64_t total_bytes, gpointer data) {
  (void)done_bytes;
  (void)total_bytes;
  return !is_stopped(data);
}

static void report(Restore *restore, BackupProblem problem, const char *key, const char *message) {
  restore->result.problem_count++;
  restore->watcher->problem(problem, key, message, restore->watcher->user_data);
}

/* --- which snapshot --- */

static bool choose_snapshot(Restore *restore, const char *snapshot, GError **error) {
  g_autoptr(GPtrArray) names = NULL;
  if (!backup_list_snapshots(restore->destination, &names, error))
    return false;
  for (guint i = 0; i < names->len; i++)
    if (!snapshot || g_str_equal(names->pdata[i], snapshot))
      g_strlcpy(restore->result.snapshot, names->pdata[i], sizeof restore->result.snapshot);
  if (*restore->result.snapshot)
    return true;
  if (snapshot)
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND, "there is no snapshot %s in %s", snapshot,
                restore->destination);
  else
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND, "there is no snapshot in %s", restore->destination);
  return false;
}

static BackupManifest *open_manifest(const Restore *restore, GError **error) {
  g_autofree char *path = backup_pool_snapshot_path(restore->destination, restore->result.snapshot, "SHA256SUMS");
  return backup_manifest_open(path, restore->result.snapshot, error);
}

/* --- stored files --- */

static bool has_content(const BlobStore *store, const BackupEntry *entry, FileMeasure *measure) {
  return stored_file_measure(store, entry->key, NULL, NULL, measure, NULL) &&
         memcmp(measure->checksum, entry->checksum, FILE_CHECKSUM_BYTES) == 0;
}

/* Copy the object, or tell what is the matter with it. False when the restore cannot go on. */
static bool copy_object(Restore *restore, const BackupEntry *entry, FileMeasure *measure, bool *ret_is_there,
                        GError **error) {
  g_autofree char *path = g_build_filename(restore->destination, "objects", entry->key, NULL);
  g_autoptr(GError) cause = NULL;
  *ret_is_there = false;
  if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
    report(restore, BACKUP_PROBLEM_MISSING, entry->key, "it is not in the backup");
    return true;
  }
  if (!blob_store_copy_file(restore->to, entry->key, path, on_copy, restore, &cause))
    return g_error_matches(cause, BLOB_ERROR, BLOB_ERROR_CANCELLED) ? set_stopped(error)
                                                                    : convert_error(cause, CATALOG_ERROR_IO, error);
  *ret_is_there = has_content(restore->to, entry, measure);
  if (!*ret_is_there) {
    report(restore, BACKUP_PROBLEM_DAMAGED, entry->key, "its SHA-256 is not that of the manifest");
    blob_store_delete(restore->to, entry->key, NULL);
  }
  return true;
}

static bool restore_object(Restore *restore, const BackupEntry *entry, GError **error) {
  FileMeasure measure = {0};
  bool is_there = has_content(restore->to, entry, &measure); /* of a restore that was cut off */
  if (!is_there) {
    blob_store_delete(restore->to, entry->key, NULL);
    if (!copy_object(restore, entry, &measure, &is_there, error))
      return false;
  }
  if (is_there) {
    restore->result.file_count++;
    restore->result.file_bytes += measure.size_bytes;
  }
  return true;
}

/* --- the catalog --- */

static bool check_catalog(const Restore *restore, const BackupEntry *entry, const char *path, GError **error) {
  g_autoptr(GError) cause = NULL;
  FileMeasure measure = {0};
  if (!file_checksum_of_path(path, &measure, &cause))
    return convert_error(cause, CATALOG_ERROR_IO, error);
  if (memcmp(measure.checksum, entry->checksum, FILE_CHECKSUM_BYTES) == 0)
    return true;
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_DAMAGED,
              "the catalog of snapshot %s is damaged: its SHA-256 is not that of the manifest",
              restore->result.snapshot);
  return false;
}

/* Looked at before anything is copied, and again when it stands in the data folder. */
static bool check_snapshot(Restore *restore, GError **error) {
  g_autofree char *path =
      backup_pool_snapshot_path(restore->destination, restore->result.snapshot, "catalog.sqlite3");
  g_autoptr(GError) cause = NULL;
  g_autoptr(BackupManifest) manifest = open_manifest(restore, &cause);
  g_auto(BackupEntry) entry = {0}, catalog = {0};
  bool is_end = false;
  while (manifest && !is_end && backup_manifest_next(manifest, &entry, &is_end, &cause)) {
    restore->total += entry.key != NULL;
    if (entry.is_catalog)
      catalog = entry; /* it has no key */
  }
  if (cause)
    return convert_error(cause, CATALOG_ERROR_DAMAGED, error);
  return check_catalog(restore, &catalog, path, error);
}

/* Opened once before it gets its name: it is brought to the newest schema, and seen to be sound. */
static bool restore_catalog(Restore *restore, const BackupEntry *entry, GError **error) {
  g_autofree char *from =
      backup_pool_snapshot_path(restore->destination, restore->result.snapshot, "catalog.sqlite3");
  g_autofree char *key = g_strdup_printf("restored-catalog.%s", restore->result.snapshot);
  g_autofree char *made = g_build_filename(restore->data_dir, "objects", key, NULL);
  g_autofree char *target = g_build_filename(restore->data_dir, "catalog.sqlite3", NULL);
  g_autoptr(GError) cause = NULL;
  blob_store_delete(restore->to, key, NULL);
  if (!blob_store_copy_file(restore->to, key, from, on_copy, restore, &cause))
    return convert_error(cause, CATALOG_ERROR_IO, error);
  if (!check_catalog(restore, entry, made, error))
    return false;
  g_autoptr(Catalog) catalog = catalog_open(made, error);
  if (!catalog || !catalog_check(catalog, error) || !catalog_renew_mark(catalog, error))
    return false;
  g_clear_pointer(&catalog, catalog_close);
  if (g_rename(made, target) != 0) {
    int code = errno;
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_IO, "cannot make %s: %s", target, g_strerror(code));
    return false;
  }
  return path_sync_dir(restore->data_dir, &cause) || convert_error(cause, CATALOG_ERROR_IO, error);
}

static bool restore_all(Restore *restore, GError **error) {
  g_autoptr(GError) cause = NULL;
  g_autoptr(BackupManifest) manifest = open_manifest(restore, &cause);
  g_auto(BackupEntry) entry = {0};
  bool is_end = false;
  while (manifest && backup_manifest_next(manifest, &entry, &is_end, &cause) && !is_end) {
    if (is_stopped(restore))
      return set_stopped(error);
    if (!(entry.is_catalog ? restore_catalog(restore, &entry, error) : restore_object(restore, &entry, error)))
      return false;
  }
  return !cause || convert_error(cause, CATALOG_ERROR_DAMAGED, error);
}

static bool open_folders(Restore *restore, GError **error) {
  g_autofree char *catalog = g_build_filename(restore->data_dir, "catalog.sqlite3", NULL);
  g_autoptr(GError) cause = NULL;
  if (g_file_test(catalog, G_FILE_TEST_EXISTS)) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT,
                "%s has a catalog already; restore into another folder", restore->data_dir);
    return false;
  }
  restore->to = blob_store_open_files(restore->data_dir, &cause);
  return restore->to || convert_error(cause, CATALOG_ERROR_IO, error);
}

bool backup_restore(const char *destination, const char *snapshot, const char *data_dir,
                    const BackupWatcher *watcher, RestoreResult *ret_result, GError **error) {
  g_auto(Restore) restore = {.destination = destination, .data_dir = data_dir, .watcher = watcher};
  if (!choose_snapshot(&restore, snapshot, error) || !check_snapshot(&restore, error) ||
      !open_folders(&restore, error) || !restore_all(&restore, error))
    return false;
  *ret_result = restore.result;
  return true;
}
