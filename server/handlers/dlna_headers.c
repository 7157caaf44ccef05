#include "server/handlers/dlna_headers.h"

#include "base/log.h"
#include "catalog/asset.h"
#include "server/http/http_problem.h"

#include <string.h>

#define TRANSFER_MODE "transferMode.dlna.org"
#define CONTENT_FEATURES "contentFeatures.dlna.org"
#define CAPTION_INFO "CaptionInfo.sec"
#define HOST_LENGTH_MAX 255

static bool is_asked(const HttpRequest *request, const char *header) {
  const char *value = http_request_find_header(request, header);
  return value != NULL && strcmp(value, "1") == 0;
}

bool dlna_headers_refuse(const HttpRequest *request, HttpResponse *response) {
  const char *features = http_request_find_header(request, "getcontentFeatures.dlna.org");
  const char *speed = http_request_find_header(request, "PlaySpeed.dlna.org");
  if (features != NULL && strcmp(features, "1") != 0) {
    http_problem_set_texts(response, request, HTTP_PROBLEM_BAD_REQUEST, "getcontentFeatures.dlna.org 只能是 1。",
                           "getcontentFeatures.dlna.org can be 1 only.");
    return true;
  }
  if (http_request_find_header(request, "TimeSeekRange.dlna.org") != NULL ||
      (speed != NULL && strcmp(speed, "speed=1") != 0)) {
    http_problem_set_texts(response, request, HTTP_PROBLEM_NOT_ACCEPTABLE, "请按字节范围（Range）取用，原速播放。",
                           "Ask for ranges of bytes (Range), at normal speed.");
    return true;
  }
  if (dlna_transfer_parse(http_request_find_header(request, TRANSFER_MODE)) == DLNA_TRANSFER_REFUSED) {
    http_problem_set_texts(response, request, HTTP_PROBLEM_NOT_ACCEPTABLE,
                           "transferMode.dlna.org 可以是 Streaming 或 Background。",
                           "transferMode.dlna.org can be Streaming or Background.");
    return true;
  }
  return false;
}

/** The best for a receiver that takes one: Chinese, else the first. NULL: none. */
static const char *choose_captions(const GArray *captions) {
  for (guint i = 0; i < captions->len; i++) {
    const char *language = g_array_index(captions, CatalogCaption, i).language;
    if (g_ascii_strncasecmp(language, "zh", 2) == 0)
      return language;
  }
  return captions->len > 0 ? g_array_index(captions, CatalogCaption, 0).language : NULL;
}

/** What may stand in an address as host and port. */
static bool is_host(const char *host) {
  return host != NULL && *host != '\0' && strlen(host) <= HOST_LENGTH_MAX &&
         host[strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]_")] == '\0';
}

static void set_caption_info(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                             const char *asset_id) {
  const char *host = http_request_find_header(request, "Host");
  g_autoptr(GArray) captions = NULL;
  g_autoptr(GError) error = NULL;
  if (!catalog_load_captions(server->catalog, asset_id, &captions, &error)) {
    log_warning("captions of %s: %s", asset_id, error->message);
    return;
  }
  const char *language = choose_captions(captions);
  if (language == NULL || !is_host(host))
    return;
  g_autofree char *url = g_strdup_printf("%s://%s/media/%s/captions/%s.srt", request->is_secure ? "https" : "http",
                                         host, asset_id, language);
  http_response_set_header(response, CAPTION_INFO, url);
}

void dlna_headers_set(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                      const char *asset_id, const DlnaMovie *movie) {
  const char *transfer = http_request_find_header(request, TRANSFER_MODE);
  bool wants_features = is_asked(request, "getcontentFeatures.dlna.org");
  if (transfer != NULL || wants_features)
    http_response_set_header(response, TRANSFER_MODE, dlna_transfer_name(dlna_transfer_parse(transfer)));
  if (wants_features) {
    g_autofree char *features = dlna_features_write(dlna_profile_of_movie(movie));
    http_response_set_header(response, CONTENT_FEATURES, features);
  }
  if (is_asked(request, "getCaptionInfo.sec"))
    set_caption_info(server, request, response, asset_id);
}
