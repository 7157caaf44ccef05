#include "catalog/sweep.h"

#include "base/id.h"
#include "base/path.h"
#include "catalog/asset.h"
#include "catalog/keys.h"
#include "catalog/owner.h"
#include "catalog/process.h"
#include "catalog/retired.h"
#include "catalog/store_lock.h"
#include "catalog/transaction.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A process that started this much after a folder was last changed did not make it: its id was used again. */
#define REUSED_ID_MARGIN_US (2 * G_TIME_SPAN_SECOND)

static bool convert_error(GError *cause, GError **error) {
  g_set_error_literal(error, CATALOG_ERROR, (gint)catalog_error_of(cause), cause->message);
  return false;
}

/* --- work folders --- */

/* The process id in "LABEL-PID-XXXXXX"; 0 when the name is not of that form. */
static int64_t pid_of_name(const char *name) {
  const char *random = strrchr(name, '-');
  if (!random || random == name)
    return 0;
  g_autofree char *head = g_strndup(name, (gsize)(random - name));
  const char *dash = strrchr(head, '-');
  gint64 pid = 0;
  return dash && g_ascii_string_to_signed(dash + 1, 10, 1, G_MAXINT, &pid, NULL) ? pid : 0;
}

static int64_t time_us(const struct timespec *time) {
  return (int64_t)time->tv_sec * G_USEC_PER_SEC + time->tv_nsec / 1000;
}

static bool is_in_use(const char *path, const char *name) {
  struct stat status = {0};
  int64_t pid = pid_of_name(name), start_ticks = 0;
  if (pid == 0 || !process_find_start(pid, &start_ticks) || !process_is_ours(pid))
    return false;
  return lstat(path, &status) == 0 &&
         process_start_us(start_ticks) <= time_us(&status.st_mtim) + REUSED_ID_MARGIN_US;
}

static bool sweep_work(const BlobStore *store, int64_t *removed, GError **error) {
  const char *root = blob_store_work_root(store);
  g_autoptr(GError) cause = NULL;
  g_autoptr(GDir) dir = g_dir_open(root, 0, &cause);
  if (!dir)
    return convert_error(cause, error);
  const char *name = NULL;
  while ((name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *path = g_build_filename(root, name, NULL);
    if (is_in_use(path, name))
      continue;
    if (!path_remove_tree(path, &cause))
      return convert_error(cause, error);
    ++*removed;
  }
  return true;
}

/* --- blobs --- */

/* The asset that `key` belongs to by the layout of catalog/keys.h; NULL when it is not ours. Caller frees. */
static char *asset_of_key(const char *key) {
  g_auto(GStrv) parts = g_strsplit(key, "/", 3);
  guint count = g_strv_length(parts);
  bool is_source = count == 2 && g_str_equal(parts[0], "source");
  bool is_made = count == 3 && g_str_equal(parts[0], "asset");
  return (is_source || is_made) && id_is_valid(parts[1]) ? g_strdup(parts[1]) : NULL;
}

/* Adds the keys below `prefix` to `groups`: asset id to GPtrArray of char *. */
static bool group_by_asset(const BlobStore *store, const char *prefix, GHashTable *groups, GError **error) {
  g_autoptr(GError) cause = NULL;
  g_autoptr(GPtrArray) keys = blob_store_list(store, prefix, &cause);
  if (!keys)
    return convert_error(cause, error);
  for (guint i = 0; i < keys->len; i++) {
    g_autofree char *asset_id = asset_of_key(keys->pdata[i]);
    if (!asset_id)
      continue;
    GPtrArray *group = g_hash_table_lookup(groups, asset_id);
    if (!group) {
      group = g_ptr_array_new_with_free_func(g_free);
      g_hash_table_insert(groups, g_steal_pointer(&asset_id), group);
    }
    g_ptr_array_add(group, g_strdup(keys->pdata[i]));
  }
  return true;
}

static bool has_live_worker(Catalog *catalog, const char *asset_id, bool *ret_has, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LIST_RUNNING_OWNERS);
  statement_bind(&statement, argument_text(asset_id));
  bool has_live = false;
  while (!has_live && statement_next_row(&statement))
    has_live = owner_is_alive(statement_text(&statement, 0), NULL);
  if (!statement_check(&statement, error))
    return false;
  *ret_has = has_live;
  return true;
}

typedef struct {
  const SweepRequest *request;
  SweepTotals *totals;
} Sweep;

/* Size, and whether it is old enough, counted from when the object appeared under its key (the rename changes ctime).
 * False when it is gone. */
static bool look_at_blob(const BlobStore *store, const char *key, int64_t grace_us, int64_t *ret_size_bytes,
                         bool *ret_is_old) {
  int fd = blob_store_open(store, key, NULL, NULL);
  if (fd < 0)
    return false;
  struct stat status = {0};
  bool is_known = fstat(fd, &status) == 0;
  close(fd);
  *ret_size_bytes = status.st_size;
  *ret_is_old = grace_us <= 0 || g_get_real_time() - time_us(&status.st_ctim) >= grace_us;
  return is_known;
}

static bool sweep_blob(const Sweep *sweep, const BlobStore *store, const char *key, GError **error) {
  int64_t size_bytes = 0;
  bool is_old = false;
  if (!look_at_blob(store, key, sweep->request->grace_us, &size_bytes, &is_old))
    return true;
  if (!is_old) {
    sweep->totals->young_count++;
    return true;
  }
  g_autoptr(GError) cause = NULL;
  if (!sweep->request->is_dry_run && !blob_store_delete(store, key, &cause))
    return convert_error(cause, error);
  sweep->totals->file_count++;
  sweep->totals->file_bytes += size_bytes;
  if (sweep->request->found)
    sweep->request->found(key, size_bytes, sweep->request->user_data);
  return true;
}

/* `blobs` were listed before this is called; so one that was published since is among the catalog's keys, and one
 * that is on its way belongs to a job that runs. */
static bool sweep_blobs(const Sweep *sweep, Catalog *catalog, const BlobStore *store, const char *asset_id,
                        const GPtrArray *blobs, GError **error) {
  bool has_live = false;
  g_autoptr(GHashTable) listed = NULL;
  if (!has_live_worker(catalog, asset_id, &has_live, error))
    return false;
  if (has_live)
    return true;
  if (!catalog_load_blob_keys(catalog, asset_id, &listed, error))
    return false;
  for (guint i = 0; i < blobs->len; i++)
    if (!g_hash_table_contains(listed, blobs->pdata[i]) && !sweep_blob(sweep, store, blobs->pdata[i], error))
      return false;
  return true;
}

static bool sweep_store(const Sweep *sweep, Catalog *catalog, const BlobStore *store, GError **error) {
  g_autoptr(GHashTable) groups =
      g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
  if (!group_by_asset(store, KEY_PREFIX_SOURCES, groups, error) ||
      !group_by_asset(store, KEY_PREFIX_ASSETS, groups, error))
    return false;
  GHashTableIter iter;
  gpointer asset_id = NULL, blobs = NULL;
  g_hash_table_iter_init(&iter, groups);
  while (g_hash_table_iter_next(&iter, &asset_id, &blobs))
    if (!sweep_blobs(sweep, catalog, store, asset_id, blobs, error))
      return false;
  return true;
}

bool sweep_run(Catalog *catalog, const BlobStore *store, int64_t grace_us, int64_t *ret_removed, GError **error) {
  int64_t removed = 0;
  if (!sweep_work(store, &removed, error))
    return false;
  int lock_fd = store_lock_use(store);
  SweepRequest request = {.grace_us = grace_us};
  SweepTotals totals = {0};
  bool is_swept = lock_fd < 0 || sweep_store(&(Sweep){&request, &totals}, catalog, store, error);
  if (lock_fd >= 0)
    close(lock_fd);
  if (is_swept)
    *ret_removed = removed + totals.file_count;
  return is_swept;
}

static bool check_asset(Catalog *catalog, const char *asset_id, GError **error) {
  g_auto(Transaction) transaction = {0};
  int64_t found = 0;
  if (!transaction_begin_read(&transaction, catalog, error) ||
      !connection_number(transaction.connection, STATEMENT_HAS_ASSET, &found, error, argument_text(asset_id)))
    return false;
  if (found)
    return true;
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND, "no asset %s", asset_id);
  return false;
}

bool sweep_asset(Catalog *catalog, const BlobStore *store, const char *asset_id, GError **error) {
  if (!check_asset(catalog, asset_id, error))
    return false;
  g_autofree char *prefix = key_prefix_of_asset(asset_id);
  g_autoptr(GError) cause = NULL;
  g_autoptr(GPtrArray) blobs = blob_store_list(store, prefix, &cause);
  if (!blobs)
    return convert_error(cause, error);
  char *source_key = key_of_source(asset_id);
  g_ptr_array_add(blobs, source_key); /* as those of the list: freed by it */
  int lock_fd = store_lock_use(store);
  if (lock_fd < 0)
    return true; /* left for the next sweep */
  SweepRequest request = {0};
  SweepTotals totals = {0};
  bool is_swept = sweep_blobs(&(Sweep){&request, &totals}, catalog, store, asset_id, blobs, error);
  close(lock_fd);
  return is_swept;
}

/* --- garbage collection --- */

/* The files of an asset whose grace is over: what it still lists (a dry run), or what was just taken off the list. */
static bool sweep_orphan(const Sweep *sweep, Catalog *catalog, const BlobStore *store, const char *asset_id,
                         GError **error) {
  SweepRequest request = *sweep->request;
  request.grace_us = 0;
  Sweep at_once = {&request, sweep->totals};
  g_autofree char *prefix = key_prefix_of_asset(asset_id);
  g_autoptr(GError) cause = NULL;
  g_autoptr(GPtrArray) blobs = blob_store_list(store, prefix, &cause);
  if (!blobs)
    return convert_error(cause, error);
  g_ptr_array_add(blobs, key_of_source(asset_id));
  if (!request.is_dry_run)
    return sweep_blobs(&at_once, catalog, store, asset_id, blobs, error);
  for (guint i = 0; i < blobs->len; i++)
    if (!sweep_blob(&at_once, store, blobs->pdata[i], error))
      return false;
  return true;
}

static bool sweep_orphans(const Sweep *sweep, Catalog *catalog, const BlobStore *store, GError **error) {
  g_autoptr(GPtrArray) asset_ids = NULL;
  int64_t before_us = g_get_real_time() - sweep->request->grace_us;
  if (!(sweep->request->is_dry_run ? catalog_list_orphans(catalog, before_us, &asset_ids, error)
                                   : catalog_purge_orphans(catalog, before_us, &asset_ids, error)))
    return false;
  sweep->totals->asset_count = asset_ids->len;
  for (guint i = 0; i < asset_ids->len; i++)
    if (!sweep_orphan(sweep, catalog, store, asset_ids->pdata[i], error))
      return false;
  return true;
}

bool sweep_collect(Catalog *catalog, const BlobStore *store, const SweepRequest *request, SweepTotals *ret_totals,
                   GError **error) {
  SweepTotals totals = {0};
  Sweep sweep = {request, &totals};
  int lock_fd = store_lock_use(store);
  totals.is_held = lock_fd < 0;
  bool is_swept = totals.is_held ||
                  (sweep_orphans(&sweep, catalog, store, error) && sweep_store(&sweep, catalog, store, error));
  if (lock_fd >= 0)
    close(lock_fd);
  if (is_swept)
    *ret_totals = totals;
  return is_swept;
}
