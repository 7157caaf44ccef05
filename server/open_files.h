/** Stored blobs, opened once and kept mapped, so that sending a segment costs no open and no read.
 *
 * A blob never changes once it is visible (base/blob_store.h), so what is mapped stays right. A file that somebody cuts
 * short by hand is no danger as long as only the kernel reads the mapping: send() then fails. Whoever reads the bytes in this
 * process (TLS, a view that is made of them) takes open_files_read(): reading the mapping would end the process.
 *
 * What is kept is compared with the disk now and then, so that a file that was cut short or removed is noticed.
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
 * _NOT_FOUND also when the blob is shorter than that. Caller unrefs. `*ret_fd`: the file, open as long as the bytes are
 * there; -1 when it is empty. */
GBytes *open_files_load(OpenFiles *files, const char *key, int64_t offset, int64_t length, int *ret_fd,
                        GError **error);

/** The same bytes, read into memory of this process. */
GBytes *open_files_read(OpenFiles *files, const char *key, int64_t offset, int64_t length, GError **error);

/** Let go of what has been idle, and look whether OPEN_FILES_LOOKS of the others are on the disk as they were; to be called
 * about once a second. Returns how many are not: their mappings were let go, the caller lets go of what was made of them. */
unsigned open_files_expire(OpenFiles *files, int64_t now_us);
#define OPEN_FILES_LOOKS 64

/** How many were found damaged or gone so far. */
uint64_t open_files_damaged(OpenFiles *files);
