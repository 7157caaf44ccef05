#include "server/open_files.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct {
  gatomicrefcount references;
  char *key;
  char *data; /**< NULL when empty */
  int64_t size;
  int64_t used_us; /**< under OpenFiles.lock */
  GList link;      /**< in OpenFiles.by_use */
} OpenFile;

struct OpenFiles {
  const BlobStore *store;
  GMutex lock;
  GHashTable *by_key; /**< char * -> OpenFile *; guarded by lock, as what follows */
  GQueue by_use;      /**< used last first */
};

static void open_file_unref(gpointer data) {
  OpenFile *file = data;
  if (!g_atomic_ref_count_dec(&file->references))
    return;
  if (file->data != NULL)
    munmap(file->data, (size_t)file->size);
  g_free(file->key);
  g_free(file);
}

OpenFiles *open_files_new(const BlobStore *store) {
  OpenFiles *files = g_new0(OpenFiles, 1);
  files->store = store;
  g_mutex_init(&files->lock);
  g_queue_init(&files->by_use);
  files->by_key = g_hash_table_new(g_str_hash, g_str_equal);
  return files;
}

static void drop_last_locked(OpenFiles *files) {
  OpenFile *file = files->by_use.tail->data;
  g_hash_table_remove(files->by_key, file->key);
  g_queue_unlink(&files->by_use, &file->link);
  open_file_unref(file);
}

void open_files_free(OpenFiles *files) {
  if (files == NULL)
    return;
  while (files->by_use.tail != NULL)
    drop_last_locked(files);
  g_hash_table_unref(files->by_key);
  g_mutex_clear(&files->lock);
  g_free(files);
}

/** A new reference to the kept file, or NULL. */
static OpenFile *find_kept(OpenFiles *files, const char *key) {
  g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&files->lock);
  OpenFile *file = g_hash_table_lookup(files->by_key, key);
  if (file == NULL)
    return NULL;
  file->used_us = g_get_monotonic_time();
  g_queue_unlink(&files->by_use, &file->link);
  g_queue_push_head_link(&files->by_use, &file->link);
  g_atomic_ref_count_inc(&file->references);
  return file;
}

static void keep(OpenFiles *files, OpenFile *file) {
  g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&files->lock);
  if (g_hash_table_contains(files->by_key, file->key))
    return; /* another thread was faster */
  while (g_hash_table_size(files->by_key) >= OPEN_FILES_MAX)
    drop_last_locked(files);
  g_atomic_ref_count_inc(&file->references);
  g_hash_table_insert(files->by_key, file->key, file);
  g_queue_push_head_link(&files->by_use, &file->link);
}

static OpenFile *open_file(const OpenFiles *files, const char *key, GError **error) {
  int64_t size = 0;
  int fd = blob_store_open(files->store, key, &size, error);
  if (fd < 0)
    return NULL;
  void *data = size > 0 ? mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0) : NULL;
  int saved = errno;
  close(fd);
  if (data == MAP_FAILED) {
    g_set_error(error, BLOB_ERROR, BLOB_ERROR_IO, "cannot map %s: %s", key, g_strerror(saved));
    return NULL;
  }
  OpenFile *file = g_new0(OpenFile, 1);
  g_atomic_ref_count_init(&file->references);
  file->key = g_strdup(key);
  file->data = data;
  file->size = size;
  file->used_us = g_get_monotonic_time();
  file->link.data = file;
  return file;
}

GBytes *open_files_load(OpenFiles *files, const char *key, int64_t offset, int64_t length, GError **error) {
  OpenFile *file = find_kept(files, key);
  if (file == NULL) {
    file = open_file(files, key, error);
    if (file == NULL)
      return NULL;
    keep(files, file);
  }
  if (offset < 0 || offset > file->size || length > file->size - offset) {
    open_file_unref(file);
    g_set_error(error, BLOB_ERROR, BLOB_ERROR_NOT_FOUND, "%s is shorter than the catalog says", key);
    return NULL;
  }
  size_t size = (size_t)(length >= 0 ? length : file->size - offset);
  return g_bytes_new_with_free_func(file->data + (size > 0 ? offset : 0), size, open_file_unref, file);
}

void open_files_expire(OpenFiles *files, int64_t now_us) {
  g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&files->lock);
  while (files->by_use.tail != NULL &&
         ((const OpenFile *)files->by_use.tail->data)->used_us + OPEN_FILES_IDLE_US < now_us)
    drop_last_locked(files);
}
