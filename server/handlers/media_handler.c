#include "server/handlers/media_handler.h"

#include "base/id.h"
#include "server/handlers/asset_json.h"
#include "server/handlers/handler.h"
#include "server/handlers/media_view.h"
#include "server/handlers/whole_timeline.h"
#include "server/http/http_mime.h"

#include <string.h>

#define PLAYLIST_TYPE "application/vnd.apple.mpegurl"
/** A whole playlist may be made again (a repaired lesson): caches ask again after a minute. */
#define CACHE_WHOLE "public, max-age=60"
#define CACHE_POSTER "public, max-age=300"

/** Why there is nothing to play: not yet, or never. */
static void set_not_playable(HttpResponse *response, const HttpRequest *request, const CatalogAsset *asset) {
  if (asset->state == ASSET_STATE_FAILED)
    http_problem_set(response, request, HTTP_PROBLEM_FAILED, asset_json_error_text(asset, request->language));
  else
    http_problem_set(response, request, HTTP_PROBLEM_NOT_READY, NULL);
}

static void take_playlist(HttpResponse *response, GString *text, bool is_whole) {
  http_response_take_string(response, PLAYLIST_TYPE, text);
  http_response_set_etag_of_body(response);
  http_response_set_header(response, "Cache-Control", is_whole ? CACHE_WHOLE : HTTP_CACHE_REVALIDATE);
  response->sharing = HTTP_SHARING_UNTIL_CHANGE;
}

void media_handler_multivariant(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(CatalogAsset) asset = NULL;
  bool wants_whole = false, is_whole_view = false;
  if (!whole_timeline_parse(request, response, &wants_whole) ||
      !handler_load_asset(server, request, response, &asset))
    return;
  if (asset->state == ASSET_STATE_QUEUED) {
    set_not_playable(response, request, asset);
    return;
  }
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) captions = NULL;
  g_auto(MediaView) view = {0};
  if (!media_view_load(server->catalog, asset, NULL, &view, &error) ||
      (wants_whole && !whole_timeline_apply(server->catalog, asset, false, &view, &is_whole_view, &error)) ||
      !catalog_load_captions(server->catalog, asset->id, &captions, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  if (view.tracks->len == 0) {
    set_not_playable(response, request, asset);
    return;
  }
  GString *text = g_string_new(NULL);
  media_view_write_multivariant(text, &view, captions);
  take_playlist(response, text, !view.is_growing && !is_whole_view);
}

static bool has_track(Catalog *catalog, const CatalogAsset *asset, const char *name) {
  g_autoptr(GArray) tracks = NULL;
  if (!catalog_load_tracks(catalog, asset->id, &tracks, NULL))
    return false;
  for (guint i = 0; i < tracks->len; i++)
    if (strcmp(g_array_index(tracks, CatalogTrack, i).name, name) == 0)
      return true;
  return false;
}

void media_handler_playlist(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *name = http_request_route_param(request, "track");
  g_autoptr(CatalogAsset) asset = NULL;
  bool wants_whole = false, is_whole_view = false;
  if (!whole_timeline_parse(request, response, &wants_whole) ||
      !handler_load_asset(server, request, response, &asset))
    return;
  g_autoptr(GError) error = NULL;
  g_auto(MediaView) view = {0};
  if (!media_view_load(server->catalog, asset, name, &view, &error) ||
      (wants_whole && !whole_timeline_apply(server->catalog, asset, true, &view, &is_whole_view, &error))) {
    handler_set_error(response, request, error);
    return;
  }
  if (view.tracks->len == 0) {
    if (has_track(server->catalog, asset, name))
      set_not_playable(response, request, asset);
    else
      http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return;
  }
  const MediaViewTrack *track = &g_array_index(view.tracks, MediaViewTrack, 0);
  HlsMediaPlaylist playlist = {.segments = (const HlsSegment *)(const void *)track->segments->data,
                               .segment_count = track->segments->len,
                               .timescale_hz = track->track.timescale_hz,
                               .target_duration_s = asset->target_duration_s,
                               .init_uri = "init.mp4",
                               .segment_suffix = ".m4s",
                               .is_whole = media_view_track_is_whole(&view, track)};
  GString *text = g_string_new(NULL);
  hls_playlist_write_media(text, &playlist);
  take_playlist(response, text, playlist.is_whole && !is_whole_view);
}

/** Sound tracks are named a..., video tracks v... (catalog/asset.h). */
static const char *segment_type(const char *track_name) {
  return track_name[0] == 'a' ? "audio/mp4" : "video/mp4";
}

void media_handler_init(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *asset_id = http_request_route_param(request, "asset");
  const char *track = http_request_route_param(request, "track");
  g_autoptr(GBytes) init = NULL;
  g_autoptr(GError) error = NULL;
  if (!id_is_valid(asset_id)) {
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return;
  }
  if (!catalog_load_init(server->catalog, asset_id, track, &init, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  http_response_set_bytes(response, segment_type(track), init);
  http_response_set_etag_of_body(response);
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_IMMUTABLE);
  response->takes_ranges = true;
  response->sharing = HTTP_SHARING_UNTIL_CHANGE;
}

static void take_segment(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                         const char *key, const CatalogSegment *segment) {
  const char *type = segment_type(http_request_route_param(request, "track"));
  if (!handler_take_blob(server, request, response, key, type, segment->offset, segment->length))
    return;
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_IMMUTABLE);
  response->sharing = HTTP_SHARING_STORED;
}

void media_handler_segment(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *asset_id = http_request_route_param(request, "asset");
  const char *track = http_request_route_param(request, "track");
  g_autofree char *key = NULL;
  g_autoptr(GError) error = NULL;
  CatalogSegment segment = {0};
  int64_t index = 0;
  if (!id_is_valid(asset_id) || !handler_parse_index(http_request_route_param(request, "segment"), &index))
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
  else if (catalog_find_segment(server->catalog, asset_id, track, index, &key, &segment, &error))
    take_segment(server, request, response, key, &segment);
  else if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND))
    whole_timeline_answer_missing(server, request, response, track, index);
  else
    handler_set_error(response, request, error);
}

void media_handler_poster(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(CatalogAsset) asset = NULL;
  if (!handler_load_asset(server, request, response, &asset))
    return;
  if (asset->poster_key == NULL)
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
  else if (handler_take_blob(server, request, response, asset->poster_key, http_mime_of_name(asset->poster_key), 0,
                             -1))
    http_response_set_header(response, "Cache-Control", CACHE_POSTER);
}
