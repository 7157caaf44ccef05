/** The data folder: DATA/catalog.sqlite3, DATA/objects and DATA/tmp (base/blob_store.h), DATA/serve.lock. */
#pragma once

#include "base/blob_store.h"
#include "catalog/catalog.h"

#include <stdbool.h>
#include <sys/types.h>

typedef struct {
  Catalog *catalog;
  BlobStore *store;
} DataFolder;

/** Open the folder `path`, making and migrating what is missing. */
bool data_folder_open(const char *path, DataFolder *ret_folder, GError **error);
/** As data_folder_open(), but fails (G_FILE_ERROR_NOENT) when there is no catalog in it. */
bool data_folder_open_existing(const char *path, DataFolder *ret_folder, GError **error);
void data_folder_clear(DataFolder *folder);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DataFolder, data_folder_clear)

/** The catalog's file in the folder; caller frees. */
char *data_folder_catalog_path(const char *path);

/** Take the lock of `kapok serve` on the folder (which exists). Returns a descriptor that holds the lock until it is
 * closed (not inherited by other programs), or -1: G_FILE_ERROR_AGAIN when another process has it, named in the
 * message. */
int data_folder_lock(const char *path, GError **error);

/** What the running `kapok serve` says of itself in its lock file. */
typedef struct {
  pid_t pid;
  unsigned reloads;     /**< reloads that have ended since its start */
  bool is_reload_good;  /**< the last one was taken over */
  char *reload_message; /**< why it was not, or what was not taken over; empty: nothing to say */
} DataFolderHolder;
void data_folder_holder_clear(DataFolderHolder *holder);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DataFolderHolder, data_folder_holder_clear)

/** Say how a reload ended; `lock` is the descriptor of data_folder_lock(). */
void data_folder_note_reload(int lock, unsigned reloads, bool is_good, const char *message);
/** Who holds the lock on the folder: fails with G_FILE_ERROR_NOENT when no `kapok serve` runs on it. */
bool data_folder_find_holder(const char *path, DataFolderHolder *ret_holder, GError **error);
