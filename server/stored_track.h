/** All samples of a track, read from the heads of its stored segments: what views of a whole lesson are made from.
 * Threads: any, at once. */
#pragma once

#include "base/blob_store.h"
#include "catalog/asset.h"
#include "media/mp4_fragment.h"

typedef struct {
  GBytes *init_bytes;
  Mp4Init init;         /**< borrows from init_bytes */
  GArray *places;       /**< CatalogPlacedSegment */
  GArray *samples;      /**< Mp4Sample; offsets count from the front of their segment */
  GArray *segment_ends; /**< guint: of each segment the index behind its last sample */
} StoredTrack;

/** `sample_max`: more samples are refused with MP4_ERROR_UNSUPPORTED. Errors of the catalog, the store, or MP4_ERROR. */
bool stored_track_load(Catalog *catalog, const BlobStore *store, const char *asset_id, const CatalogTrack *track,
                       guint sample_max, StoredTrack *ret_track, GError **error);
void stored_track_clear(StoredTrack *track);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(StoredTrack, stored_track_clear)
