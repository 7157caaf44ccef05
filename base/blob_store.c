#include "base/blob_store.h"

#include "base/blob_store_backend.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

G_DEFINE_QUARK(kapok - blob - error - quark, blob_error)

static bool is_key_char(char c) {
  return g_ascii_isalnum(c) || c == '_' || c == '.' || c == '-';
}

static bool is_key_part(const char *part, size_t length) {
  if (length == 0 || (length == 1 && part[0] == '.') || (length == 2 && part[0] == '.' && part[1] == '.'))
    return false;
  for (size_t i = 0; i < length; i++) {
    if (!is_key_char(part[i]))
      return false;
  }
  return true;
}

bool blob_key_is_valid(const char *key) {
  if (!key || strnlen(key, BLOB_KEY_SIZE_MAX + 1) > BLOB_KEY_SIZE_MAX)
    return false;
  for (;;) {
    const char *slash = strchrnul(key, '/');
    if (!is_key_part(key, (size_t)(slash - key)))
      return false;
    if (!*slash)
      return true;
    key = slash + 1;
  }
}

static bool check_key(const char *key, GError **error) {
  if (blob_key_is_valid(key))
    return true;
  g_autofree char *shown = g_strescape(key ? key : "", NULL);
  g_set_error(error, BLOB_ERROR, BLOB_ERROR_KEY, "\"%s\" is not a valid object key", shown);
  return false;
}

static bool check_prefix(const char *prefix, GError **error) {
  if (!*prefix)
    return true;
  size_t length = strlen(prefix);
  g_autofree char *key = g_strndup(prefix, length - 1);
  if (prefix[length - 1] == '/' && blob_key_is_valid(key))
    return true;
  g_autofree char *shown = g_strescape(prefix, NULL);
  g_set_error(error, BLOB_ERROR, BLOB_ERROR_KEY, "\"%s\" is not a valid object prefix", shown);
  return false;
}

void blob_store_free(BlobStore *store) {
  if (store)
    store->backend->free(store);
}

char *blob_store_make_work_dir(const BlobStore *store, const char *label, GError **error) {
  if (!check_key(label, error))
    return NULL;
  if (strchr(label, '/') || strlen(label) > 64) {
    g_set_error(error, BLOB_ERROR, BLOB_ERROR_KEY, "\"%s\" is not a valid label", label);
    return NULL;
  }
  return store->backend->make_work_dir(store, label, error);
}

const char *blob_store_work_root(const BlobStore *store) {
  return store->backend->work_root(store);
}

bool blob_store_link_file(const BlobStore *store, const char *key, const char *path, GError **error) {
  return check_key(key, error) && store->backend->link_file(store, key, path, error);
}

bool blob_store_put_file(const BlobStore *store, const char *key, const char *path, GError **error) {
  return check_key(key, error) && store->backend->put_file(store, key, path, error);
}

bool blob_store_put_bytes(const BlobStore *store, const char *key, const void *data, size_t size_bytes,
                          GError **error) {
  return check_key(key, error) && store->backend->put_bytes(store, key, data, size_bytes, error);
}

bool blob_store_copy_file(const BlobStore *store, const char *key, const char *path, BlobProgressFunc progress,
                          gpointer user_data, GError **error) {
  return check_key(key, error) && store->backend->copy_file(store, key, path, progress, user_data, error);
}

int blob_store_open(const BlobStore *store, const char *key, int64_t *ret_size_bytes, GError **error) {
  if (!check_key(key, error))
    return -1;
  return store->backend->open(store, key, ret_size_bytes, error);
}

GBytes *blob_store_read(const BlobStore *store, const char *key, size_t max_bytes, GError **error) {
  int64_t size;
  int fd = blob_store_open(store, key, &size, error);
  if (fd < 0)
    return NULL;
  if ((uint64_t)size > max_bytes) {
    g_set_error(error, BLOB_ERROR, BLOB_ERROR_IO,
                "object \"%s\" is too large: %" G_GINT64_FORMAT " bytes, at most %" G_GSIZE_FORMAT, key, size,
                max_bytes);
    close(fd);
    return NULL;
  }
  g_autofree char *data = g_try_malloc((gsize)size + 1);
  ssize_t count = data ? file_read_full(fd, data, (size_t)size) : -1;
  int code = data ? errno : ENOMEM;
  close(fd);
  if (count != size) {
    g_set_error(error, BLOB_ERROR, BLOB_ERROR_IO, "cannot read object \"%s\": %s", key,
                count < 0 ? g_strerror(code) : "it is shorter than its size");
    return NULL;
  }
  return g_bytes_new_take(g_steal_pointer(&data), (gsize)size);
}

bool blob_store_delete(const BlobStore *store, const char *key, GError **error) {
  return check_key(key, error) && store->backend->delete (store, key, error);
}

GPtrArray *blob_store_list(const BlobStore *store, const char *prefix, GError **error) {
  if (!check_prefix(prefix, error))
    return NULL;
  g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
  if (!store->backend->list(store, prefix, keys, error))
    return NULL;
  return g_steal_pointer(&keys);
}

bool blob_store_free_space(const BlobStore *store, int64_t *ret_free_bytes, GError **error) {
  return store->backend->free_space(store, ret_free_bytes, error);
}
