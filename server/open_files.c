#include "server/open_files.h"

#include "base/log.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct {
  gatomicrefcount references;
  char *key;
  int fd;     /**< -1 when empty */
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
  GList *next_look;   /**< in by_use: whose turn it is to be compared with the disk; NULL: the first */
  uint64_t damaged;
};

static void open_file_unref(gpointer data) {
  OpenFile *file = data;
  if (!g_atomic_ref_count_dec(&file->references))
    return;
  if (file->data != NULL)
    munmap(file->data, (size_t)file->size);
  if (file->fd >= 0)
    close(file->fd);
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

/** Take the file's link out of the order of use. */
static void unlink_locked(OpenFiles *files, OpenFile *file) {
  if (files->next_look == &file->link)
    files->next_look = file->link.next;
  g_queue_unlink(&files->by_use, &file->link);
}

static void drop_locked(OpenFiles *files, OpenFile *file) {
  g_hash_table_remove(files->by_key, file->key);
  unlink_locked(files, file);
  open_file_unref(file);
}

static void drop_last_locked(OpenFiles *files) {
  drop_locked(files, files->by_use.tail->data);
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
  unlink_locked(files, file);
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
  if (data == NULL || data == MAP_FAILED)
    close(fd);
  if (data == MAP_FAILED) {
    g_set_error(error, BLOB_ERROR, BLOB_ERROR_IO, "cannot map %s: %s", key, g_strerror(saved));
    return NULL;
  }
  OpenFile *file = g_new0(OpenFile, 1);
  g_atomic_ref_count_init(&file->references);
  file->key = g_strdup(key);
  file->fd = data != NULL ? fd : -1;
  file->data = data;
  file->size = size;
  file->used_us = g_get_monotonic_time();
  file->link.data = file;
  return file;
}

static void set_short(const char *key, GError **error) {
  g_set_error(error, BLOB_ERROR, BLOB_ERROR_NOT_FOUND, "%s is shorter than the catalog says", key);
}

GBytes *open_files_load(OpenFiles *files, const char *key, int64_t offset, int64_t length, int *ret_fd,
                        GError **error) {
  OpenFile *file = find_kept(files, key);
  if (file == NULL) {
    file = open_file(files, key, error);
    if (file == NULL)
      return NULL;
    keep(files, file);
  }
  if (offset < 0 || offset > file->size || length > file->size - offset) {
    open_file_unref(file);
    set_short(key, error);
    return NULL;
  }
  size_t size = (size_t)(length >= 0 ? length : file->size - offset);
  *ret_fd = file->fd;
  return g_bytes_new_with_free_func(file->data + (size > 0 ? offset : 0), size, open_file_unref, file);
}

/** Read `size` bytes; false with errno, 0 when the file ends before. */
static bool read_fully(int fd, char *data, size_t size, int64_t offset) {
  for (size_t done = 0; done < size;) {
    ssize_t count = pread(fd, data + done, size - done, offset + (int64_t)done);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0) {
      errno = count == 0 ? 0 : errno;
      return false;
    }
    done += (size_t)count;
  }
  return true;
}

GBytes *open_files_read(OpenFiles *files, const char *key, int64_t offset, int64_t length, GError **error) {
  int64_t file_size = 0;
  int fd = blob_store_open(files->store, key, &file_size, error);
  if (fd < 0)
    return NULL;
  bool is_inside = offset >= 0 && offset <= file_size && length <= file_size - offset;
  size_t size = is_inside ? (size_t)(length >= 0 ? length : file_size - offset) : 0;
  g_autofree char *data = is_inside ? g_try_malloc(size + 1) : NULL;
  errno = is_inside ? ENOMEM : 0;
  bool is_read = data != NULL && read_fully(fd, data, size, offset);
  int saved = errno;
  close(fd);
  if (is_read)
    return g_bytes_new_take(g_steal_pointer(&data), size);
  if (saved == 0)
    set_short(key, error);
  else
    g_set_error(error, BLOB_ERROR, BLOB_ERROR_IO, "cannot read %s: %s", key, g_strerror(saved));
  return NULL;
}

static bool is_on_disk(const OpenFiles *files, const OpenFile *file) {
  int64_t size = 0;
  g_autoptr(GError) error = NULL;
  int fd = blob_store_open(files->store, file->key, &size, &error);
  if (fd < 0)
    return !g_error_matches(error, BLOB_ERROR,
                            BLOB_ERROR_NOT_FOUND); /* no descriptor left, say: it may well be there */
  close(fd);
  return size == file->size;
}

static unsigned look_after_locked(OpenFiles *files) {
  unsigned damaged = 0;
  for (unsigned i = 0; i < OPEN_FILES_LOOKS && i < g_hash_table_size(files->by_key); i++) {
    if (files->next_look == NULL)
      files->next_look = files->by_use.head;
    OpenFile *file = files->next_look->data;
    files->next_look = files->next_look->next;
    if (is_on_disk(files, file))
      continue;
    log_error("the stored file %s is gone or not as long as it was; kapok check tells what is missing", file->key);
    drop_locked(files, file);
    damaged++;
  }
  files->damaged += damaged;
  return damaged;
}

unsigned open_files_expire(OpenFiles *files, int64_t now_us) {
  g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&files->lock);
  while (files->by_use.tail != NULL &&
         ((const OpenFile *)files->by_use.tail->data)->used_us + OPEN_FILES_IDLE_US < now_us)
    drop_last_locked(files);
  return look_after_locked(files);
}

uint64_t open_files_damaged(OpenFiles *files) {
  g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&files->lock);
  return files->damaged;
}
