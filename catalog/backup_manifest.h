/** The manifest of a backup's snapshot: what belongs to it, with SHA-256, as sha256sum writes it, so that it can be
 * verified without Kapok. Each line is 64 hexadecimal digits, two spaces, a path from the backup's folder:
 * "objects/KEY" for a stored file and, as the last line, "snapshots/NAME/catalog.sqlite3". */
#pragma once

#include "base/file_checksum.h"

#include <stdio.h>

#define BACKUP_SNAPSHOT_NAME_MAX 32 /**< characters */

/** Letters, digits and '-', at most BACKUP_SNAPSHOT_NAME_MAX. */
bool backup_snapshot_name_is_valid(const char *name);

typedef struct {
  bool is_catalog;
  char *key; /**< of a stored file; NULL for the catalog */
  uint8_t checksum[FILE_CHECKSUM_BYTES];
} BackupEntry;
void backup_entry_clear(BackupEntry *entry);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BackupEntry, backup_entry_clear)

/** Read one line (without its end). `snapshot`: the name that the catalog's line must have. Returns false, and sets a
 * G_FILE_ERROR, when it is not such a line; keys are valid keys of base/blob_store.h. */
bool backup_manifest_parse_line(const char *line, const char *snapshot, BackupEntry *ret_entry, GError **error);

/** Caller frees; with its line end. `key` NULL: the catalog of `snapshot`. */
char *backup_manifest_format_line(const char *key, const char *snapshot,
                                  const uint8_t checksum[FILE_CHECKSUM_BYTES]);

/** Reads a manifest line by line. */
typedef struct BackupManifest BackupManifest;
BackupManifest *backup_manifest_open(const char *path, const char *snapshot, GError **error);
void backup_manifest_close(BackupManifest *manifest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BackupManifest, backup_manifest_close)
/** The next entry; `*ret_end` true after the catalog's, which must be the last: a manifest without it is cut off, an error
 * like every line that cannot be read (named with its number). `ret_entry` is cleared first. */
bool backup_manifest_next(BackupManifest *manifest, BackupEntry *ret_entry, bool *ret_end, GError **error);
