#include "server/stored_track.h"

#include "server/stored_segment.h"

#include <string.h>
#include <unistd.h>

/** Enough for the moof of most segments, so that one read does. */
#define HEAD_BYTES 4096
#define HEAD_BYTES_MAX (16 * 1024 * 1024)

/** A span file that is open while its segments are looked at. */
typedef struct {
  const BlobStore *store;
  const char *key; /**< borrowed; NULL: none is open */
  int fd;
} OpenSpan;

static void open_span_clear(OpenSpan *span) {
  if (span->key != NULL)
    close(span->fd);
  span->key = NULL;
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OpenSpan, open_span_clear)

static bool open_span_use(OpenSpan *span, const char *key, GError **error) {
  if (span->key != NULL && strcmp(span->key, key) == 0)
    return true;
  open_span_clear(span);
  span->fd = blob_store_open(span->store, key, NULL, error);
  span->key = span->fd >= 0 ? key : NULL;
  return span->fd >= 0;
}

static bool read_head(int fd, const CatalogPlacedSegment *placed, size_t size_bytes, uint8_t *to, GError **error) {
  if (stored_segment_read_fully(fd, to, size_bytes, placed->segment.offset))
    return true;
  g_set_error(error, BLOB_ERROR, BLOB_ERROR_NOT_FOUND, "%s is shorter than the catalog says", placed->blob_key);
  return false;
}

static bool read_segment(const OpenSpan *span, const CatalogPlacedSegment *placed, StoredTrack *track,
                         GByteArray *buffer, GError **error) {
  size_t given = (size_t)CLAMP(placed->segment.length, 0, HEAD_BYTES);
  if (!read_head(span->fd, placed, given, buffer->data, error))
    return false;
  size_t head = mp4_fragment_head_bytes(buffer->data, given);
  if (head > given) {
    given = MIN(head, (size_t)MIN(placed->segment.length, HEAD_BYTES_MAX));
    g_byte_array_set_size(buffer, MAX(buffer->len, (guint)given));
    if (!read_head(span->fd, placed, given, buffer->data, error))
      return false;
  }
  return mp4_fragment_parse(buffer->data, given, placed->segment.length, &track->init, track->samples, error);
}

bool stored_track_load(Catalog *catalog, const BlobStore *store, const char *asset_id, const CatalogTrack *track,
                       guint sample_max, StoredTrack *ret_track, GError **error) {
  g_auto(StoredTrack) loaded = {.samples = g_array_new(FALSE, FALSE, sizeof(Mp4Sample)),
                                .segment_ends = g_array_new(FALSE, FALSE, sizeof(guint))};
  g_auto(OpenSpan) span = {.store = store};
  g_autoptr(GByteArray) buffer = g_byte_array_set_size(g_byte_array_new(), HEAD_BYTES);
  if (!catalog_load_placed_segments(catalog, track->id, &loaded.places, error) ||
      !stored_segment_load_init(catalog, asset_id, track->name, &loaded.init_bytes, &loaded.init, error))
    return false;
  for (guint i = 0; i < loaded.places->len; i++) {
    const CatalogPlacedSegment *placed = &g_array_index(loaded.places, CatalogPlacedSegment, i);
    if (!open_span_use(&span, placed->blob_key, error) || !read_segment(&span, placed, &loaded, buffer, error))
      return false;
    g_array_append_val(loaded.segment_ends, loaded.samples->len);
    if (loaded.samples->len > sample_max) {
      g_set_error(error, MP4_ERROR, MP4_ERROR_UNSUPPORTED, "track %s of %s is too long for this", track->name,
                  asset_id);
      return false;
    }
  }
  *ret_track = loaded;
  loaded = (StoredTrack){0};
  return true;
}

void stored_track_clear(StoredTrack *track) {
  g_clear_pointer(&track->init_bytes, g_bytes_unref);
  g_clear_pointer(&track->places, g_array_unref);
  g_clear_pointer(&track->samples, g_array_unref);
  g_clear_pointer(&track->segment_ends, g_array_unref);
}
