#include "server/handlers/storyboard_handler.h"

#include "catalog/storyboard.h"
#include "media/webvtt.h"
#include "server/handlers/handler.h"

/** May be made again. */
#define CACHE_STORYBOARD "public, max-age=300"

/** Of the request's {asset}; false with the problem set. */
static bool load_storyboard(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                            CatalogAsset **ret_asset, CatalogStoryboard *ret_storyboard) {
  g_autoptr(CatalogAsset) asset = NULL;
  g_autoptr(GError) error = NULL;
  if (!handler_load_asset(server, request, response, &asset))
    return false;
  if (!catalog_load_storyboard(server->catalog, asset->id, ret_storyboard, &error)) {
    handler_set_error(response, request, error);
    return false;
  }
  *ret_asset = g_steal_pointer(&asset);
  return true;
}

/** Tile n, as a spatial fragment (Media Fragments URI 1.0 §4.2.2) of its sheet. */
static char *tile_address(const CatalogStoryboard *storyboard, int64_t tile) {
  int64_t per_sheet = MAX((int64_t)storyboard->columns * storyboard->rows, 1);
  int64_t place = tile % per_sheet, columns = MAX(storyboard->columns, 1);
  return g_strdup_printf("sheet-%" G_GINT64_FORMAT ".jpg#xywh=%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",%d,%d",
                         tile / per_sheet, place % columns * storyboard->tile_width,
                         place / columns * storyboard->tile_height, storyboard->tile_width,
                         storyboard->tile_height);
}

void storyboard_handler_index(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_autoptr(CatalogAsset) asset = NULL;
  g_auto(CatalogStoryboard) storyboard = {0};
  if (!load_storyboard(context, request, response, &asset, &storyboard))
    return;
  g_autoptr(WebvttDocument) document = webvtt_new();
  for (int64_t tile = 0; tile < storyboard.tile_count; tile++) {
    int64_t start_us = tile * storyboard.interval_us;
    bool is_last = tile == storyboard.tile_count - 1;
    int64_t end_us = is_last ? MAX(asset->duration_us, start_us) : start_us + storyboard.interval_us;
    webvtt_take_cue(document, start_us, end_us, tile_address(&storyboard, tile));
  }
  GString *out = g_string_new(NULL);
  webvtt_write(out, document, -1);
  http_response_take_string(response, "text/vtt; charset=utf-8", out);
  http_response_set_etag_of_body(response);
  http_response_set_header(response, "Cache-Control", CACHE_STORYBOARD);
  response->takes_ranges = true;
}

void storyboard_handler_sheet(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(CatalogAsset) asset = NULL;
  g_auto(CatalogStoryboard) storyboard = {0};
  int64_t sheet = 0;
  if (!handler_parse_index(http_request_route_param(request, "sheet"), &sheet)) {
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return;
  }
  if (!load_storyboard(server, request, response, &asset, &storyboard))
    return;
  if (sheet >= storyboard.sheet_keys->len)
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
  else if (handler_take_blob(server, request, response, g_ptr_array_index(storyboard.sheet_keys, (guint)sheet),
                             "image/jpeg", 0, -1))
    http_response_set_header(response, "Cache-Control", CACHE_STORYBOARD);
}
