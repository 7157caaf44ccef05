/** What of an asset can be played now: its tracks with their published segments, as playlists want them.
 *
 * A failed asset plays as far as it goes: its playlists are closed, and every track ends where the shortest one does,
 * so that sound does not run on behind the last picture.
 */
#pragma once

#include "catalog/asset.h"
#include "media/hls_playlist.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
  CatalogTrack track;
  GArray *segments;  /**< HlsSegment */
  char *uri;         /**< of its media playlist, relative to the multivariant one */
  char *iframes_uri; /**< of its I-frame playlist, pictures only */
} MediaViewTrack;

typedef struct {
  GArray *tracks;  /**< MediaViewTrack with at least one segment, as in catalog_load_tracks() */
  bool is_growing; /**< more will come */
  bool is_planned; /**< segments are listed that are not there yet (whole_timeline.h) */
} MediaView;

/** Load all tracks of `asset`, or only the one named `track_name` (NULL: all; an unknown one leaves no tracks). */
bool media_view_load(Catalog *catalog, const CatalogAsset *asset, const char *track_name, MediaView *ret_view,
                     GError **error);
void media_view_clear(MediaView *view);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MediaView, media_view_clear)

/** Whether `track`'s playlist is closed. */
bool media_view_track_is_whole(const MediaView *view, const MediaViewTrack *track);

/** Append the multivariant playlist. `captions`: array of CatalogCaption. */
void media_view_write_multivariant(GString *out, const MediaView *view, const GArray *captions);
