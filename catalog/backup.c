#include "catalog/backup.h"

#include "base/path.h"
#include "catalog/backup_manifest.h"
#include "catalog/backup_pool.h"
#include "catalog/catalog_internal.h"
#include "catalog/store_lock.h"
#include "catalog/stored_file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 500

typedef struct {
  Catalog *catalog; /* the one in use */
  const BlobStore *store;
  const BackupRequest *request;
  BackupPool pool;
  BackupResult result;
  char *folder;  /* the snapshot while it is made, below the pool's tmp */
  Catalog *copy; /* the catalog of the snapshot */
  FILE *manifest;
  int64_t total, total_bytes; /* files to look at */
  int64_t done;
  BackupStep step;
} Backup;

static void backup_clear(Backup *backup) {
  g_clear_pointer(&backup->copy, catalog_close);
  if (backup->manifest)
    fclose(backup->manifest);
  if (backup->folder)
    path_remove_tree(backup->folder, NULL);
  g_free(backup->folder);
  backup_pool_clear(&backup->pool);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Backup, backup_clear)

static bool convert_error(GError *cause, GError **error) {
  g_set_error_literal(error, CATALOG_ERROR, (gint)catalog_error_of(cause), cause->message);
  return false;
}

static bool fail_errno(const char *what, GError **error) {
  int code = errno;
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_IO, "cannot %s: %s", what, g_strerror(code));
  return false;
}

static bool set_stopped(GError **error) {
  g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_IO, "the backup was stopped");
  return false;
}

static bool is_stopped(gpointer data) {
  const Backup *backup = data;
  const BackupWatcher *watcher = &backup->request->watcher;
  return watcher->progress && watcher->progress(backup->step, backup->done, backup->total,
                                                backup->result.file_bytes, backup->total_bytes, watcher->user_data);
}

static void report(Backup *backup, BackupProblem problem, const char *key, const char *message) {
  const BackupWatcher *watcher = &backup->request->watcher;
  backup->result.problem_count++;
  watcher->problem(problem, key, message, watcher->user_data);
}

/* --- the catalog --- */

static bool on_page(int64_t done, int64_t total, gpointer data) {
  Backup *backup = data;
  const BackupWatcher *watcher = &backup->request->watcher;
  return !watcher->progress || !watcher->progress(BACKUP_STEP_CATALOG, done, total, 0, 0, watcher->user_data);
}

static bool copy_catalog(Backup *backup, GError **error) {
  g_autofree char *path = g_build_filename(backup->folder, "catalog.sqlite3", NULL);
  Connection *reader = catalog_take_reader(backup->catalog, error);
  if (!reader)
    return false;
  bool is_copied = connection_copy(reader, path, on_page, backup, error);
  catalog_give_back_reader(backup->catalog, reader);
  if (!is_copied)
    return false;
  backup->copy = catalog_open(path, error);
  return backup->copy && catalog_count_stored_files(backup->copy, &backup->total, &backup->total_bytes, error);
}

/* --- stored files --- */

/* One that shares its bytes with the original: a reflink where the file system has them, else a hard link. */
static bool link_file(int fd, const char *path) {
  int to = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0640);
  if (to < 0)
    return false;
  bool is_cloned = ioctl(to, FICLONE, fd) == 0;
  close(to);
  if (is_cloned)
    return true;
  g_unlink(path);
  g_autofree char *from = g_strdup_printf("/proc/self/fd/%d", fd);
  return linkat(AT_FDCWD, from, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
}

static bool put_link(Backup *backup, const char *key, int fd, bool *ret_is_linked) {
  g_autofree char *path = g_build_filename(backup->folder, "link", NULL);
  *ret_is_linked =
      !backup->request->is_copy && link_file(fd, path) && blob_store_put_file(backup->pool.store, key, path, NULL);
  if (!*ret_is_linked)
    g_unlink(path);
  return *ret_is_linked;
}

static bool on_copy(int64_t done_bytes, int64_t total_bytes, gpointer data) {
  (void)done_bytes;
  (void)total_bytes;
  return !is_stopped(data);
}

static bool put_copy(Backup *backup, const char *key, int fd, GError **error) {
  g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
  return blob_store_copy_file(backup->pool.store, key, path, on_copy, backup, error);
}

/* Bring the open file into the pool. `*ret_is_linked` tells that its bytes were not looked at. */
static bool put_file(Backup *backup, const StoredFile *file, int fd, bool *ret_is_linked, GError **error) {
  if (!put_link(backup, file->key, fd, ret_is_linked) && !put_copy(backup, file->key, fd, error))
    return false;
  backup->result.new_count++;
  backup->result.linked_count += *ret_is_linked;
  return true;
}

/* Both catalogs learn the checksum of a file that had none. */
static bool seal(Backup *backup, const StoredFile *file, const FileMeasure *measure, GError **error) {
  return catalog_seal_file(backup->copy, file->key, measure, error) &&
         catalog_seal_file(backup->catalog, file->key, measure, error);
}

/* What lies in the pool under the key: as it was published? */
static bool verify(Backup *backup, const StoredFile *file, FileMeasure *measure, bool *ret_is_good,
                   GError **error) {
  g_autoptr(GError) cause = NULL;
  *ret_is_good = false;
  if (!stored_file_measure(backup->pool.store, file->key, is_stopped, backup, measure, &cause)) {
    if (is_stopped(backup))
      return set_stopped(error);
    report(backup, BACKUP_PROBLEM_FAILED, file->key, cause->message);
    return true;
  }
  bool is_length = file->size_bytes < 0 || file->size_bytes == measure->size_bytes;
  bool is_content = !file->is_sealed || memcmp(file->checksum, measure->checksum, FILE_CHECKSUM_BYTES) == 0;
  *ret_is_good = is_length && is_content;
  if (!*ret_is_good) {
    report(backup, BACKUP_PROBLEM_DAMAGED, file->key,
           is_length ? "its SHA-256 is not the recorded one" : "its length is not the recorded one");
    return blob_store_delete(backup->pool.store, file->key, NULL) || set_stopped(error);
  }
  return file->is_sealed || seal(backup, file, measure, error);
}

/* The size of the file in the pool, or -1. */
static int64_t size_in_pool(const Backup *backup, const char *key) {
  int64_t size_bytes = -1;
  int fd = blob_store_open(backup->pool.store, key, &size_bytes, NULL);
  if (fd < 0)
    return -1;
  close(fd);
  return size_bytes;
}

/* Bring the file when it is not there. `*ret_is_there` false: it was left out, and told. */
static bool bring_file(Backup *backup, const StoredFile *file, bool *ret_is_there, bool *ret_is_unread,
                       GError **error) {
  g_autoptr(GError) cause = NULL;
  int64_t size_bytes = 0;
  *ret_is_there = false;
  int fd = blob_store_open(backup->store, file->key, &size_bytes, &cause);
  if (fd < 0) {
    bool is_missing = g_error_matches(cause, BLOB_ERROR, BLOB_ERROR_NOT_FOUND);
    report(backup, is_missing ? BACKUP_PROBLEM_MISSING : BACKUP_PROBLEM_FAILED, file->key, cause->message);
    return true;
  }
  bool is_length = file->size_bytes < 0 || file->size_bytes == size_bytes;
  *ret_is_there = is_length && put_file(backup, file, fd, ret_is_unread, &cause);
  close(fd);
  if (*ret_is_there)
    backup->result.new_bytes += size_bytes;
  else if (!is_length)
    report(backup, BACKUP_PROBLEM_DAMAGED, file->key, "its length is not the recorded one");
  else if (g_error_matches(cause, BLOB_ERROR, BLOB_ERROR_CANCELLED))
    return set_stopped(error);
  else
    return convert_error(cause, error); /* the destination is full or fails: no snapshot */
  return true;
}

static bool write_entry(Backup *backup, const char *key, const uint8_t *checksum, GError **error) {
  g_autofree char *line = backup_manifest_format_line(key, backup->result.snapshot, checksum);
  return fputs(line, backup->manifest) >= 0 || fail_errno("write the manifest", error);
}

static bool back_up_file(Backup *backup, const StoredFile *file, GError **error) {
  int64_t present = size_in_pool(backup, file->key);
  if (present >= 0 && file->size_bytes >= 0 && present != file->size_bytes) { /* cut off, by a power cut say */
    blob_store_delete(backup->pool.store, file->key, NULL);
    present = -1;
  }
  FileMeasure measure = {.size_bytes = file->size_bytes};
  memcpy(measure.checksum, file->checksum, FILE_CHECKSUM_BYTES);
  bool is_there = present >= 0, is_unread = is_there;
  if (!is_there && !bring_file(backup, file, &is_there, &is_unread, error))
    return false;
  bool is_to_be_read = !file->is_sealed || !is_unread || backup->request->is_verified;
  if (is_there && is_to_be_read && !verify(backup, file, &measure, &is_there, error))
    return false;
  backup->done++;
  if (!is_there)
    return true;
  backup->result.file_count++;
  backup->result.file_bytes += measure.size_bytes;
  return write_entry(backup, file->key, measure.checksum, error);
}

static bool back_up_files(Backup *backup, GError **error) {
  g_autofree char *after = NULL;
  backup->step = backup->request->is_verified ? BACKUP_STEP_VERIFY : BACKUP_STEP_FILES;
  for (;;) {
    g_autoptr(GArray) files = NULL;
    if (!catalog_list_stored_files(backup->copy, after, PAGE, &files, error))
      return false;
    if (files->len == 0)
      return true;
    for (guint i = 0; i < files->len; i++) {
      if (is_stopped(backup))
        return set_stopped(error);
      if (!back_up_file(backup, &g_array_index(files, StoredFile, i), error))
        return false;
    }
    g_free(after);
    after = g_strdup(g_array_index(files, StoredFile, files->len - 1).key);
  }
}

/* --- the snapshot --- */

static bool choose_name(Backup *backup, GError **error) {
  g_autoptr(GDateTime) now = g_date_time_new_now_utc();
  g_autofree char *time = g_date_time_format(now, "%Y%m%dT%H%M%SZ");
  for (int i = 1; i < 100; i++) { /* several in one second */
    g_snprintf(backup->result.snapshot, sizeof backup->result.snapshot, i == 1 ? "%s" : "%s-%02d", time, i);
    g_autofree char *path = backup_pool_snapshot_path(backup->pool.path, backup->result.snapshot, NULL);
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
      return true;
  }
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT, "there is a snapshot %s already", time);
  return false;
}

static bool open_snapshot(Backup *backup, GError **error) {
  g_autoptr(GError) cause = NULL;
  backup->folder = blob_store_make_work_dir(backup->pool.store, "snapshot", &cause);
  if (!backup->folder)
    return convert_error(cause, error);
  g_chmod(backup->folder, 0750);
  g_autofree char *path = g_build_filename(backup->folder, "SHA256SUMS", NULL);
  backup->manifest = fopen(path, "we");
  return backup->manifest || fail_errno("make the manifest", error);
}

/* The catalog's own line, then all is durable, then the snapshot is there. */
static bool publish_snapshot(Backup *backup, GError **error) {
  g_autofree char *catalog = g_build_filename(backup->folder, "catalog.sqlite3", NULL);
  g_autofree char *target = backup_pool_snapshot_path(backup->pool.path, backup->result.snapshot, NULL);
  g_autofree char *parent = g_path_get_dirname(target);
  g_autoptr(GError) cause = NULL;
  FileMeasure measure = {0};
  g_clear_pointer(&backup->copy, catalog_close); /* its log is in the file now */
  if (!file_checksum_of_path(catalog, &measure, &cause))
    return convert_error(cause, error);
  if (!write_entry(backup, NULL, measure.checksum, error))
    return false;
  if (fflush(backup->manifest) != 0 || syncfs(fileno(backup->manifest)) != 0)
    return fail_errno("write the manifest", error);
  if (g_rename(backup->folder, target) != 0)
    return fail_errno("put the snapshot in its place", error);
  g_clear_pointer(&backup->folder, g_free);
  return path_sync_dir(parent, &cause) || convert_error(cause, error);
}

/* A backup inside the data folder would be swept or backed up itself, one around it would hold it twice. */
static bool check_destination(const BlobStore *store, const char *destination, GError **error) {
  g_autofree char *data = g_path_get_dirname(blob_store_work_root(store));
  g_autofree char *real_data = realpath(data, NULL);
  g_autofree char *real_destination = realpath(destination, NULL);
  if (!real_data || !real_destination)
    return fail_errno("find the folders", error);
  g_autofree char *below_data = g_strconcat(real_data, "/", NULL);
  g_autofree char *below_destination = g_strconcat(real_destination, "/", NULL);
  if (!g_str_has_prefix(below_destination, below_data) && !g_str_has_prefix(below_data, below_destination))
    return true;
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID,
              "the backup %s and the data folder %s lie in one another", real_destination, real_data);
  return false;
}

static bool make_snapshot(Backup *backup, GError **error) {
  return choose_name(backup, error) && open_snapshot(backup, error) && copy_catalog(backup, error) &&
         back_up_files(backup, error) && publish_snapshot(backup, error);
}

bool backup_run(Catalog *catalog, const BlobStore *store, const BackupRequest *request, BackupResult *ret_result,
                GError **error) {
  g_auto(Backup) backup = {.catalog = catalog, .store = store, .request = request};
  g_autoptr(GError) cause = NULL;
  if (!path_make_dirs(request->destination, &cause))
    return convert_error(cause, error);
  if (!check_destination(store, request->destination, error) ||
      !backup_pool_open(request->destination, &backup.pool, error))
    return false;
  int held = store_lock_hold(store, error);
  if (held < 0)
    return false;
  bool is_made = make_snapshot(&backup, error);
  close(held);
  if (!is_made || !backup_pool_prune(&backup.pool, MAX(request->keep, 1), &backup.result.removed_snapshots,
                                     &backup.result.removed_files, error))
    return false;
  *ret_result = backup.result;
  return true;
}
