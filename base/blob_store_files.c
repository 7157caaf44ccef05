/* The back end of blob_store.h on a file system: ROOT/objects/KEY holds the objects, ROOT/tmp what is being made.
 *
 * An object appears by a rename that never replaces, after the fsync of its bytes; then its folder and every
 * folder above it up to `objects` is synced, because another thread may just have made one of them. Paths are
 * walked one part at a time without following symbolic links. Empty folders go away with their last object; a
 * put that loses its folder to that starts again.
 */
#include "base/blob_store_backend.h"
#include "base/disk_fault.h"
#include "base/file_copy.h"
#include "base/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define PUT_TRIES 16
#define DIR_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

typedef struct {
  BlobStore base;
  char *work_root;
  int objects_fd;
} FileStore;

static const FileStore *file_store(const BlobStore *store) {
  return (const FileStore *)store;
}

static bool fail_errno(GError **error, int code, const char *what, const char *name) {
  g_set_error(error, BLOB_ERROR, disk_fault_is_refusal(code) ? BLOB_ERROR_STORAGE : BLOB_ERROR_IO,
              "cannot %s \"%s\": %s", what, name, g_strerror(code));
  return false;
}

static bool is_missing(int code) {
  return code == ENOENT || code == ENOTDIR || code == ELOOP;
}

static void close_fd(int *fd) {
  if (*fd >= 0) {
    int saved_errno = errno;
    close(*fd);
    errno = saved_errno;
  }
}
#define AUTO_CLOSE __attribute__((cleanup(close_fd)))

static int steal_fd(int *fd) {
  int result = *fd;
  *fd = -1;
  return result;
}

/* --- walking --- */

static const char *key_leaf(const char *key) {
  const char *slash = strrchr(key, '/');
  return slash ? slash + 1 : key;
}

/* Open the folder `path` of `size` bytes ("" is `objects`; a '/' at the end is fine), making what is missing
 * with `make`. Returns -1 with errno. */
static int open_dir(const FileStore *store, const char *path, size_t size, bool make) {
  AUTO_CLOSE int fd = openat(store->objects_fd, ".", DIR_FLAGS); /* its own position for listing */
  const char *end = path + size;
  while (fd >= 0 && path < end) {
    const char *slash = memchr(path, '/', (size_t)(end - path));
    size_t length = (size_t)((slash ? slash : end) - path);
    char part[BLOB_KEY_SIZE_MAX + 1];
    memcpy(part, path, length);
    part[length] = '\0';
    path += length + (slash ? 1 : 0);

    if (make && mkdirat(fd, part, 0750) != 0 && errno != EEXIST)
      return -1;
    int next = openat(fd, part, DIR_FLAGS);
    close_fd(&fd);
    fd = next;
  }
  return steal_fd(&fd);
}

static int open_parent(const FileStore *store, const char *key, bool make) {
  return open_dir(store, key, (size_t)(key_leaf(key) - key), make);
}

/* fsync the folder of `key` and all above it up to `objects`. */
static bool sync_parents(const FileStore *store, const char *key, GError **error) {
  for (const char *end = key_leaf(key);; end--) {
    if (end != key && end[-1] != '/')
      continue;
    AUTO_CLOSE int fd = open_dir(store, key, (size_t)(end - key), false);
    /* A folder that is gone was emptied by a delete of this very object. */
    if (fd < 0 ? !is_missing(errno) : fsync(fd) != 0)
      return fail_errno(error, errno, "make durable the folder of object", key);
    if (end == key)
      return true;
  }
}

/* Remove the folders above `key` that are empty now. */
static void remove_empty_parents(const FileStore *store, const char *key) {
  g_autofree char *path = g_strdup(key);
  char *slash;
  while ((slash = strrchr(path, '/')) != NULL) {
    *slash = '\0';
    AUTO_CLOSE int dir_fd = open_parent(store, path, false);
    if (dir_fd < 0 || unlinkat(dir_fd, key_leaf(path), AT_REMOVEDIR) != 0)
      return;
  }
}

/* --- putting --- */

/* Returns 0 or an errno. */
static int rename_no_replace(const char *path, int dir_fd, const char *leaf) {
  if (renameat2(AT_FDCWD, path, dir_fd, leaf, RENAME_NOREPLACE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS)
    return errno;
  if (linkat(AT_FDCWD, path, dir_fd, leaf, 0) != 0)
    return errno;
  return unlink(path) == 0 ? 0 : errno;
}

/* Returns 0 or an errno. */
typedef int (*PlaceFunc)(const char *path, int dir_fd, const char *leaf);

static int link_no_replace(const char *path, int dir_fd, const char *leaf) {
  return linkat(AT_FDCWD, path, dir_fd, leaf, 0) == 0 ? 0 : errno;
}

static bool place_file(const FileStore *store, const char *key, const char *path, PlaceFunc place, GError **error) {
  int code = ENOENT;
  for (int i = 0; i < PUT_TRIES && code == ENOENT; i++) {
    AUTO_CLOSE int dir_fd = open_parent(store, key, true);
    code = dir_fd < 0 ? errno : place(path, dir_fd, key_leaf(key));
  }
  if (code == 0)
    return sync_parents(store, key, error);
  remove_empty_parents(store, key);
  if (code == EEXIST) {
    g_set_error(error, BLOB_ERROR, BLOB_ERROR_IO, "object \"%s\" exists already", key);
    return false;
  }
  return fail_errno(error, code, "store object", key);
}

static bool put_with(const BlobStore *store, const char *key, const char *path, PlaceFunc place, GError **error) {
  AUTO_CLOSE int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  if (fd < 0 || fstat(fd, &status) != 0)
    return fail_errno(error, errno, "open", path);
  if (!S_ISREG(status.st_mode)) {
    g_set_error(error, BLOB_ERROR, BLOB_ERROR_IO, "\"%s\" is not a regular file", path);
    return false;
  }
  if (fchmod(fd, 0640) != 0 || fsync(fd) != 0)
    return fail_errno(error, errno, "make durable", path);
  return place_file(file_store(store), key, path, place, error);
}

static bool files_put_file(const BlobStore *store, const char *key, const char *path, GError **error) {
  return put_with(store, key, path, rename_no_replace, error);
}

/* A new temporary file; returns its descriptor, or -1 with `error` set. */
static int make_temporary(const FileStore *store, char **ret_path, GError **error) {
  g_autofree char *path = g_strdup_printf("%s/put-%d-XXXXXX", store->work_root, (int)getpid());
  int fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0640);
  if (fd < 0) {
    fail_errno(error, errno, "make a temporary file in", store->work_root);
    return -1;
  }
  *ret_path = g_steal_pointer(&path);
  return fd;
}

/* Ends a put through the temporary file `path`, which has been filled when `is_filled`. */
static bool finish_temporary(const BlobStore *store, const char *key, const char *path, bool is_filled,
                             GError **error) {
  if (is_filled && files_put_file(store, key, path, error))
    return true;
  unlink(path);
  return false;
}

static bool files_put_bytes(const BlobStore *store, const char *key, const void *data, size_t size_bytes,
                            GError **error) {
  g_autofree char *path = NULL;
  AUTO_CLOSE int fd = make_temporary(file_store(store), &path, error);
  if (fd < 0)
    return false;
  bool is_filled = file_write_all(fd, data, size_bytes) || fail_errno(error, errno, "write object", key);
  return finish_temporary(store, key, path, is_filled, error);
}

/* --- copying --- */

static bool report_copy(FileCopyResult result, const char *path, GError **error) {
  switch (result) {
  case FILE_COPY_DONE:
    return true;
  case FILE_COPY_STOPPED:
    g_set_error(error, BLOB_ERROR, BLOB_ERROR_CANCELLED, "the copy of \"%s\" was stopped", path);
    return false;
  case FILE_COPY_SHORTER:
    g_set_error(error, BLOB_ERROR, BLOB_ERROR_IO, "\"%s\" became shorter while it was copied", path);
    return false;
  case FILE_COPY_FAILED:
    break;
  }
  return fail_errno(error, errno, "copy", path);
}

static bool files_copy_file(const BlobStore *store, const char *key, const char *path, BlobProgressFunc progress,
                            gpointer user_data, GError **error) {
  AUTO_CLOSE int from = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  if (from < 0 || fstat(from, &status) != 0)
    return fail_errno(error, errno, "open", path);
  if (!S_ISREG(status.st_mode)) {
    g_set_error(error, BLOB_ERROR, BLOB_ERROR_IO, "\"%s\" is not a regular file", path);
    return false;
  }
  g_autofree char *temporary = NULL;
  AUTO_CLOSE int to = make_temporary(file_store(store), &temporary, error);
  if (to < 0)
    return false;
  FileCopyResult result = file_copy(from, to, status.st_size, progress, user_data);
  bool is_filled = report_copy(result, path, error);
  return finish_temporary(store, key, temporary, is_filled, error);
}

static bool files_link_file(const BlobStore *store, const char *key, const char *path, GError **error) {
  struct stat status, own;
  bool may_link =
      stat(path, &status) == 0 && fstat(file_store(store)->objects_fd, &own) == 0 && status.st_dev == own.st_dev;
  g_autoptr(GError) cause = NULL;
  if (may_link && put_with(store, key, path, link_no_replace, &cause))
    return true;
  return files_copy_file(store, key, path, NULL, NULL, error); /* says it again when the key is taken */
}

/* --- reading, deleting, listing --- */

static int files_open(const BlobStore *store, const char *key, int64_t *ret_size_bytes, GError **error) {
  AUTO_CLOSE int dir_fd = open_parent(file_store(store), key, false);
  AUTO_CLOSE int fd =
      dir_fd < 0 ? -1 : openat(dir_fd, key_leaf(key), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  if (fd < 0 ? is_missing(errno) : fstat(fd, &status) == 0 && !S_ISREG(status.st_mode)) {
    g_set_error(error, BLOB_ERROR, BLOB_ERROR_NOT_FOUND, "there is no object \"%s\"", key);
    return -1;
  }
  if (fd < 0 || fstat(fd, &status) != 0) {
    fail_errno(error, errno, "open object", key);
    return -1;
  }
  if (ret_size_bytes)
    *ret_size_bytes = status.st_size;
  return steal_fd(&fd);
}

static bool files_delete(const BlobStore *store, const char *key, GError **error) {
  AUTO_CLOSE int dir_fd = open_parent(file_store(store), key, false);
  if (dir_fd < 0 || unlinkat(dir_fd, key_leaf(key), 0) != 0)
    return is_missing(errno) || errno == EISDIR || fail_errno(error, errno, "delete object", key);
  remove_empty_parents(file_store(store), key);
  return true;
}

static unsigned char entry_type(int dir_fd, const struct dirent *entry) {
  struct stat status;
  if (entry->d_type != DT_UNKNOWN)
    return entry->d_type;
  if (fstatat(dir_fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return DT_UNKNOWN;
  return S_ISREG(status.st_mode) ? DT_REG : S_ISDIR(status.st_mode) ? DT_DIR : DT_UNKNOWN;
}

/* Add the keys below the folder `fd`, which is taken and stands for `prefix`. Returns 0 or an errno. What is not
 * a valid key cannot be an object and is left out; that also bounds the depth. */
static int list_dir(int fd, const char *prefix, GPtrArray *keys) {
  DIR *dir = fdopendir(fd);
  if (!dir) {
    close_fd(&fd);
    return errno;
  }
  int code = 0;
  const struct dirent *entry;
  while (code == 0 && (errno = 0, entry = readdir(dir)) != NULL) {
    g_autofree char *key = g_strconcat(prefix, entry->d_name, NULL);
    if (!blob_key_is_valid(key))
      continue;
    unsigned char type = entry_type(fd, entry);
    if (type == DT_REG) {
      g_ptr_array_add(keys, g_steal_pointer(&key));
    } else if (type == DT_DIR) {
      g_autofree char *inner_prefix = g_strconcat(key, "/", NULL);
      int inner = openat(fd, entry->d_name, DIR_FLAGS);
      code = inner >= 0 ? list_dir(inner, inner_prefix, keys) : is_missing(errno) ? 0 : errno;
    }
  }
  if (code == 0)
    code = errno;
  closedir(dir);
  return code;
}

static bool files_list(const BlobStore *store, const char *prefix, GPtrArray *keys, GError **error) {
  int fd = open_dir(file_store(store), prefix, strlen(prefix), false);
  if (fd < 0)
    return is_missing(errno) || fail_errno(error, errno, "list", prefix);
  int code = list_dir(fd, prefix, keys);
  return code == 0 || fail_errno(error, code, "list", prefix);
}

static bool files_free_space(const BlobStore *store, int64_t *ret_free_bytes, GError **error) {
  struct statvfs status;
  if (fstatvfs(file_store(store)->objects_fd, &status) != 0)
    return fail_errno(error, errno, "measure the free space of", file_store(store)->work_root);
  *ret_free_bytes = (int64_t)status.f_bavail * (int64_t)status.f_frsize;
  return true;
}

/* --- the store --- */

static char *files_make_work_dir(const BlobStore *store, const char *label, GError **error) {
  const char *work_root = file_store(store)->work_root;
  g_autofree char *path = g_strdup_printf("%s/%s-%d-XXXXXX", work_root, label, (int)getpid());
  if (!g_mkdtemp_full(path, 0700)) {
    fail_errno(error, errno, "make a work folder in", work_root);
    return NULL;
  }
  return g_steal_pointer(&path);
}

static const char *files_work_root(const BlobStore *store) {
  return file_store(store)->work_root;
}

static void files_free(BlobStore *base) {
  FileStore *store = (FileStore *)base;
  close_fd(&store->objects_fd);
  g_free(store->work_root);
  g_free(store);
}

static const BlobBackend files_backend = {
    .free = files_free,
    .make_work_dir = files_make_work_dir,
    .work_root = files_work_root,
    .put_file = files_put_file,
    .link_file = files_link_file,
    .put_bytes = files_put_bytes,
    .copy_file = files_copy_file,
    .open = files_open,
    .delete = files_delete,
    .list = files_list,
    .free_space = files_free_space,
};

static bool make_folders(const char *root, const char *objects, const char *work_root, GError **error) {
  g_autofree char *parent = g_path_get_dirname(root);
  g_autoptr(GError) cause = NULL;
  bool is_new = !g_file_test(root, G_FILE_TEST_IS_DIR);
  if (path_make_dirs(objects, &cause) && path_make_dirs(work_root, &cause) && path_sync_dir(root, &cause) &&
      (!is_new || path_sync_dir(parent, &cause)))
    return true;
  g_set_error_literal(error, BLOB_ERROR, BLOB_ERROR_IO, cause->message);
  return false;
}

BlobStore *blob_store_open_files(const char *root, GError **error) {
  g_autofree char *absolute = g_canonicalize_filename(root, NULL);
  g_autofree char *objects = g_build_filename(absolute, "objects", NULL);
  g_autofree char *work_root = g_build_filename(absolute, "tmp", NULL);
  if (!make_folders(absolute, objects, work_root, error))
    return NULL;
  int fd = open(objects, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    fail_errno(error, errno, "open", objects);
    return NULL;
  }
  FileStore *store = g_new0(FileStore, 1);
  store->base.backend = &files_backend;
  store->work_root = g_steal_pointer(&work_root);
  store->objects_fd = fd;
  return &store->base;
}
