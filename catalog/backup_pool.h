/** The folder of a backup: its stored files and its snapshots. Internal to catalog/. */
#pragma once

#include "catalog/backup.h"

#include <stdio.h>

typedef struct {
  char *path;       /**< absolute */
  BlobStore *store; /**< its objects and tmp */
  int lock_fd;
} BackupPool;
void backup_pool_clear(BackupPool *pool);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BackupPool, backup_pool_clear)

/** Open a destination for writing, made when missing, and lock it. BUSY when another backup writes there. */
bool backup_pool_open(const char *destination, BackupPool *ret_pool, GError **error);

/** The folder of a snapshot, and a file in it; callers free. */
char *backup_pool_snapshot_path(const char *destination, const char *snapshot, const char *file);

/** Remove the oldest snapshots until `keep` are left, and then every stored file that none of those left lists. */
bool backup_pool_prune(const BackupPool *pool, int keep, int64_t *ret_snapshots, int64_t *ret_files,
                       GError **error);
