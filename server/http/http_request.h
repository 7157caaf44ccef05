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

/** The address of the client, past trusted proxies; "-" when it is not known. Caller frees. */
typedef char *(*HttpClientFunc)(gconstpointer source);

struct HttpRequest {
  HttpMethod method;
  const HttpTarget *target;    /**< borrowed */
  const HttpRouteMatch *match; /**< borrowed; NULL when no route matched */
  HttpLanguage language;       /**< of texts for people */
  HttpHeaderFunc find_header;  /**< may be NULL: no headers */
  gconstpointer header_source;
  HttpClientFunc format_client; /**< of header_source; may be NULL: not known */
  bool is_secure;               /**< it came over TLS, to us or to a trusted proxy that says so */
  bool is_encrypted_here;       /**< over TLS to us: this process reads the answer's bytes, so none may be mapped */
  bool is_sealed;               /**< its target carried a good proof: HttpTransportConfig.unseal */
  bool is_private;              /**< set by HttpTransportConfig.authorize: its answer is for who asks alone */
  gpointer identity;            /**< who asks, as HttpTransportConfig.authorize found out; NULL: nobody known */
  GBytes *body;                 /**< borrowed; NULL: none was sent */
  struct HttpBody *stream;      /**< of a streamed route: the body that still comes (http_body.h); else NULL */
  char id[HTTP_REQUEST_ID_LENGTH + 1]; /**< in the log and as X-Request-Id */
};

/** The length of the body as the head announces it: 0 none, -1 not known. */
int64_t http_request_body_length(const HttpRequest *request);

const char *http_request_find_header(const HttpRequest *request, const char *name);

/** The value of a cookie (RFC 6265 §5.4) in the Cookie header, the first of that name; NULL when absent or longer than
 * HTTP_COOKIE_BYTES_MAX. Quotes around it go. Caller frees. Parser of outside bytes. */
#define HTTP_COOKIE_BYTES_MAX 512
char *http_request_dup_cookie(const HttpRequest *request, const char *name);
char *http_cookie_dup(const char *header, const char *name);

/** The client's address; "-" when it is not known. Caller frees. */
char *http_request_format_client(const HttpRequest *request);

/** The first query parameter of that name, or NULL. */
const char *http_request_find_param(const HttpRequest *request, const char *name);

/** What {name} of the route's pattern matched; never NULL for a name of the pattern. */
const char *http_request_route_param(const HttpRequest *request, const char *name);

/** Whether Accept names HTML: the request comes from a person's address bar rather than from a script. */
bool http_request_wants_html(const HttpRequest *request);
