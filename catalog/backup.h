/** Backups of a data folder while it is in use, and their way back.
 *
 * DESTINATION/objects/KEY               stored files, each once, shared by all snapshots
 * DESTINATION/snapshots/NAME/           a state of the catalog: catalog.sqlite3 and SHA256SUMS (backup_manifest.h)
 * DESTINATION/tmp                       what is being made
 *
 * A snapshot that is there is whole: it is renamed into place after all that it lists. Stored files never change, so a
 * later backup brings only those that are not there yet. While a backup runs no sweep removes stored files (sweep.h).
 * One backup at a time works on a destination, and on a data folder. */
#pragma once

#include "base/blob_store.h"
#include "catalog/catalog.h"

typedef enum {
  BACKUP_PROBLEM_MISSING, /**< a file that the catalog lists is not there */
  BACKUP_PROBLEM_DAMAGED, /**< its bytes or its length are not those that were published */
  BACKUP_PROBLEM_FAILED,  /**< it cannot be read or written; the message says why */
} BackupProblem;

typedef enum { BACKUP_STEP_CATALOG, BACKUP_STEP_FILES, BACKUP_STEP_VERIFY } BackupStep;

/** What a backup or a restore tells while it goes on. */
typedef struct {
  /** A file that is left out; the work goes on. Strings are borrowed. */
  void (*problem)(BackupProblem problem, const char *key, const char *message, gpointer user_data);
  /** Called often; totals of 0 are not known. True stops the work. May be NULL. */
  bool (*progress)(BackupStep step, int64_t done, int64_t total, int64_t done_bytes, int64_t total_bytes,
                   gpointer user_data);
  gpointer user_data;
} BackupWatcher;

typedef struct {
  const char *destination; /**< a folder, made when missing; not inside the data folder, nor around it */
  int keep;                /**< snapshots to keep, this one included; at least 1 */
  bool is_copy;            /**< copy files even where they could be linked */
  bool is_verified;        /**< read every file of the snapshot again and compare */
  BackupWatcher watcher;
} BackupRequest;

typedef struct {
  char snapshot[40];
  int64_t file_count, file_bytes; /**< of the snapshot */
  int64_t new_count, new_bytes;   /**< of them those that were not in the destination before */
  int64_t linked_count;           /**< of the new ones those that share their bytes with the original */
  int64_t problem_count;          /**< files that are left out */
  int64_t removed_snapshots, removed_files;
} BackupResult;

/** Make a snapshot. True also when single files were left out (`problem_count`); false when there is no snapshot, and
 * then what was there before is as it was. */
bool backup_run(Catalog *catalog, const BlobStore *store, const BackupRequest *request, BackupResult *ret_result,
                GError **error);

/** Names of the snapshots, oldest first. Array of char *. NOT_FOUND when `destination` is no backup. */
bool backup_list_snapshots(const char *destination, GPtrArray **ret_names, GError **error);

typedef struct {
  char snapshot[40];
  int64_t file_count, file_bytes; /**< that were restored or were there from a restore that was cut off */
  int64_t problem_count;          /**< files that are missing or damaged in the backup */
} RestoreResult;

/** Put a snapshot (NULL: the newest) into the folder `data_dir`, which holds no catalog yet: CONFLICT when it does. Each
 * file is compared with its SHA-256; one that is missing or damaged is left out and told. The catalog comes last, so that
 * a restore that was cut off can be run again. DAMAGED when the manifest or the catalog itself is damaged. */
bool backup_restore(const char *destination, const char *snapshot, const char *data_dir,
                    const BackupWatcher *watcher, RestoreResult *ret_result, GError **error);
