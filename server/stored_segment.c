#include "server/stored_segment.h"

#include <errno.h>
#include <unistd.h>

bool stored_segment_read_fully(int fd, uint8_t *to, size_t size_bytes, int64_t offset) {
  for (size_t done = 0; done < size_bytes;) {
    ssize_t got = pread(fd, to + done, size_bytes - done, offset + (int64_t)done);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return false;
    done += (size_t)got;
  }
  return true;
}

GBytes *stored_segment_read_part(const BlobStore *store, const char *key, int64_t offset, int64_t length,
                                 GError **error) {
  int64_t size = 0;
  if (length < 0 || length > STORED_SEGMENT_BYTES_MAX) {
    g_set_error(error, BLOB_ERROR, BLOB_ERROR_IO, "%s: a segment of %" G_GINT64_FORMAT " bytes", key, length);
    return NULL;
  }
  int fd = blob_store_open(store, key, &size, error);
  if (fd < 0)
    return NULL;
  uint8_t *data = g_malloc((size_t)length + 1);
  bool ok = offset >= 0 && offset <= size && length <= size - offset &&
            stored_segment_read_fully(fd, data, (size_t)length, offset);
  close(fd);
  if (ok)
    return g_bytes_new_take(data, (size_t)length);
  g_free(data);
  g_set_error(error, BLOB_ERROR, BLOB_ERROR_NOT_FOUND, "%s is shorter than the catalog says", key);
  return NULL;
}

bool stored_segment_load_init(Catalog *catalog, const char *asset_id, const char *track_name, GBytes **ret_bytes,
                              Mp4Init *ret_init, GError **error) {
  g_autoptr(GBytes) bytes = NULL;
  if (!catalog_load_init(catalog, asset_id, track_name, &bytes, error))
    return false;
  gsize size = 0;
  const uint8_t *data = g_bytes_get_data(bytes, &size);
  if (!mp4_init_parse(data, size, ret_init, error))
    return false;
  *ret_bytes = g_steal_pointer(&bytes);
  return true;
}

void stored_segment_clear(StoredSegment *segment) {
  g_clear_pointer(&segment->init_bytes, g_bytes_unref);
  g_clear_pointer(&segment->bytes, g_bytes_unref);
  g_clear_pointer(&segment->samples, g_array_unref);
}

bool stored_segment_load(Catalog *catalog, const BlobStore *store, const char *asset_id, const char *track_name,
                         const char *key, const CatalogSegment *segment, StoredSegment *ret_segment,
                         GError **error) {
  g_auto(StoredSegment) loaded = {.samples = g_array_new(FALSE, FALSE, sizeof(Mp4Sample))};
  if (!stored_segment_load_init(catalog, asset_id, track_name, &loaded.init_bytes, &loaded.init, error))
    return false;
  loaded.bytes = stored_segment_read_part(store, key, segment->offset, segment->length, error);
  if (loaded.bytes == NULL)
    return false;
  gsize size = 0;
  const uint8_t *data = g_bytes_get_data(loaded.bytes, &size);
  if (!mp4_fragment_parse(data, size, (int64_t)size, &loaded.init, loaded.samples, error))
    return false;
  *ret_segment = loaded;
  loaded = (StoredSegment){0};
  return true;
}
