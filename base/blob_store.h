/** Stored bytes: sources, span files, posters, caption files.
 *
 * A blob is a whole, immutable object under a key. Keys match [A-Za-z0-9/_.-]+, have no empty, "." or ".."
 * part, do not start with '/' and have at most 511 bytes. Nothing here renames a visible object, so an S3 back end
 * can stand behind the same calls.
 *
 * Threads: a BlobStore may be used from any number of threads at once; it holds no mutable state.
 */
#pragma once

#include "base/file_copy.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define BLOB_ERROR (blob_error_quark())
GQuark blob_error_quark(void);

typedef enum {
  BLOB_ERROR_KEY,       /**< the key breaks the rule above */
  BLOB_ERROR_NOT_FOUND, /**< no object under this key */
  BLOB_ERROR_IO,        /**< the system refused; the message says what and why */
  BLOB_ERROR_CANCELLED, /**< the progress function asked to stop */
  BLOB_ERROR_STORAGE,   /**< the disk is full or takes no writes (disk_fault.h) */
} BlobError;

typedef struct BlobStore BlobStore;

/** Open the store of files below `root` (made when missing, with its `objects` and `tmp` folders).
 * Returns a new store, to be freed with blob_store_free(), or NULL with `error` set. */
BlobStore *blob_store_open_files(const char *root, GError **error);
void blob_store_free(BlobStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BlobStore, blob_store_free)

bool blob_key_is_valid(const char *key);

/** Make a new, empty folder for the temporary files of one piece of work, below the store's `tmp`, so that
 * blob_store_put_file() can move files from it without a copy. `label` goes into its name (key characters).
 * Caller frees the path and removes the folder (path_remove_tree() of base/path.h). */
char *blob_store_make_work_dir(const BlobStore *store, const char *label, GError **error);

/** The folder that holds every work dir; for sweeping what a crash left. Owned by the store. */
const char *blob_store_work_root(const BlobStore *store);

/** Move the file `path` (a temporary on the store's file system, closed) into the store under `key`: fsync,
 * rename, fsync of the folders. After true the object is whole and survives a power cut. An object that is
 * already under `key` is never replaced: BLOB_ERROR_IO, and both it and `path` stay as they are. */
bool blob_store_put_file(const BlobStore *store, const char *key, const char *path, GError **error);

/** As blob_store_put_file(), but `path` stays: the object shares its bytes where the file system has links, else it is a
 * copy. Nobody may write to `path` any more. */
bool blob_store_link_file(const BlobStore *store, const char *key, const char *path, GError **error);

/** As blob_store_put_file(), from memory. */
bool blob_store_put_bytes(const BlobStore *store, const char *key, const void *data, size_t size_bytes,
                          GError **error);

/** Called at the start, while a copy goes on and at its end; return false to stop it (BLOB_ERROR_CANCELLED). */
typedef FileCopyProgress BlobProgressFunc;

/** Copy the file `path` (anywhere) into the store under `key`, durable as with put_file. Uses a reflink where
 * the file system has them. `progress` may be NULL. */
bool blob_store_copy_file(const BlobStore *store, const char *key, const char *path, BlobProgressFunc progress,
                          gpointer user_data, GError **error);

/** Open for reading. Returns a descriptor that the caller closes, or -1 with `error` set.
 * `ret_size_bytes` may be NULL. */
int blob_store_open(const BlobStore *store, const char *key, int64_t *ret_size_bytes, GError **error);

/** Read a whole small object; fails with BLOB_ERROR_IO past `max_bytes`. */
GBytes *blob_store_read(const BlobStore *store, const char *key, size_t max_bytes, GError **error);

/** Delete; an object that is not there is no error. Open descriptors of it stay readable. */
bool blob_store_delete(const BlobStore *store, const char *key, GError **error);

/** Keys below `prefix` (a key ending in '/', or "" for all), in no order. Array of char *, freed by the array. */
GPtrArray *blob_store_list(const BlobStore *store, const char *prefix, GError **error);

/** Bytes free for us on the file system of the store. */
bool blob_store_free_space(const BlobStore *store, int64_t *ret_free_bytes, GError **error);
