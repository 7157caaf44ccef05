/** A request as handlers see it: nothing of the HTTP library shows through. */
#pragma once

#include "server/http/http_language.h"
#include "server/http/http_router.h"
#include "server/http/http_target.h"

#include <glib.h>
#include <stdbool.h>

#define HTTP_REQUEST_ID_LENGTH 8

/** Find a header by name, case ignored; NULL when absent. */
typedef const char *(*HttpHeaderFunc)(gconstpointer source, const char *name);

struct HttpRequest {
  HttpMethod method;
  const HttpTarget *target;    /**< borrowed */
  const HttpRouteMatch *match; /**< borrowed; NULL when no route matched */
  HttpLanguage language;       /**< of texts for people */
  HttpHeaderFunc find_header;  /**< may be NULL: no headers */
  gconstpointer header_source;
  GBytes *body;                        /**< borrowed; NULL: none was sent */
  char id[HTTP_REQUEST_ID_LENGTH + 1]; /**< in the log and as X-Request-Id */
};

const char *http_request_find_header(const HttpRequest *request, const char *name);

/** The first query parameter of that name, or NULL. */
const char *http_request_find_param(const HttpRequest *request, const char *name);

/** What {name} of the route's pattern matched; never NULL for a name of the pattern. */
const char *http_request_route_param(const HttpRequest *request, const char *name);

/** Whether Accept names HTML: the request comes from a person's address bar rather than from a script. */
bool http_request_wants_html(const HttpRequest *request);
