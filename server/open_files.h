/** Stored blobs, opened once and kept mapped, so that sending a segment costs no open and no read.
 *
 * A blob never changes once it is visible (base/blob_store.h), so what is mapped stays right. A file that somebody cuts
 * short by hand is no danger as long as only the kernel reads the mapping (send() then fails).
 * Under TLS we read it ourselves, and such a file would end the process.
 *
 * Threads: any, at once.
 */
#pragma once

#include "base/blob_store.h"

#include <glib.h>

/** Files kept open at most beside those that are being sent. */
#define OPEN_FILES_MAX 1024
/** A file that nobody asked for in this time is let go: the space of deleted ones comes free. */
#define OPEN_FILES_IDLE_US (30 * G_TIME_SPAN_SECOND)

typedef struct OpenFiles OpenFiles;

/** `store` is borrowed. */
OpenFiles *open_files_new(const BlobStore *store);
/** Bytes that were handed out stay good. NULL is accepted. */
void open_files_free(OpenFiles *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OpenFiles, open_files_free)

/** `length` bytes of blob `key` from `offset` on (-1: all that follow), as a view of the mapped file. NULL with BLOB_ERROR;
 * _NOT_FOUND also when the blob is shorter than that. Caller unrefs. */
GBytes *open_files_load(OpenFiles *files, const char *key, int64_t offset, int64_t length, GError **error);

/** Let go of what has been idle; to be called now and then. */
void open_files_expire(OpenFiles *files, int64_t now_us);
