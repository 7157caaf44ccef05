/** Who uploads just now, and what uploads share: folder, limits, checksums that were taken as far as the bytes came.
 * Threads: any. */
#pragma once

#include "base/settings.h"
#include "catalog/upload.h"
#include "server/http/http_body.h"
#include "server/upload_hash.h"

/** A line on which nothing came for so long gives way to another one of the same upload. */
#define UPLOAD_DESK_SILENT_US G_TIME_SPAN_SECOND

typedef struct UploadDesk UploadDesk;

UploadDesk *upload_desk_new(const Settings *settings);
void upload_desk_free(UploadDesk *desk);

const char *upload_desk_folder(const UploadDesk *desk);
const UploadLimits *upload_desk_limits(const UploadDesk *desk);
int64_t upload_desk_keep_us(const UploadDesk *desk);
int64_t upload_desk_min_free_bytes(const UploadDesk *desk);
int64_t upload_desk_max_bytes(const UploadDesk *desk);

typedef enum {
  UPLOAD_DESK_ENTERED,
  UPLOAD_DESK_LOCKED, /**< another line is busy with it */
  UPLOAD_DESK_FULL,   /**< the owner has too many under way */
} UploadDeskResult;

/** Begin to work on an upload with `body`, which stays valid until upload_desk_leave(). */
UploadDeskResult upload_desk_enter(UploadDesk *desk, const char *owner, const char *id, HttpBody *body);
void upload_desk_leave(UploadDesk *desk, const char *id);

/** When a line is busy with the upload on which nothing came for UPLOAD_DESK_SILENT_US, let it end, and wait for that
 * for a moment. */
void upload_desk_settle(UploadDesk *desk, const char *id);

/** The checksum of the first `offset_bytes` bytes as it was left with upload_desk_keep_hash(), else a new one for 0, else
 * NULL. The caller's. */
UploadHash *upload_desk_take_hash(UploadDesk *desk, const char *id, int64_t offset_bytes);
/** Keep it for whoever goes on; `hash` is taken, NULL forgets. */
void upload_desk_keep_hash(UploadDesk *desk, const char *id, UploadHash *hash);

typedef struct {
  uint64_t active, received_bytes, finished;
} UploadDeskFigures;
void upload_desk_count(UploadDesk *desk, int64_t received_bytes, bool is_finished);
void upload_desk_get_figures(UploadDesk *desk, UploadDeskFigures *ret_figures);
