#include "server/handlers/chapter_handler.h"

#include "media/webvtt.h"
#include "server/handlers/handler.h"

/** More slides may be found while the lesson is made. */
#define CACHE_GROWING HTTP_CACHE_REVALIDATE
#define CACHE_WHOLE "public, max-age=60"

char *chapter_handler_title(const CatalogChapter *chapter, guint index, HttpLanguage language) {
  if (chapter->title[0] != '\0')
    return g_strdup(chapter->title);
  return g_strdup_printf(language == HTTP_LANGUAGE_EN ? "Slide %u" : "第 %u 页", index + 1);
}

/** Plain text as WebVTT cue text. Takes `title`. */
static char *escape_title(char *title) {
  GString *text = g_string_new(title);
  g_free(title);
  g_string_replace(text, "&", "&amp;", 0);
  g_string_replace(text, "<", "&lt;", 0);
  g_string_replace(text, ">", "&gt;", 0);
  return g_string_free(text, FALSE);
}

static WebvttDocument *make_document(const GArray *chapters, int64_t duration_us, HttpLanguage language) {
  WebvttDocument *document = webvtt_new();
  for (guint i = 0; i < chapters->len; i++) {
    const CatalogChapter *chapter = &g_array_index(chapters, CatalogChapter, i);
    bool is_last = i + 1 == chapters->len;
    int64_t end_us =
        is_last ? MAX(duration_us, chapter->start_us) : g_array_index(chapters, CatalogChapter, i + 1).start_us;
    webvtt_take_cue(document, chapter->start_us, end_us, escape_title(chapter_handler_title(chapter, i, language)));
  }
  return document;
}

void chapter_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(CatalogAsset) asset = NULL;
  g_autoptr(GArray) chapters = NULL;
  g_autoptr(GError) error = NULL;
  if (!handler_load_asset(server, request, response, &asset))
    return;
  if (!catalog_load_chapters(server->catalog, asset->id, &chapters, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  if (chapters->len == 0) {
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return;
  }
  g_autoptr(WebvttDocument) document = make_document(chapters, asset->duration_us, request->language);
  GString *out = g_string_new(NULL);
  webvtt_write(out, document, -1);
  http_response_take_string(response, "text/vtt; charset=utf-8", out);
  http_response_set_etag_of_body(response);
  http_response_set_header(response, "Content-Language", http_language_tag(request->language));
  http_response_set_header(response, "Vary", "Accept-Language");
  http_response_set_header(response, "Cache-Control",
                           asset->state == ASSET_STATE_READY ? CACHE_WHOLE : CACHE_GROWING);
  response->takes_ranges = true;
}
