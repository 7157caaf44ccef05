#include "server/channel_asset.h"

static void clear_track(gpointer data) {
  ChannelTrack *track = data;
  g_clear_pointer(&track->places, g_array_unref);
}

static void asset_clear(gpointer data) {
  ChannelAsset *asset = data;
  g_free(asset->id);
  g_clear_pointer(&asset->videos, g_array_unref);
  if (asset->audio != NULL)
    clear_track(asset->audio);
  g_free(asset->audio);
}

ChannelAsset *channel_asset_ref(ChannelAsset *asset) {
  return g_atomic_rc_box_acquire(asset);
}

void channel_asset_unref(ChannelAsset *asset) {
  if (asset != NULL)
    g_atomic_rc_box_release_full(asset, asset_clear);
}

static bool add_track(Catalog *catalog, ChannelAsset *asset, const CatalogTrack *track, GError **error) {
  ChannelTrack loaded = {.track = *track};
  if (!catalog_load_placed_segments(catalog, track->id, &loaded.places, error))
    return false;
  if (loaded.places->len == 0) {
    clear_track(&loaded);
  } else if (track->kind == TRACK_KIND_VIDEO) {
    g_array_append_val(asset->videos, loaded);
  } else {
    if (asset->audio != NULL) /* by bit rate: the last is the best */
      clear_track(asset->audio);
    g_free(asset->audio);
    asset->audio = g_memdup2(&loaded, sizeof loaded);
  }
  return true;
}

bool channel_asset_load(Catalog *catalog, const char *id, ChannelAsset **ret_asset, GError **error) {
  g_autoptr(GArray) tracks = NULL;
  if (!catalog_load_tracks(catalog, id, &tracks, error))
    return false;
  g_autoptr(ChannelAsset) asset = g_atomic_rc_box_new0(ChannelAsset);
  asset->id = g_strdup(id);
  asset->videos = g_array_new(FALSE, TRUE, sizeof(ChannelTrack));
  g_array_set_clear_func(asset->videos, clear_track);
  for (guint i = 0; i < tracks->len; i++) {
    const CatalogTrack *track = &g_array_index(tracks, CatalogTrack, i);
    bool is_wanted = track->kind == TRACK_KIND_VIDEO || track->role == TRACK_ROLE_MAIN;
    if (is_wanted && !add_track(catalog, asset, track, error))
      return false;
  }
  *ret_asset = g_steal_pointer(&asset);
  return true;
}

const ChannelTrack *channel_asset_reference(const ChannelAsset *asset) {
  return asset->videos->len > 0 ? &g_array_index(asset->videos, ChannelTrack, 0) : asset->audio;
}

static int32_t side_of(const ChannelTrack *track) {
  return MIN(track->track.width, track->track.height);
}

const ChannelTrack *channel_asset_pick(const ChannelAsset *asset, int32_t side) {
  const ChannelTrack *best = NULL;
  for (guint i = 0; i < asset->videos->len; i++) {
    const ChannelTrack *track = &g_array_index(asset->videos, ChannelTrack, i);
    bool is_better = best == NULL || (side_of(track) <= side && side_of(track) >= side_of(best)) ||
                     (side_of(best) > side && side_of(track) < side_of(best));
    best = is_better ? track : best;
  }
  return best;
}
