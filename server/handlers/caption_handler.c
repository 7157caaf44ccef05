#include "server/handlers/caption_handler.h"

#include "media/hls_playlist.h"
#include "media/subrip.h"
#include "media/ts_segment.h"
#include "media/webvtt.h"
#include "server/handlers/handler.h"

#include <string.h>

/** Captions are edited: caches ask again after a minute. */
#define CACHE_CAPTIONS "public, max-age=60"
/** Local time 0 of the captions is media time 0 of the fMP4 view (RFC 8216 §3.5). */
#define FMP4_MPEGTS_OFFSET 0
#define TS_HLS_VERSION 3

/** Key of the caption track that the request's {asset} has in its {language}, to be freed; NULL with the problem set. */
static char *find_caption(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                          int64_t *ret_duration_us) {
  const char *language = http_request_route_param(request, "language");
  g_autoptr(CatalogAsset) asset = NULL;
  g_autoptr(GArray) captions = NULL;
  g_autoptr(GError) error = NULL;
  if (!handler_load_asset(server, request, response, &asset))
    return NULL;
  if (!catalog_load_captions(server->catalog, asset->id, &captions, &error)) {
    handler_set_error(response, request, error);
    return NULL;
  }
  for (guint i = 0; i < captions->len; i++) {
    const CatalogCaption *caption = &g_array_index(captions, CatalogCaption, i);
    if (strcmp(caption->language, language) == 0) {
      *ret_duration_us = asset->duration_us;
      return g_strdup(caption->blob_key);
    }
  }
  http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
  return NULL;
}

/** The captions that the request names, to be freed; NULL with the problem set. */
static WebvttDocument *load_captions(const ServerContext *server, const HttpRequest *request,
                                     HttpResponse *response) {
  int64_t duration_us = 0;
  g_autofree char *key = find_caption(server, request, response, &duration_us);
  if (key == NULL)
    return NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = blob_store_read(server->store, key, WEBVTT_BYTES_MAX, &error);
  gsize size = 0;
  const char *text = bytes != NULL ? g_bytes_get_data(bytes, &size) : NULL;
  WebvttDocument *document = bytes != NULL ? webvtt_parse(text, size, &error) : NULL;
  if (document == NULL)
    handler_set_error(response, request, error);
  return document;
}

static void take_text(HttpResponse *response, const char *type, GString *text) {
  http_response_take_string(response, type, text);
  http_response_set_etag_of_body(response);
  http_response_set_header(response, "Cache-Control", CACHE_CAPTIONS);
  response->takes_ranges = true;
}

static void answer_file(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                        int64_t mpegts_offset) {
  g_autoptr(WebvttDocument) document = load_captions(server, request, response);
  if (document == NULL)
    return;
  GString *out = g_string_new(NULL);
  webvtt_write(out, document, mpegts_offset);
  take_text(response, "text/vtt; charset=utf-8", out);
}

void caption_handler_file(gpointer context, const HttpRequest *request, HttpResponse *response) {
  answer_file(context, request, response, FMP4_MPEGTS_OFFSET);
}

void caption_handler_file_ts(gpointer context, const HttpRequest *request, HttpResponse *response) {
  answer_file(context, request, response, TS_VIEW_OFFSET);
}

void caption_handler_file_srt(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_autoptr(WebvttDocument) document = load_captions(context, request, response);
  if (document == NULL)
    return;
  GString *out = g_string_new(NULL);
  subrip_write(out, document);
  take_text(response, "application/x-subrip; charset=utf-8", out);
}

static void answer_playlist(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                            int32_t version) {
  int64_t duration_us = 0;
  g_autofree char *key = find_caption(server, request, response, &duration_us);
  if (key == NULL)
    return;
  if (duration_us <= 0) {
    http_problem_set(response, request, HTTP_PROBLEM_NOT_READY, NULL);
    return;
  }
  g_autofree char *uri = g_strconcat(http_request_route_param(request, "language"), ".vtt", NULL);
  GString *out = g_string_new(NULL);
  hls_playlist_write_subtitles(out, version, uri, duration_us);
  http_response_take_string(response, "application/vnd.apple.mpegurl", out);
  http_response_set_etag_of_body(response);
  http_response_set_header(response, "Cache-Control", CACHE_CAPTIONS);
}

void caption_handler_playlist(gpointer context, const HttpRequest *request, HttpResponse *response) {
  answer_playlist(context, request, response, 0);
}

void caption_handler_playlist_ts(gpointer context, const HttpRequest *request, HttpResponse *response) {
  answer_playlist(context, request, response, TS_HLS_VERSION);
}
