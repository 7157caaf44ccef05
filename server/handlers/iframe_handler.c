#include "server/handlers/iframe_handler.h"

#include "server/byte_cache.h"
#include "server/handlers/handler.h"
#include "server/handlers/media_view.h"
#include "server/handlers/playable.h"
#include "server/stored_track.h"

/** A lesson of a day at 60 pictures a second. */
#define PICTURES_MAX (60 * 3600 * 24)

/** Of each segment how many bytes its head and its first picture take, an array of int64_t. */
static GBytes *measure_iframes(const ServerContext *server, const char *asset_id, const CatalogTrack *track,
                               GError **error) {
  g_auto(StoredTrack) stored = {0};
  if (!stored_track_load(server->catalog, server->store, asset_id, track, PICTURES_MAX, &stored, error))
    return NULL;
  guint count = stored.segment_ends->len;
  int64_t *sizes = g_new(int64_t, count + 1);
  for (guint i = 0; i < count; i++) {
    guint first = i > 0 ? g_array_index(stored.segment_ends, guint, i - 1) : 0;
    const Mp4Sample *sample = &g_array_index(stored.samples, Mp4Sample, first);
    sizes[i] = (int64_t)sample->offset + sample->size_bytes;
  }
  return g_bytes_new_take(sizes, count * sizeof *sizes);
}

static GBytes *load_iframes(const ServerContext *server, const char *asset_id, const CatalogTrack *track,
                            GError **error) {
  g_autofree char *key = NULL;
  CatalogSegment first;
  if (!catalog_find_segment(server->catalog, asset_id, track->name, 0, &key, &first, error))
    return NULL;
  g_autofree char *identity = g_strdup_printf("iframes-1:%s:%" G_GINT64_FORMAT, key, track->segment_count);
  GBytes *sizes = byte_cache_find(server->views, identity);
  if (sizes != NULL)
    return sizes;
  sizes = measure_iframes(server, asset_id, track, error);
  if (sizes != NULL)
    byte_cache_keep(server->views, identity, sizes);
  return sizes;
}

static void answer(HttpResponse *response, const CatalogAsset *asset, const MediaView *view, GBytes *sizes) {
  const MediaViewTrack *track = &g_array_index(view->tracks, MediaViewTrack, 0);
  size_t count = MIN(track->segments->len, g_bytes_get_size(sizes) / sizeof(int64_t));
  HlsMediaPlaylist playlist = {.segments = (const HlsSegment *)(const void *)track->segments->data,
                               .segment_count = count,
                               .timescale_hz = track->track.timescale_hz,
                               .target_duration_s = asset->target_duration_s,
                               .init_uri = "init.mp4",
                               .iframe_bytes = g_bytes_get_data(sizes, NULL),
                               .segment_suffix = ".m4s",
                               .is_whole = media_view_track_is_whole(view, track)};
  GString *text = g_string_new(NULL);
  hls_playlist_write_media(text, &playlist);
  playable_take_playlist(response, text, playlist.is_whole);
}

void iframe_handler_playlist(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *name = http_request_route_param(request, "track");
  g_autoptr(CatalogAsset) asset = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(MediaView) view = {0};
  if (!handler_load_asset(server, request, response, &asset))
    return;
  if (!media_view_load(server->catalog, asset, name, &view, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  if (view.tracks->len == 0) {
    playable_set_missing_track(server, request, response, asset, name);
    return;
  }
  const CatalogTrack *track = &g_array_index(view.tracks, MediaViewTrack, 0).track;
  if (track->kind != TRACK_KIND_VIDEO) {
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return;
  }
  g_autoptr(GBytes) sizes = load_iframes(server, asset->id, track, &error);
  if (sizes == NULL)
    handler_set_error(response, request, error);
  else
    answer(response, asset, &view, sizes);
}
