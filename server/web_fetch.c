#include "server/web_fetch.h"

#include "server/oidc_error.h"

#include <curl/curl.h>
#include <string.h>

void web_answer_clear(WebAnswer *answer) {
  if (answer->body != NULL)
    g_string_free(answer->body, true);
  *answer = (WebAnswer){0};
}

/** Called by curl; less than all ends the request. */
static size_t take(char *data, size_t size, size_t count, void *user_data) {
  GString *body = user_data;
  if (body->len + size * count > WEB_FETCH_BYTES_MAX)
    return 0;
  g_string_append_len(body, data, (gssize)(size * count));
  return size * count;
}

static void set_up(CURL *curl, const WebRequest *request, GString *body, const struct curl_slist *headers) {
  curl_easy_setopt(curl, CURLOPT_URL, request->url);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, WEB_FETCH_TIMEOUT_S);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, NULL);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "kapok/" KAPOK_VERSION);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  if (request->form != NULL)
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->form);
  if (request->bearer != NULL) {
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
    curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, request->bearer);
  } else if (request->user != NULL) {
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(curl, CURLOPT_USERNAME, request->user);
    curl_easy_setopt(curl, CURLOPT_PASSWORD, request->password);
  }
}

bool web_fetch(const WebRequest *request, WebAnswer *ret_answer, GError **error) {
  g_autoptr(GString) body = g_string_new(NULL);
  CURL *curl = curl_easy_init();
  struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
  CURLcode code = CURLE_FAILED_INIT;
  long status = 0;
  if (curl != NULL && headers != NULL) {
    set_up(curl, request, body, headers);
    code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  }
  curl_slist_free_all(headers);
  curl_easy_cleanup(curl);
  if (code != CURLE_OK) {
    g_set_error(error, OIDC_ERROR, OIDC_ERROR_PROVIDER, "no answer from %s: %s", request->url,
                curl_easy_strerror(code));
    return false;
  }
  *ret_answer = (WebAnswer){.status = status, .body = g_steal_pointer(&body)};
  return true;
}

bool web_fetch_is_safe(const char *url) {
  static const char *const here[] = {"127.0.0.1", "::1", "localhost"};
  g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme(uri) : NULL, *host = uri != NULL ? g_uri_get_host(uri) : NULL;
  if (scheme == NULL || host == NULL || host[0] == '\0' || g_uri_get_userinfo(uri) != NULL)
    return false;
  if (strcmp(scheme, "https") == 0)
    return true;
  for (size_t i = 0; strcmp(scheme, "http") == 0 && i < G_N_ELEMENTS(here); i++)
    if (g_ascii_strcasecmp(host, here[i]) == 0)
      return true;
  return false;
}
