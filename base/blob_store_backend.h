/** What a back end of base/blob_store.h implements; private to base. The front checks keys, prefixes and labels
 * before it calls. Each function keeps the contract of the public function of its name. */
#pragma once

#include "base/blob_store.h"

#define BLOB_KEY_SIZE_MAX 511 /**< bytes */

typedef struct {
  void (*free)(BlobStore *store);
  char *(*make_work_dir)(const BlobStore *store, const char *label, GError **error);
  const char *(*work_root)(const BlobStore *store);
  bool (*put_file)(const BlobStore *store, const char *key, const char *path, GError **error);
  bool (*link_file)(const BlobStore *store, const char *key, const char *path, GError **error);
  bool (*put_bytes)(const BlobStore *store, const char *key, const void *data, size_t size_bytes, GError **error);
  bool (*copy_file)(const BlobStore *store, const char *key, const char *path, BlobProgressFunc progress,
                    gpointer user_data, GError **error);
  int (*open)(const BlobStore *store, const char *key, int64_t *ret_size_bytes, GError **error);
  bool (*delete)(const BlobStore *store, const char *key, GError **error);
  bool (*list)(const BlobStore *store, const char *prefix, GPtrArray *keys, GError **error);
  bool (*free_space)(const BlobStore *store, int64_t *ret_free_bytes, GError **error);
} BlobBackend;

/** The first member of every back end's object. */
struct BlobStore {
  const BlobBackend *backend;
};
