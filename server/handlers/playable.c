#include "server/handlers/playable.h"

#include "server/handlers/asset_json.h"

#include <string.h>

#define PLAYLIST_TYPE "application/vnd.apple.mpegurl"

void playable_set_not(HttpResponse *response, const HttpRequest *request, const CatalogAsset *asset) {
  if (asset->state == ASSET_STATE_FAILED)
    http_problem_set(response, request, HTTP_PROBLEM_FAILED, asset_json_error_text(asset, request->language));
  else
    http_problem_set(response, request, HTTP_PROBLEM_NOT_READY, NULL);
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

void playable_set_missing_track(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                                const CatalogAsset *asset, const char *name) {
  if (has_track(server->catalog, asset, name))
    playable_set_not(response, request, asset);
  else
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
}

void playable_take_manifest(HttpResponse *response, const char *type, GString *text, bool is_whole) {
  http_response_take_string(response, type, text);
  http_response_set_etag_of_body(response);
  http_response_set_header(response, "Cache-Control", is_whole ? PLAYABLE_CACHE_WHOLE : HTTP_CACHE_REVALIDATE);
  response->sharing = HTTP_SHARING_UNTIL_CHANGE;
}

void playable_take_playlist(HttpResponse *response, GString *text, bool is_whole) {
  playable_take_manifest(response, PLAYLIST_TYPE, text, is_whole);
}
