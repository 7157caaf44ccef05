/** Uploads: what comes over the network piece by piece, who began it and what becomes of it. The bytes of one that is not
 * done are a staged file (base/staged_file.h) in the folder `uploads` of the data folder; how many are there is known from
 * that alone, so that receiving writes nothing to the catalog. Whoever receives, finishes or removes has the staged file
 * open, and so is the only one.
 *
 * Threads: any. */
#pragma once

#include "base/blob_store.h"
#include "base/file_checksum.h"
#include "base/staged_file.h"
#include "catalog/catalog.h"
#include "catalog/quota.h"
#include "catalog/upload_metadata.h"

/** Uploads of one owner that are not done, at most. */
#define UPLOAD_OPEN_MAX 1000

typedef enum {
  UPLOAD_KIND_WHOLE,
  UPLOAD_KIND_PARTIAL, /**< to be put together with others (tus: concatenation) */
  UPLOAD_KIND_FINAL,   /**< put together of others */
} UploadKind;

typedef struct {
  char *id;
  char *owner; /**< as in the audit log */
  UploadKind kind;
  char *parts;                                /**< of a final one: ids between spaces; else "" */
  int64_t length_bytes;                       /**< -1: not said yet */
  char *metadata;                             /**< as it was sent, valid; "" for none */
  bool is_draft;                              /**< a course that it makes is not published yet */
  bool is_done;                               /**< it has become what it was to become */
  char *error;                                /**< why it could not, the last time; or NULL */
  char *asset_id, *course_id, *attachment_id; /**< what it became; NULL where it did not */
  char *blob_key;                             /**< its bytes in the store, once it is done */
  int64_t created_us, finished_us;
} CatalogUpload;
void catalog_upload_free(CatalogUpload *upload);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CatalogUpload, catalog_upload_free)

/** The folder of the staged files, and the file of one upload. Callers free. */
char *upload_folder(const char *data_dir);
char *upload_path(const char *folder, const char *id);

/** Make the staged file, then record the upload; `upload->id` is given. CONFLICT when the owner has UPLOAD_OPEN_MAX. */
bool catalog_create_upload(Catalog *catalog, const char *folder, const CatalogUpload *upload, GError **error);

/** NOT_FOUND when there is none. */
bool catalog_load_upload(Catalog *catalog, const char *id, CatalogUpload **ret_upload, GError **error);

/** Newest first; `owner` NULL: of all. Array of CatalogUpload *. */
bool catalog_list_uploads(Catalog *catalog, const char *owner, int limit, GPtrArray **ret_uploads, GError **error);

/** Say the length of an upload that was begun without one; CONFLICT when it has one. */
bool catalog_set_upload_length(Catalog *catalog, const char *id, int64_t length_bytes, GError **error);

/** Forget it and remove its bytes; what it became stays. */
bool catalog_delete_upload(Catalog *catalog, const char *folder, const char *id, GError **error);

/* --- what it becomes --- */

typedef struct {
  int64_t max_source_bytes; /**< 0: no limit */
  Quota quota;              /**< of institutions without one of their own */
} UploadLimits;

/** Look early whether what is wished can be: its type by name, its category, course, the asset it replaces, its length
 * (-1: not known) and the quota. INVALID, NOT_FOUND, CONFLICT or QUOTA, with a message in Chinese and English between
 * which " · " stands. */
bool upload_check_wish(Catalog *catalog, const UploadWish *wish, int64_t length_bytes, const UploadLimits *limits,
                       GError **error);

/** The same of its first bytes. */
bool upload_check_head(const UploadWish *wish, const void *data, size_t size_bytes, GError **error);

/** Let a whole or final upload, all of whose bytes are safe in `file`, become what it is to become, through
 * catalog/intake.h; then its staged file is removed. `measure` NULL: the checksum is taken from the file. On failure the
 * upload stays, with the reason in its `error`, and can be finished again. */
bool upload_finish(Catalog *catalog, const BlobStore *store, const char *folder, const UploadLimits *limits,
                   const char *id, StagedFile *file, const FileMeasure *measure, GError **error);

typedef struct {
  int64_t finished, expired, failed;
} UploadTidying;

/** Upkeep: finish what is whole and was not finished, forget what nothing was added to for `keep_us` and what has been done
 * for so long, remove staged files that belong to nothing. Uploads that somebody works on are left alone. */
bool uploads_tidy(Catalog *catalog, const BlobStore *store, const char *folder, const UploadLimits *limits,
                  int64_t keep_us, UploadTidying *ret_tidying, GError **error);
