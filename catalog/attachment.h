/** The way in for attachments: PDF files of a course. */
#pragma once

#include "base/blob_store.h"
#include "catalog/record.h"

#define ATTACHMENT_BYTES_MAX (INT64_C(1) << 30)

typedef struct {
  const char *actor, *course_id, *path;
  const char *name;            /**< what people call the file; NULL: as it is called */
  const char *title;           /**< NULL: its name without its end */
  bool is_staged;              /**< as IntakeRequest.is_staged */
  const char *idempotency_key; /**< or NULL: asked twice with the same, one attachment is made */
} AttachmentRequest;

/** As attachment_take_file(); an attachment of that file name that an import brought without its file gets it. */
bool attachment_take(Catalog *catalog, const BlobStore *store, const AttachmentRequest *request,
                     CatalogRecord **ret_record, GError **error);

/** Copy the file into the store and record it as the course's last attachment; `title` NULL: the file's name without its
 * end. NOT_FOUND for a course that is not there, INVALID for what is no PDF or over ATTACHMENT_BYTES_MAX. On failure
 * nothing stays. */
bool attachment_take_file(Catalog *catalog, const BlobStore *store, const char *actor, const char *course_id,
                          const char *path, const char *title, CatalogRecord **ret_record, GError **error);

/** Whether an import brought it without its file, which has not come yet. */
bool attachment_is_absent(const CatalogRecord *record);
