#include "server/handlers/media_handler.h"

#include "base/id.h"
#include "server/handlers/client_quirks.h"
#include "server/handlers/handler.h"
#include "server/handlers/media_view.h"
#include "server/handlers/playable.h"
#include "server/handlers/ts_handler.h"
#include "server/handlers/whole_timeline.h"
#include "server/http/http_mime.h"

#include <string.h>

#define CACHE_POSTER "public, max-age=300"

/** Which view: `view` says it, else what the client can play. False with the problem set for an unknown one. */
static bool choose_view(const HttpRequest *request, HttpResponse *response, bool *ret_is_ts) {
  const char *view = http_request_find_param(request, "view");
  bool is_ts = g_strcmp0(view, "ts") == 0;
  if (view != NULL && !is_ts && strcmp(view, "fmp4") != 0) {
    http_problem_set_texts(response, request, HTTP_PROBLEM_BAD_PARAMETER, "参数 view 只能是 fmp4 或 ts。",
                           "The parameter view is fmp4 or ts.");
    return false;
  }
  *ret_is_ts = view == NULL && http_request_find_param(request, "timeline") == NULL
                   ? client_quirks_needs_ts(http_request_find_header(request, "User-Agent"))
                   : is_ts;
  return true;
}

static void answer_fmp4(const ServerContext *server, const HttpRequest *request, HttpResponse *response) {
  g_autoptr(CatalogAsset) asset = NULL;
  bool wants_whole = false, is_whole_view = false;
  if (!whole_timeline_parse(request, response, &wants_whole) ||
      !handler_load_asset(server, request, response, &asset))
    return;
  if (asset->state == ASSET_STATE_QUEUED) {
    playable_set_not(response, request, asset);
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
    playable_set_not(response, request, asset);
    return;
  }
  GString *text = g_string_new(NULL);
  media_view_write_multivariant(text, &view, captions);
  playable_take_playlist(response, text, !view.is_growing && !is_whole_view);
}

void media_handler_multivariant(gpointer context, const HttpRequest *request, HttpResponse *response) {
  bool is_ts = false;
  if (!choose_view(request, response, &is_ts))
    return;
  if (is_ts)
    ts_handler_multivariant_by_default(context, request, response);
  else
    answer_fmp4(context, request, response);
  if (http_request_find_param(request, "view") == NULL)
    http_response_set_header(response, "Vary", "User-Agent");
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
    playable_set_missing_track(server, request, response, asset, name);
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
  playable_take_playlist(response, text, playlist.is_whole && !is_whole_view);
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
