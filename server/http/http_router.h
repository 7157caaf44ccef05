/** Routes: one const table of pattern, methods and handler. Pure matching, first match wins.
 *
 * A pattern is a path whose segments may hold one {name} each, between literal text: "/media/{asset}/{n}.m4s".
 * {name} takes one or more characters without '/'; "{name...}" as the last segment takes the rest with its slashes.
 * HEAD is answered wherever GET is, OPTIONS everywhere.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum {
  HTTP_METHOD_GET = 1 << 0,
  HTTP_METHOD_HEAD = 1 << 1,
  HTTP_METHOD_OPTIONS = 1 << 2,
  HTTP_METHOD_POST = 1 << 3,
  HTTP_METHOD_PUT = 1 << 4,
  HTTP_METHOD_PATCH = 1 << 5,
  HTTP_METHOD_DELETE = 1 << 6,
} HttpMethod;

/** The method of that (case-sensitive) name; 0 for one we do not know. */
unsigned http_method_parse(const char *name);

#define HTTP_ROUTE_BODY_BYTES_MAX (1024 * 1024)

typedef enum {
  HTTP_ROUTE_CORS = 1 << 0,  /**< any origin may read it (media) */
  HTTP_ROUTE_PAGE = 1 << 1,  /**< HTML for people: page security headers */
  HTTP_ROUTE_QUIET = 1 << 2, /**< many requests of one viewer: successes are logged at level debug */
  HTTP_ROUTE_WAITS = 1 << 3, /**< 503 is a usual answer (ask again soon): logged as a success is */
  HTTP_ROUTE_BODY = 1 << 4,  /**< takes a body of up to HTTP_ROUTE_BODY_BYTES_MAX in memory: HttpRequest.body */
  HTTP_ROUTE_SLOW = 1 << 5,  /**< the handler works or waits for long: it runs on the threads of http_slow.h */
  HTTP_ROUTE_STREAM =
      1 << 16, /**< the handler reads the body while it comes, on a thread of its own: http_body.h */
  HTTP_ROUTE_OVERRIDE = 1 << 17, /**< a POST may name its method in X-HTTP-Method-Override */
  HTTP_ROUTE_OPTIONS = 1 << 18,  /**< the handler answers OPTIONS too; nobody's right is asked for */
  HTTP_ROUTE_PLAIN = 1 << 7,     /**< answered without TLS even where pages are not: monitors ask it */
} HttpRouteFlags;

typedef struct HttpRequest HttpRequest;
typedef struct HttpResponse HttpResponse;

/** Fill `response` (HttpResponse of http_response.h, initialised to 200 without a body). Called on any of the
 * server's threads, several at once. */
typedef void (*HttpHandlerFunc)(gpointer context, const HttpRequest *request, HttpResponse *response);

typedef struct {
  unsigned methods; /**< HttpMethod bits; HEAD and OPTIONS are implied */
  unsigned flags;   /**< HttpRouteFlags */
  const char *pattern;
  HttpHandlerFunc handler;
  const char *name;              /**< in metrics and log */
  const struct AccessRule *rule; /**< who may ask: for HttpTransportConfig.authorize; NULL: none is told */
} HttpRoute;

#define HTTP_ROUTE_PARAMS_MAX 4
#define HTTP_ROUTE_PARAM_BYTES_MAX 255

typedef struct {
  char name[24];
  char value[HTTP_ROUTE_PARAM_BYTES_MAX + 1];
} HttpRouteParam;

typedef struct {
  const HttpRoute *route;
  size_t param_count;
  HttpRouteParam params[HTTP_ROUTE_PARAMS_MAX];
} HttpRouteMatch;

typedef enum {
  HTTP_ROUTER_FOUND,
  HTTP_ROUTER_NOT_FOUND,          /**< 404 */
  HTTP_ROUTER_METHOD_NOT_ALLOWED, /**< 405; `ret_match->route` is the first route of that path */
} HttpRouterResult;

/** Find the route of `path` that takes `method`. `ret_methods` (may be NULL): all methods of that path, for Allow;
 * 0 when not found. `ret_match` is set unless not found. */
HttpRouterResult http_router_find(const HttpRoute *routes, size_t count, unsigned method, const char *path,
                                  HttpRouteMatch *ret_match, unsigned *ret_methods);

/** The value of {name}, or NULL. */
const char *http_route_match_find(const HttpRouteMatch *match, const char *name);

/** "GET, HEAD, OPTIONS" of the bits; caller frees. */
char *http_router_format_methods(unsigned methods);
