#include "server/session_cookie.h"

#include "server/http/http_response.h"

#include <string.h>

static char *full_name(const HttpRequest *request, const char *name) {
  return request->is_secure ? g_strconcat("__Host-", name, NULL) : g_strdup(name);
}

char *session_cookie_find(const HttpRequest *request, const char *name) {
  g_autofree char *full = full_name(request, name);
  char *value = http_request_dup_cookie(request, full);
  if (value != NULL && value[0] == '\0')
    g_clear_pointer(&value, g_free);
  return value;
}

void session_cookie_set(HttpResponse *response, const HttpRequest *request, const char *name, const char *value,
                        int64_t lifetime_us) {
  g_autofree char *full = full_name(request, name);
  g_autofree char *text = g_strdup_printf(
      "%s=%s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%" G_GINT64_FORMAT "%s", full, value != NULL ? value : "",
      value != NULL ? lifetime_us / G_USEC_PER_SEC : 0, request->is_secure ? "; Secure" : "");
  http_response_add_header(response, "Set-Cookie", text);
}

/** Whether the address `url` is one of the host that the request was sent to. */
static bool is_own(const HttpRequest *request, const char *url) {
  const char *host = http_request_find_header(request, "Host");
  const char *begin = strstr(url, "://");
  if (host == NULL || begin == NULL)
    return false;
  begin += 3;
  size_t length = strcspn(begin, "/?#");
  return length == strlen(host) && g_ascii_strncasecmp(begin, host, length) == 0;
}

bool session_is_cross_site(const HttpRequest *request) {
  const char *site = http_request_find_header(request, "Sec-Fetch-Site");
  const char *origin = http_request_find_header(request, "Origin");
  const char *referer = http_request_find_header(request, "Referer");
  if (site != NULL)
    return strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0;
  if (origin != NULL)
    return !is_own(request, origin);
  return referer != NULL && !is_own(request, referer);
}
