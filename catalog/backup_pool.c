#include "catalog/backup_pool.h"

#include "base/path.h"
#include "catalog/backup_manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define SNAPSHOTS "snapshots"

void backup_pool_clear(BackupPool *pool) {
  g_clear_pointer(&pool->store, blob_store_free);
  g_clear_pointer(&pool->path, g_free);
  if (pool->lock_fd > 0)
    close(pool->lock_fd);
  pool->lock_fd = 0;
}

static bool convert_error(GError *cause, CatalogError code, GError **error) {
  g_set_error_literal(error, CATALOG_ERROR, (gint)code, cause->message);
  return false;
}

static bool lock(BackupPool *pool, GError **error) {
  g_autofree char *path = g_build_filename(pool->path, "backup.lock", NULL);
  pool->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (pool->lock_fd >= 0 && flock(pool->lock_fd, LOCK_EX | LOCK_NB) == 0)
    return true;
  bool is_held = pool->lock_fd >= 0 && errno == EWOULDBLOCK;
  g_set_error(error, CATALOG_ERROR, is_held ? CATALOG_ERROR_BUSY : CATALOG_ERROR_IO, "cannot lock %s: %s", path,
              is_held ? "another backup writes there" : g_strerror(errno));
  return false;
}

/* What a backup that was cut off left; nobody else works there, the lock is ours. */
static bool clear_work(const BackupPool *pool, GError **error) {
  g_autoptr(GDir) dir = g_dir_open(blob_store_work_root(pool->store), 0, error);
  const char *name = NULL;
  while (dir && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *path = g_build_filename(blob_store_work_root(pool->store), name, NULL);
    if (!path_remove_tree(path, error))
      return false;
  }
  return dir != NULL;
}

bool backup_pool_open(const char *destination, BackupPool *ret_pool, GError **error) {
  g_auto(BackupPool) pool = {.path = g_canonicalize_filename(destination, NULL)};
  g_autofree char *snapshots = g_build_filename(pool.path, SNAPSHOTS, NULL);
  g_autoptr(GError) cause = NULL;
  if (!path_make_dirs(snapshots, &cause))
    return convert_error(cause, CATALOG_ERROR_IO, error);
  if (!lock(&pool, error))
    return false;
  pool.store = blob_store_open_files(pool.path, &cause);
  if (!pool.store || !clear_work(&pool, &cause))
    return convert_error(cause, CATALOG_ERROR_IO, error);
  *ret_pool = pool;
  pool = (BackupPool){0};
  return true;
}

char *backup_pool_snapshot_path(const char *destination, const char *snapshot, const char *file) {
  return g_build_filename(destination, SNAPSHOTS, snapshot, file, NULL);
}

static gint compare_names(gconstpointer first, gconstpointer second) {
  return strcmp(*(const char *const *)first, *(const char *const *)second);
}

bool backup_list_snapshots(const char *destination, GPtrArray **ret_names, GError **error) {
  g_autofree char *path = g_build_filename(destination, SNAPSHOTS, NULL);
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  if (!dir) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND, "%s is no backup: it has no folder \"%s\"",
                destination, SNAPSHOTS);
    return false;
  }
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  const char *name = NULL;
  while ((name = g_dir_read_name(dir)) != NULL)
    if (backup_snapshot_name_is_valid(name))
      g_ptr_array_add(names, g_strdup(name));
  g_ptr_array_sort(names, compare_names);
  *ret_names = names;
  return true;
}

static bool remove_snapshot(const BackupPool *pool, const char *name, GError **error) {
  g_autofree char *path = backup_pool_snapshot_path(pool->path, name, NULL);
  g_autoptr(GError) cause = NULL;
  return path_remove_tree(path, &cause) || convert_error(cause, CATALOG_ERROR_IO, error);
}

static bool take_listed(const BackupPool *pool, const char *snapshot, GHashTable *unlisted, GError **error) {
  g_autofree char *path = backup_pool_snapshot_path(pool->path, snapshot, "SHA256SUMS");
  g_autoptr(GError) cause = NULL;
  g_autoptr(BackupManifest) manifest = backup_manifest_open(path, snapshot, &cause);
  g_auto(BackupEntry) entry = {0};
  bool is_end = false;
  while (manifest && !cause && !is_end)
    if (backup_manifest_next(manifest, &entry, &is_end, &cause) && entry.key)
      g_hash_table_remove(unlisted, entry.key);
  return !cause || convert_error(cause, CATALOG_ERROR_DAMAGED, error);
}

/* A manifest that cannot be read stops it: then nothing is removed. */
static bool remove_unlisted(const BackupPool *pool, const GPtrArray *snapshots, guint first, int64_t *ret_files,
                            GError **error) {
  g_autoptr(GError) cause = NULL;
  g_autoptr(GPtrArray) keys = blob_store_list(pool->store, "", &cause);
  if (!keys)
    return convert_error(cause, CATALOG_ERROR_IO, error);
  g_autoptr(GHashTable) unlisted = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < keys->len; i++)
    g_hash_table_add(unlisted, keys->pdata[i]);
  for (guint i = first; i < snapshots->len; i++)
    if (!take_listed(pool, snapshots->pdata[i], unlisted, error))
      return false;
  GHashTableIter iter;
  gpointer key = NULL;
  g_hash_table_iter_init(&iter, unlisted);
  while (g_hash_table_iter_next(&iter, &key, NULL)) {
    if (!blob_store_delete(pool->store, key, &cause))
      return convert_error(cause, CATALOG_ERROR_IO, error);
    ++*ret_files;
  }
  return true;
}

bool backup_pool_prune(const BackupPool *pool, int keep, int64_t *ret_snapshots, int64_t *ret_files,
                       GError **error) {
  g_autoptr(GPtrArray) names = NULL;
  if (!backup_list_snapshots(pool->path, &names, error))
    return false;
  guint first = names->len > (guint)keep ? names->len - (guint)keep : 0;
  for (guint i = 0; i < first; i++) {
    if (!remove_snapshot(pool, names->pdata[i], error))
      return false;
    ++*ret_snapshots;
  }
  return remove_unlisted(pool, names, first, ret_files, error);
}
