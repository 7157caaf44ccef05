#include "server/upload_hash.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES (1 << 20)

struct UploadHash {
  gnutls_digest_algorithm_t algorithm;
  gnutls_hash_hd_t handle;
  int64_t size_bytes;
};

static const struct {
  const char *name;
  gnutls_digest_algorithm_t algorithm;
} algorithms[] = {{"sha256", GNUTLS_DIG_SHA256}, {"sha1", GNUTLS_DIG_SHA1}, {"md5", GNUTLS_DIG_MD5}};

UploadHash *upload_hash_new(const char *name) {
  for (size_t i = 0; i < G_N_ELEMENTS(algorithms); i++) {
    if (strcmp(algorithms[i].name, name) != 0)
      continue;
    UploadHash *hash = g_new0(UploadHash, 1);
    hash->algorithm = algorithms[i].algorithm;
    if (gnutls_hash_init(&hash->handle, hash->algorithm) == 0)
      return hash;
    g_free(hash);
  }
  return NULL;
}

void upload_hash_free(UploadHash *hash) {
  if (hash == NULL)
    return;
  gnutls_hash_deinit(hash->handle, NULL);
  g_free(hash);
}

UploadHash *upload_hash_copy(const UploadHash *hash) {
  UploadHash *copy = g_memdup2(hash, sizeof *hash);
  copy->handle = gnutls_hash_copy(hash->handle);
  if (copy->handle != NULL)
    return copy;
  g_free(copy);
  return NULL;
}

void upload_hash_update(UploadHash *hash, const void *data, size_t size_bytes) {
  gnutls_hash(hash->handle, data, size_bytes);
  hash->size_bytes += (int64_t)size_bytes;
}

int64_t upload_hash_size(const UploadHash *hash) {
  return hash->size_bytes;
}

bool upload_hash_update_file(UploadHash *hash, int fd, int64_t from_bytes, int64_t to_bytes) {
  g_autofree guint8 *buffer = g_malloc(BUFFER_BYTES);
  while (from_bytes < to_bytes) {
    ssize_t count = pread(fd, buffer, (size_t)MIN(to_bytes - from_bytes, BUFFER_BYTES), from_bytes);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return false;
    upload_hash_update(hash, buffer, (size_t)count);
    from_bytes += count;
  }
  return true;
}

size_t upload_hash_digest(const UploadHash *hash, uint8_t ret_digest[UPLOAD_DIGEST_BYTES_MAX]) {
  gnutls_hash_hd_t copy = gnutls_hash_copy(hash->handle);
  if (copy == NULL)
    return 0;
  gnutls_hash_deinit(copy, ret_digest);
  return (size_t)gnutls_hash_get_len(hash->algorithm);
}
