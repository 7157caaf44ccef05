/** Whether catalog and stored files are sound and fit together. Changes nothing, but records checksums where there were
 * none (deep). Safe while Kapok works. */
#pragma once

#include "base/blob_store.h"
#include "base/file_checksum.h"
#include "catalog/catalog.h"

typedef enum {
  INTEGRITY_DATABASE,    /**< SQLite's integrity_check found this */
  INTEGRITY_FOREIGN_KEY, /**< a row names a row that is not there */
  INTEGRITY_MISSING,     /**< a listed file is not in the store */
  INTEGRITY_LENGTH,      /**< a listed file has another length than was recorded */
  INTEGRITY_CONTENT,     /**< a listed file has other bytes than when it was published */
  INTEGRITY_UNREADABLE,  /**< a listed file cannot be read */
  INTEGRITY_UNLISTED,    /**< a file in the store that the catalog does not list: no damage, see sweep.h */
} IntegrityKind;

typedef struct {
  IntegrityKind kind;
  const char *subject;                  /**< key of the file, or what SQLite says; borrowed */
  const char *asset_id;                 /**< whose file it is, or NULL */
  int64_t recorded_bytes, actual_bytes; /**< INTEGRITY_LENGTH; INTEGRITY_UNLISTED: actual_bytes */
} IntegrityFinding;

typedef struct {
  int64_t file_count, file_bytes; /**< listed files looked at, and the bytes they have */
  int64_t unsealed_count;         /**< of them those whose content cannot be told: no checksum is recorded */
  int64_t sealed_count;           /**< deep: checksums that were recorded now */
  int64_t damage_count;           /**< findings but INTEGRITY_UNLISTED */
  int64_t unlisted_count, unlisted_bytes;
} IntegrityTotals;

typedef struct {
  bool is_deep; /**< read every file and compare its SHA-256 */
  void (*report)(const IntegrityFinding *finding, gpointer user_data);
  /** Called now and then with the files and bytes done and to do (0: not known); may be NULL. True stops the check. */
  bool (*progress)(int64_t done, int64_t total, int64_t done_bytes, int64_t total_bytes, gpointer user_data);
  gpointer user_data;
} IntegrityCheck;

/** Run the check. True when it came to its end, whatever it found (`ret_totals->damage_count`). */
bool integrity_check(Catalog *catalog, const BlobStore *store, const IntegrityCheck *check,
                     IntegrityTotals *ret_totals, GError **error);
