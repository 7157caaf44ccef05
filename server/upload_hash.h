/** SHA-256 of what comes, taken along while it comes, by the fastest means that the machine has.
 * Threads: one at a time. */
#pragma once

#include "base/file_checksum.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct UploadHash UploadHash;

/** `algorithm`: "sha256", "sha1" or "md5". NULL for another. */
UploadHash *upload_hash_new(const char *algorithm);
void upload_hash_free(UploadHash *hash);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UploadHash, upload_hash_free)
UploadHash *upload_hash_copy(const UploadHash *hash);

void upload_hash_update(UploadHash *hash, const void *data, size_t size_bytes);
/** Bytes so far. */
int64_t upload_hash_size(const UploadHash *hash);
/** Read a part of a file into it. False with errno. */
bool upload_hash_update_file(UploadHash *hash, int fd, int64_t from_bytes, int64_t to_bytes);

/** The digest of what came so far; it can be gone on with. */
#define UPLOAD_DIGEST_BYTES_MAX 32
size_t upload_hash_digest(const UploadHash *hash, uint8_t ret_digest[UPLOAD_DIGEST_BYTES_MAX]);
