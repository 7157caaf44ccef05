/** The stored files that the catalog lists, with length and SHA-256. A file is listed with the row that names it (a
 * source, a span, a poster, ...) and sealed once its checksum is recorded: span files when they are published, all others
 * by stored_files_seal(), some time after. */
#pragma once

#include "base/blob_store.h"
#include "base/file_checksum.h"
#include "catalog/catalog.h"

typedef struct {
  char *key;
  char *asset_id;     /**< NULL: it belongs to no asset */
  int64_t size_bytes; /**< -1: not known yet */
  bool is_sealed;
  uint8_t checksum[FILE_CHECKSUM_BYTES]; /**< when it is sealed */
} StoredFile;

/** The next files in the order of their keys after `after` (NULL: from the first on), at most `limit`. Array of
 * StoredFile that frees what they hold; empty at the end. */
bool catalog_list_stored_files(Catalog *catalog, const char *after, int limit, GArray **ret_files, GError **error);

/** Is it listed (still)? */
bool catalog_is_stored_file(Catalog *catalog, const char *key, bool *ret_is, GError **error);

/** How many there are, and their bytes as far as they are known. */
bool catalog_count_stored_files(Catalog *catalog, int64_t *ret_count, int64_t *ret_bytes, GError **error);

/** Record length and checksum; nothing happens when the file is listed no more or sealed already. */
bool catalog_seal_file(Catalog *catalog, const char *key, const FileMeasure *measure, GError **error);

/** Length and SHA-256 of a file in the store. CATALOG_ERROR_NOT_FOUND, CATALOG_ERROR_IO; with `is_stopped` (may be NULL)
 * true, CATALOG_ERROR_IO. */
bool stored_file_measure(const BlobStore *store, const char *key, FileChecksumStopFunc is_stopped,
                         gpointer user_data, FileMeasure *ret_measure, GError **error);

/** Read and seal files that are not sealed, until all are or `is_stopped` (may be NULL). A file that is missing or has
 * another length than is recorded stays as it is, and is told in `ret_warnings` (array of char *, may be NULL): only the
 * first STORED_FILE_WARNINGS_MAX. */
#define STORED_FILE_WARNINGS_MAX 20
bool stored_files_seal(Catalog *catalog, const BlobStore *store, FileChecksumStopFunc is_stopped,
                       gpointer user_data, int64_t *ret_sealed, GPtrArray *ret_warnings, GError **error);
