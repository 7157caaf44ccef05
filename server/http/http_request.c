#include "server/http/http_request.h"

#include <string.h>

const char *http_request_find_header(const HttpRequest *request, const char *name) {
  return request->find_header != NULL ? request->find_header(request->header_source, name) : NULL;
}

const char *http_request_find_param(const HttpRequest *request, const char *name) {
  return http_target_find_param(request->target, name);
}

const char *http_request_route_param(const HttpRequest *request, const char *name) {
  const char *value = request->match != NULL ? http_route_match_find(request->match, name) : NULL;
  g_assert(value != NULL);
  return value;
}

bool http_request_wants_html(const HttpRequest *request) {
  const char *accept = http_request_find_header(request, "Accept");
  return accept != NULL && strstr(accept, "text/html") != NULL;
}
