/** Stored segments as views take them apart: read, not mapped, so that a file that somebody cut short is an error and no
 * signal. Threads: any, at once. */
#pragma once

#include "base/blob_store.h"
#include "catalog/asset.h"
#include "media/mp4_fragment.h"

/** More than any segment has: 30 s at 60 Mbit/s. */
#define STORED_SEGMENT_BYTES_MAX (256 * 1024 * 1024)

/** A segment with its samples. */
typedef struct {
  GBytes *init_bytes, *bytes;
  Mp4Init init;    /**< borrows from init_bytes */
  GArray *samples; /**< Mp4Sample; offsets count from the front of bytes */
} StoredSegment;

/** Read exactly `size_bytes` at `offset`; false when the file is shorter or cannot be read. */
bool stored_segment_read_fully(int fd, uint8_t *to, size_t size_bytes, int64_t offset);

/** `length` bytes of blob `key` from `offset` on. NULL with BLOB_ERROR; _NOT_FOUND when the blob is shorter. */
GBytes *stored_segment_read_part(const BlobStore *store, const char *key, int64_t offset, int64_t length,
                                 GError **error);

/** The init segment of a track, parsed. `*ret_init` borrows from `*ret_bytes`. Errors of the catalog, or MP4_ERROR. */
bool stored_segment_load_init(Catalog *catalog, const char *asset_id, const char *track_name, GBytes **ret_bytes,
                              Mp4Init *ret_init, GError **error);

/** Load what lies at `key` and `segment`. Errors of the catalog and the store, or MP4_ERROR. */
bool stored_segment_load(Catalog *catalog, const BlobStore *store, const char *asset_id, const char *track_name,
                         const char *key, const CatalogSegment *segment, StoredSegment *ret_segment,
                         GError **error);
void stored_segment_clear(StoredSegment *segment);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(StoredSegment, stored_segment_clear)
