#include "base/log.h"
#include "server/http/http_connection.h"
#include "server/http/http_encoding.h"
#include "server/http/http_error.h"
#include "server/http/http_problem.h"
#include "server/http/http_reply.h"
#include "server/http/http_representation.h"
#include "server/http/http_response.h"
#include "server/http/http_stream.h"
#include "server/http/http_wire.h"

#include <string.h>

/** What of a body that is too large is read and dropped, so that the client hears why; beyond it the connection goes. */
#define DROPPED_BYTES_MAX (INT64_C(64) << 20)

/** Added to the letter of the content coding for clients that are set apart: past all codings, still a letter. */
#define SET_APART 16

/** In the letter of a shared answer's key: it is for requests with a proof. */
#define SEALED_BIT 0x80

static void free_held(HttpResponse *held) {
  if (held == NULL)
    return;
  http_response_clear(held);
  g_free(held);
}

void http_exchange_free(HttpExchange *exchange) {
  if (exchange == NULL)
    return;
  g_clear_pointer(&exchange->held, free_held);
  if (exchange->request.identity != NULL && exchange->transport->config.forget != NULL)
    exchange->transport->config.forget(exchange->request.identity);
  if (exchange->slow != NULL)
    http_response_clear(exchange->slow);
  g_free(exchange->slow);
  http_target_clear(&exchange->target);
  g_clear_pointer(&exchange->body, g_byte_array_unref);
  g_clear_pointer(&exchange->whole_body, g_bytes_unref);
  g_free(exchange->raw_target);
  g_free(exchange);
}

/** Forget the request; the library forgets to end one whose query overflows its pool, so this is done at the next one and
 * at the connection's end too. */
static void clear_request(HttpConnection *connection) {
  HttpExchange *exchange = connection->exchange;
  if (exchange != NULL && exchange->stream != NULL && !http_stream_leave(g_steal_pointer(&exchange->stream)))
    connection->exchange = NULL; /* its handler still works: it is the stream's */
  g_clear_pointer(&connection->exchange, http_exchange_free);
  g_clear_pointer(&connection->long_target, g_free);
  http_shared_release(g_steal_pointer(&connection->shared));
  if (connection->is_started)
    atomic_fetch_sub(&connection->transport->exchanges, 1);
  connection->is_started = false;
}

HttpConnection *http_connection_new(HttpTransport *transport, int fd, const struct sockaddr *peer, bool is_tls) {
  HttpConnection *connection = g_new0(HttpConnection, 1);
  connection->transport = transport;
  connection->is_tls = is_tls;
  connection->peer = peer;
  http_guard_admit(transport->guard, &connection->guarded, fd, peer);
  atomic_fetch_add(&transport->connections, 1);
  return connection;
}

static const char *find_library_header(gconstpointer handle, const char *name) {
  return MHD_lookup_connection_value((struct MHD_Connection *)handle, MHD_HEADER_KIND, name);
}

void http_connection_attach(HttpConnection *connection, struct MHD_Connection *handle) {
  const union MHD_ConnectionInfo *peer = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  connection->handle = handle;
  connection->peer = peer != NULL ? peer->client_addr : NULL;
  connection->find_header = find_library_header;
  connection->header_source = handle;
}

void http_connection_free(HttpConnection *connection) {
  if (connection == NULL)
    return;
  atomic_fetch_sub(&connection->transport->connections, 1);
  http_guard_leave(connection->transport->guard, &connection->guarded);
  clear_request(connection);
  g_free(connection);
}

const char *http_connection_target(const HttpConnection *connection) {
  return connection->long_target != NULL ? connection->long_target : connection->key + 1;
}

static HttpConnection *find_connection(struct MHD_Connection *handle) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info != NULL ? info->socket_context : NULL;
}

/** Take a proof off the target, when there is a good one. */
static void unseal(HttpConnection *connection) {
  const HttpTransportConfig *config = &connection->transport->config;
  char *target = connection->key + 1;
  size_t begin = 0, end = 0;
  if (config->unseal == NULL || !config->unseal(config->context, target, connection->target_length, &begin, &end))
    return;
  memmove(target + begin, target + end, connection->target_length + 1 - end);
  connection->target_length -= end - begin;
  connection->is_sealed = true;
}

void http_exchange_take_target(HttpConnection *connection, const char *target) {
  clear_request(connection);
  connection->start_us = g_get_monotonic_time();
  connection->wire_target = target;
  connection->wire_length = connection->target_length = strlen(target);
  connection->is_sealed = false;
  if (connection->target_length >= HTTP_SHARED_KEY_BYTES_MAX) {
    connection->long_target = g_strdup(target);
    return;
  }
  memcpy(connection->key + 1, target, connection->target_length + 1);
  unseal(connection);
}

void *http_exchange_on_request_line(void *user_data, const char *target, struct MHD_Connection *handle) {
  (void)user_data;
  HttpConnection *connection = find_connection(handle);
  if (connection != NULL)
    http_exchange_take_target(connection, target);
  return connection;
}

/** `source`: the connection. */
static const char *find_header(gconstpointer source, const char *name) {
  const HttpConnection *connection = source;
  return connection->find_header(connection->header_source, name);
}

static char *format_client(gconstpointer source) {
  const HttpConnection *connection = source;
  if (connection->peer == NULL)
    return g_strdup("-");
  return http_proxies_find_client(connection->transport->config.proxies, connection->peer,
                                  find_header(connection, "X-Forwarded-For"));
}

/** Whether the client's side of the exchange is over TLS: to us, or to a trusted proxy that says so. */
static bool is_secure(const HttpConnection *connection) {
  const char *scheme = find_header(connection, "X-Forwarded-Proto");
  if (connection->is_tls || scheme == NULL)
    return connection->is_tls;
  return connection->peer != NULL && http_proxies_trust(connection->transport->config.proxies, connection->peer) &&
         g_ascii_strcasecmp(scheme, "https") == 0;
}

static void answer_options(HttpResponse *response, const HttpRoute *route, unsigned methods) {
  g_autofree char *allow = http_router_format_methods(methods);
  response->status = 204;
  http_response_set_header(response, "Allow", allow);
  if (route != NULL && route->flags & HTTP_ROUTE_CORS) {
    http_response_set_header(response, "Access-Control-Allow-Methods", allow);
    http_response_set_header(response, "Access-Control-Allow-Headers",
                             "Range, If-Match, If-None-Match, If-Modified-Since, If-Range");
    http_response_set_header(response, "Access-Control-Max-Age", "86400");
  }
}

/** Cut an answer to what the request wants of it. */
static void finish_answer(const HttpExchange *exchange, HttpResponse *response) {
  http_encoding_choose(response, &exchange->request);
  http_representation_finish(response, &exchange->request);
  http_encoding_apply(response);
}

static bool may_run(HttpExchange *exchange, HttpResponse *response) {
  const HttpTransportConfig *config = &exchange->transport->config;
  return config->authorize == NULL || config->authorize(config->context, &exchange->request, response);
}

/** The answer of a route to a sound request. */
static void run_handler(HttpExchange *exchange, HttpResponse *response) {
  const HttpTransportConfig *config = &exchange->transport->config;
  if (config->content_version != NULL)
    exchange->content_version = config->content_version(config->context);
  if (may_run(exchange, response))
    exchange->match.route->handler(config->context, &exchange->request, response);
  finish_answer(exchange, response);
}

/** Lead a request that came without TLS to the TLS port (RFC 9110 §15.4.9). False when it is to be answered as it is: media
 * for old receivers, what monitors ask, and requests without a usable Host. */
static bool redirect_to_tls(const HttpConnection *connection, HttpResponse *response) {
  const HttpTransport *transport = connection->transport;
  const HttpExchange *exchange = connection->exchange;
  const char *host = find_header(connection, "Host");
  unsigned flags = exchange->match.route->flags;
  if (connection->is_tls || !transport->config.redirects_plain || transport->tls.address == NULL || host == NULL ||
      flags & (HTTP_ROUTE_CORS | HTTP_ROUTE_PLAIN) || exchange->raw_target[0] != '/')
    return false;
  const char *port = strrchr(transport->tls.address, ':') + 1;
  size_t name_length = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
  g_autofree char *location =
      g_strdup_printf("https://%.*s%s%s%s", (int)name_length, host, strcmp(port, "443") == 0 ? "" : ":",
                      strcmp(port, "443") == 0 ? "" : port, exchange->raw_target);
  response->status = 308;
  http_response_set_header(response, "Location", location);
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_REVALIDATE);
  return true;
}

/** Route a sound request to its handler. */
static void dispatch(const HttpConnection *connection, HttpResponse *response) {
  HttpExchange *exchange = connection->exchange;
  const HttpTransportConfig *config = &exchange->transport->config;
  HttpRequest *request = &exchange->request;
  const char *path = exchange->target.path;
  unsigned methods = 0;
  if (request->method == HTTP_METHOD_OPTIONS && strcmp(path, "*") == 0) {
    answer_options(response, NULL, HTTP_METHOD_GET | HTTP_METHOD_HEAD | HTTP_METHOD_OPTIONS);
    return;
  }
  switch (
      http_router_find(config->routes, config->route_count, request->method, path, &exchange->match, &methods)) {
  case HTTP_ROUTER_NOT_FOUND:
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return;
  case HTTP_ROUTER_METHOD_NOT_ALLOWED: {
    g_autofree char *allow = http_router_format_methods(methods);
    http_problem_set(response, request, HTTP_PROBLEM_METHOD, NULL);
    http_response_set_header(response, "Allow", allow);
    return;
  }
  case HTTP_ROUTER_FOUND:
    break;
  }
  request->match = &exchange->match;
  if (request->method == HTTP_METHOD_OPTIONS && exchange->match.route->flags & HTTP_ROUTE_OPTIONS)
    exchange->match.route->handler(config->context, request, response);
  else if (request->method == HTTP_METHOD_OPTIONS)
    answer_options(response, exchange->match.route, methods);
  else if (redirect_to_tls(connection, response))
    return;
  else if (exchange->dropped_bytes > 0)
    http_problem_set(response, request, HTTP_PROBLEM_TOO_LARGE, NULL);
  else
    run_handler(exchange, response);
}

static void add_hsts(const HttpConnection *connection, HttpResponse *response) {
  if (connection->is_tls && connection->transport->hsts != NULL)
    http_response_set_header(response, "Strict-Transport-Security", connection->transport->hsts);
}

/** Says how long the answer took to make (Server-Timing, W3C). */
static void add_own_headers(const HttpConnection *connection, const HttpExchange *exchange,
                            HttpResponse *response) {
  char timing[48];
  int64_t spent_us = g_get_monotonic_time() - connection->start_us;
  g_snprintf(timing, sizeof timing, "app;dur=%" G_GINT64_FORMAT ".%02d", spent_us / 1000,
             (int)(spent_us % 1000 / 10));
  http_response_set_header(response, "X-Request-Id", exchange->request.id);
  http_response_set_header(response, "Server-Timing", timing);
  if (atomic_load(&connection->transport->is_stopping))
    http_response_set_header(response, "Connection", "close");
}

static enum MHD_Result answer(HttpConnection *connection, HttpResponse *response) {
  HttpExchange *exchange = connection->exchange;
  http_reply_add_headers(response, exchange->match.route);
  add_hsts(connection, response);
  add_own_headers(connection, exchange, response);
  exchange->status = response->status;
  exchange->body_bytes = connection->is_head ? 0 : MAX(response->length, 0);
  struct MHD_Response *made = http_reply_make(response);
  if (made == NULL)
    return MHD_NO;
  enum MHD_Result result = MHD_queue_response(connection->handle, response->status, made);
  MHD_destroy_response(made);
  return result;
}

static enum MHD_Result queue_shared(const HttpConnection *connection) {
  const HttpSharedAnswer *shared = connection->shared;
  bool is_whole = connection->shared_status == shared->status;
  return MHD_queue_response(connection->handle, connection->shared_status,
                            is_whole ? shared->whole : shared->not_modified);
}

/** Keep the answer for whoever asks next, and answer with it. False when it cannot be shared; it is then as before. */
static bool share(HttpConnection *connection, HttpResponse *response) {
  HttpExchange *exchange = connection->exchange;
  HttpTransport *transport = exchange->transport;
  if (!exchange->is_shareable || exchange->request.is_private || response->sharing == HTTP_SHARING_NONE ||
      response->status != 200 || response->bytes == NULL || atomic_load(&transport->is_stopping) ||
      http_response_find_header(response, "Set-Cookie") != NULL)
    return false;
  http_reply_add_headers(response, exchange->match.route);
  add_hsts(connection, response);
  HttpSharedAnswer made = {.route = exchange->match.route, .status = 200, .length = response->length};
  g_strlcpy(made.etag, response->etag, sizeof made.etag);
  made.fd = response->mapped_fd;
  made.offset = response->offset;
  made.not_modified = made.etag[0] != '\0' ? http_reply_make_not_modified(response) : NULL;
  if (transport->front != NULL && !connection->is_tls) {
    made.head = http_reply_write_head(response, false);
    made.not_modified_head = made.not_modified != NULL ? http_reply_write_head(response, true) : NULL;
    made.body = g_bytes_ref(response->bytes);
  }
  bool is_mapped = response->mapped_fd >= 0;
  made.whole = http_reply_make(response);
  if (made.whole == NULL)
    return false;
  int64_t good_us = response->sharing == HTTP_SHARING_STORED         ? HTTP_SHARING_STORED_US
                    : response->sharing == HTTP_SHARING_FOR_A_SECOND ? HTTP_SHARING_SECOND_US
                                                                     : 0;
  connection->shared = http_shared_keep(transport->shared, connection->key, connection->target_length + 1, &made,
                                        is_mapped ? 0 : made.length, exchange->content_version,
                                        response->sharing != HTTP_SHARING_FOR_A_SECOND, good_us);
  connection->shared_status = 200;
  g_clear_pointer(&connection->exchange, http_exchange_free);
  return true;
}

static void make_request_id(char ret_id[HTTP_REQUEST_ID_LENGTH + 1]) {
  static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
  guint32 high = g_random_int();
  guint32 low = g_random_int();
  guint64 bits = (guint64)high << 32 | low;
  for (int i = 0; i < HTTP_REQUEST_ID_LENGTH; i++, bits >>= 5)
    ret_id[i] = digits[bits & 31];
  ret_id[HTTP_REQUEST_ID_LENGTH] = '\0';
}

static HttpExchange *start_exchange(HttpConnection *connection, const char *method) {
  HttpExchange *exchange = g_new0(HttpExchange, 1);
  exchange->transport = connection->transport;
  exchange->raw_target = g_strdup(http_connection_target(connection));
  g_strlcpy(exchange->method, method, sizeof exchange->method);
  exchange->request = (HttpRequest){
      .method = http_method_parse(method),
      .target = &exchange->target,
      .find_header = find_header,
      .header_source = connection,
      .format_client = format_client,
      .is_encrypted_here = connection->is_tls,
      .is_secure = is_secure(connection),
      .is_sealed = connection->is_sealed,
      .language = http_language_choose(find_header(connection, "Accept-Language")),
  };
  make_request_id(exchange->request.id);
  connection->exchange = exchange;
  return exchange;
}

/** What is wrong with the head of the request: true and `*ret_problem`, or false. */
static bool refuse_head(HttpExchange *exchange, const char *version, const HttpWireVerdict *verdict,
                        HttpProblem *ret_problem) {
  exchange->refusal = verdict->refusal;
  *ret_problem = HTTP_PROBLEM_BAD_REQUEST;
  if (verdict->refusal != NULL)
    return true;
  if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0) {
    *ret_problem = HTTP_PROBLEM_VERSION;
    return true;
  }
  if (exchange->request.method == 0) {
    *ret_problem = HTTP_PROBLEM_NOT_IMPLEMENTED;
    return true;
  }
  g_autoptr(GError) error = NULL;
  if (!http_target_parse(exchange->raw_target, &exchange->target, &error)) {
    exchange->refusal = "the request target";
    if (g_error_matches(error, HTTP_ERROR, HTTP_ERROR_TARGET_TOO_LONG))
      *ret_problem = HTTP_PROBLEM_TARGET_TOO_LONG;
    return true;
  }
  *ret_problem = HTTP_PROBLEM_BODY_NOT_EXPECTED;
  return verdict->has_body && exchange->request.method & (HTTP_METHOD_GET | HTTP_METHOD_HEAD | HTTP_METHOD_OPTIONS);
}

/** Whether the connection is one too many. */
static bool refuse_connection(const HttpConnection *connection, HttpProblem *ret_problem) {
  HttpAdmission admission = connection->guarded.admission;
  if (admission == HTTP_ADMISSION_GRANTED)
    return false;
  *ret_problem = admission == HTTP_ADMISSION_ADDRESS ? HTTP_PROBLEM_TOO_MANY : HTTP_PROBLEM_BUSY;
  return true;
}

/** Find the answer. */
static void make_answer(HttpConnection *connection, HttpResponse *response) {
  HttpExchange *exchange = connection->exchange;
  if (exchange->body != NULL) {
    exchange->whole_body = g_byte_array_free_to_bytes(g_steal_pointer(&exchange->body));
    exchange->request.body = exchange->whole_body;
  }
  log_context_push("request", exchange->request.id);
  dispatch(connection, response);
  log_context_pop();
}

/** On a thread of http_slow.h, while the library leaves the connection alone. */
static void make_slow_answer(gpointer data) {
  HttpConnection *connection = data;
  make_answer(connection, connection->exchange->slow);
  MHD_resume_connection(connection->handle);
}

static enum MHD_Result refuse(HttpConnection *connection, HttpProblem problem) {
  g_auto(HttpResponse) response;
  http_response_init(&response);
  http_problem_set(&response, &connection->exchange->request, problem, NULL);
  return answer(connection, &response);
}

static bool is_slow(HttpExchange *exchange) {
  const HttpTransportConfig *config = &exchange->transport->config;
  HttpRouteMatch match;
  return http_router_find(config->routes, config->route_count, exchange->request.method, exchange->target.path,
                          &match, NULL) == HTTP_ROUTER_FOUND &&
         match.route->flags & HTTP_ROUTE_SLOW && exchange->request.method != HTTP_METHOD_OPTIONS;
}

/** Hand the request to the threads for slow ones; the library calls again when its answer is there. */
static enum MHD_Result begin_slow(HttpConnection *connection) {
  HttpExchange *exchange = connection->exchange;
  exchange->slow = g_new(HttpResponse, 1);
  http_response_init(exchange->slow);
  MHD_suspend_connection(connection->handle);
  if (http_slow_push(connection->transport->slow, make_slow_answer, connection))
    return MHD_YES;
  http_problem_set(exchange->slow, &exchange->request, HTTP_PROBLEM_BUSY, NULL);
  MHD_resume_connection(connection->handle);
  return MHD_YES;
}

/** Find the answer and queue it. */
static enum MHD_Result respond(HttpConnection *connection) {
  if (connection->exchange->slow != NULL)
    return answer(connection, connection->exchange->slow);
  if (is_slow(connection->exchange))
    return begin_slow(connection);
  g_auto(HttpResponse) response;
  http_response_init(&response);
  make_answer(connection, &response);
  return share(connection, &response) ? queue_shared(connection) : answer(connection, &response);
}

/** Answer with the refusal in `response` (which is taken): at once when the client waits for a word before it sends its body,
 * or when that is too long to be read and dropped; else after it. */
static enum MHD_Result hold(HttpConnection *connection, HttpResponse *response, const HttpWireVerdict *verdict) {
  HttpExchange *exchange = connection->exchange;
  bool waits = find_header(connection, "Expect") != NULL;
  if (verdict->has_body && (waits || verdict->body_bytes > DROPPED_BYTES_MAX))
    return answer(connection, response);
  exchange->held = g_memdup2(response, sizeof *response);
  http_response_init(response);
  http_guard_mark(&connection->guarded, HTTP_PHASE_BODY);
  return MHD_YES;
}

/** A request for a streamed route: its handler begins now, unless the head alone tells that it is in vain. */
static enum MHD_Result begin_stream(HttpConnection *connection, const HttpWireVerdict *verdict) {
  HttpExchange *exchange = connection->exchange;
  const HttpTransportConfig *config = &connection->transport->config;
  g_auto(HttpResponse) response;
  http_response_init(&response);
  exchange->request.match = &exchange->match;
  if (redirect_to_tls(connection, &response) || !may_run(exchange, &response) ||
      (config->check_stream != NULL && !config->check_stream(config->context, &exchange->request, &response)))
    return hold(connection, &response, verdict);
  exchange->stream = http_stream_start(connection, verdict->body_bytes);
  if (exchange->stream == NULL) {
    http_problem_set(&response, &exchange->request, HTTP_PROBLEM_BUSY, NULL);
    return hold(connection, &response, verdict);
  }
  http_guard_mark(&connection->guarded, HTTP_PHASE_BODY);
  return MHD_YES;
}

/** The answer to a request whose body has been read: of its stream, or the refusal that waited. */
static enum MHD_Result end_stream(HttpConnection *connection) {
  HttpExchange *exchange = connection->exchange;
  if (exchange->held != NULL)
    return answer(connection, exchange->held);
  if (!http_stream_finish(exchange->stream))
    return MHD_YES;
  HttpResponse *response = http_stream_response(exchange->stream);
  finish_answer(exchange, response);
  return answer(connection, response);
}

/** A request with a body: it is read when its route takes one, else answered at once. One that is somewhat too large is
 * read and dropped before the answer, because a client that is still sending when the connection closes sees no answer. */
static enum MHD_Result begin_body(HttpConnection *connection, const HttpWireVerdict *verdict) {
  HttpExchange *exchange = connection->exchange;
  const HttpTransportConfig *config = &connection->transport->config;
  HttpRouterResult found = http_router_find(config->routes, config->route_count, exchange->request.method,
                                            exchange->target.path, &exchange->match, NULL);
  if (found != HTTP_ROUTER_FOUND)
    return respond(connection); /* 404 or 405 */
  if (exchange->match.route->flags & HTTP_ROUTE_STREAM)
    return begin_stream(connection, verdict);
  if (!(exchange->match.route->flags & HTTP_ROUTE_BODY))
    return refuse(connection, HTTP_PROBLEM_BODY_NOT_EXPECTED);
  if (verdict->body_bytes > HTTP_ROUTE_BODY_BYTES_MAX + DROPPED_BYTES_MAX)
    return refuse(connection, HTTP_PROBLEM_TOO_LARGE);
  exchange->body = g_byte_array_new();
  http_guard_mark(&connection->guarded, HTTP_PHASE_BODY);
  return MHD_YES;
}

/** The shared answer that fits the request, or NULL. Fills the coding's letter of the key. */
static const HttpSharedAnswer *find_shared(HttpConnection *connection, const HttpWireVerdict *verdict) {
  const HttpTransportConfig *config = &connection->transport->config;
  char letter = http_encoding_letter(verdict->accept_encoding);
  if (config->is_set_apart != NULL && config->is_set_apart(connection->key + 1, find_header, connection))
    letter += SET_APART;
  connection->key[0] = connection->is_tls ? g_ascii_toupper(letter) : letter; /* their headers differ */
  if (connection->is_sealed) /* what these may see is not for all */
    connection->key[0] = (char)(connection->key[0] | SEALED_BIT);
  uint64_t version = config->content_version != NULL ? config->content_version(config->context) : 0;
  return http_shared_find(connection->transport->shared, connection->key, connection->target_length + 1, version,
                          connection->start_us);
}

/** Whether what the request asks depends on its target and the content coding alone. */
static bool is_plain(const HttpConnection *connection, const HttpWireVerdict *verdict) {
  return connection->guarded.admission == HTTP_ADMISSION_GRANTED && verdict->refusal == NULL &&
         !verdict->has_body && !verdict->has_conditions && connection->long_target == NULL &&
         !atomic_load(&connection->transport->is_stopping);
}

static void start_request(HttpConnection *connection) {
  connection->is_started = true;
  atomic_fetch_add(&connection->transport->exchanges, 1);
  http_guard_mark(&connection->guarded, HTTP_PHASE_ANSWER);
}

/** Find the shared answer to a plain request, as If-None-Match wants it. False when there is none. */
static bool take_shared(HttpConnection *connection, const HttpWireVerdict *verdict) {
  connection->shared = find_shared(connection, verdict);
  if (connection->shared == NULL)
    return false;
  const HttpSharedAnswer *shared = connection->shared;
  bool is_known = verdict->if_none_match != NULL && shared->not_modified != NULL &&
                  strcmp(verdict->if_none_match, shared->etag) == 0;
  if (is_known || verdict->if_none_match == NULL) {
    connection->shared_status = is_known ? 304 : shared->status;
    return true;
  }
  http_shared_release(g_steal_pointer(&connection->shared)); /* other tags are for the general way */
  return false;
}

/** Make the shared answer to a plain request for media. False when there is none to be shared. */
static bool make_shared(HttpConnection *connection) {
  const HttpTransportConfig *config = &connection->transport->config;
  HttpExchange *exchange = start_exchange(connection, connection->is_head ? "HEAD" : "GET");
  if (!http_target_parse(exchange->raw_target, &exchange->target, NULL) ||
      http_router_find(config->routes, config->route_count, exchange->request.method, exchange->target.path,
                       &exchange->match, NULL) != HTTP_ROUTER_FOUND ||
      (exchange->match.route->flags & (HTTP_ROUTE_CORS | HTTP_ROUTE_SLOW)) != HTTP_ROUTE_CORS)
    return false;
  g_auto(HttpResponse) response;
  http_response_init(&response);
  exchange->is_shareable = true;
  make_answer(connection, &response);
  return share(connection, &response);
}

bool http_exchange_find_ready(HttpConnection *connection, const HttpWireVerdict *verdict) {
  if (!is_plain(connection, verdict))
    return false;
  start_request(connection);
  if (take_shared(connection, verdict) || (verdict->if_none_match == NULL && make_shared(connection)))
    return true;
  clear_request(connection);
  http_guard_mark(&connection->guarded, HTTP_PHASE_HEAD);
  return false;
}

/** The method that a POST really means (X-HTTP-Method-Override), where the route lets it say so. */
static void override_method(HttpExchange *exchange) {
  const char *name = exchange->request.method == HTTP_METHOD_POST
                         ? http_request_find_header(&exchange->request, "X-HTTP-Method-Override")
                         : NULL;
  const HttpTransportConfig *config = &exchange->transport->config;
  unsigned method = name != NULL ? http_method_parse(name) : 0;
  HttpRouteMatch match;
  if (method == 0 ||
      http_router_find(config->routes, config->route_count, method, exchange->target.path, &match, NULL) !=
          HTTP_ROUTER_FOUND ||
      !(match.route->flags & HTTP_ROUTE_OVERRIDE))
    return;
  exchange->request.method = (HttpMethod)method;
  g_strlcpy(exchange->method, name, sizeof exchange->method);
}

static bool is_streamed(HttpExchange *exchange) {
  const HttpTransportConfig *config = &exchange->transport->config;
  return exchange->request.method & (HTTP_METHOD_POST | HTTP_METHOD_PUT | HTTP_METHOD_PATCH) &&
         http_router_find(config->routes, config->route_count, exchange->request.method, exchange->target.path,
                          &exchange->match, NULL) == HTTP_ROUTER_FOUND &&
         exchange->match.route->flags & HTTP_ROUTE_STREAM;
}

/** The head is there, the body is not. An answer queued now makes the library close the connection, so only what is
 * refused is answered now. */
static enum MHD_Result begin(HttpConnection *connection, const char *method, const char *version) {
  HttpWire wire = {.method = method,
                   .target = connection->wire_target,
                   .version = version,
                   .target_length = connection->wire_length};
  HttpWireVerdict verdict = http_wire_judge(connection->handle, &wire);
  connection->is_head = strcmp(method, "HEAD") == 0;
  start_request(connection);
  bool may_share = (connection->is_head || strcmp(method, "GET") == 0) && strcmp(version, "HTTP/1.1") == 0 &&
                   is_plain(connection, &verdict);
  if (may_share && take_shared(connection, &verdict))
    return MHD_YES;
  HttpProblem problem = HTTP_PROBLEM_BAD_REQUEST;
  HttpExchange *exchange = start_exchange(connection, method);
  exchange->is_shareable = may_share && verdict.if_none_match == NULL;
  if (refuse_connection(connection, &problem) || refuse_head(exchange, version, &verdict, &problem))
    return refuse(connection, problem);
  override_method(exchange);
  return verdict.has_body || is_streamed(exchange) ? begin_body(connection, &verdict) : MHD_YES;
}

/** A piece of the body. */
static enum MHD_Result take_body(HttpConnection *connection, const char *data, size_t *size) {
  HttpExchange *exchange = connection->exchange;
  size_t count = *size;
  if (exchange != NULL && exchange->stream != NULL) {
    *size = count - http_stream_put(exchange->stream, data, count);
    bool is_in_vain = exchange->dropped_bytes > DROPPED_BYTES_MAX ||
                      (exchange->dropped_bytes > 0 && atomic_load(&connection->transport->is_stopping));
    return is_in_vain ? MHD_NO : MHD_YES;
  }
  *size = 0;
  if (exchange != NULL && exchange->held != NULL) {
    exchange->dropped_bytes += (int64_t)count;
    return exchange->dropped_bytes > DROPPED_BYTES_MAX ? MHD_NO : MHD_YES;
  }
  if (exchange == NULL || exchange->body == NULL)
    return MHD_YES; /* of a request that is answered already */
  if (exchange->body->len + count > HTTP_ROUTE_BODY_BYTES_MAX || exchange->dropped_bytes > 0) {
    exchange->dropped_bytes += (int64_t)count;
    return exchange->dropped_bytes > DROPPED_BYTES_MAX ? MHD_NO : MHD_YES;
  }
  g_byte_array_append(exchange->body, (const guint8 *)data, (guint)count);
  return MHD_YES;
}

/** Called when the head is there, then for each piece of body, then once more for the answer. */
enum MHD_Result http_exchange_on_request(void *user_data, struct MHD_Connection *handle, const char *url,
                                         const char *method, const char *version, const char *upload_data,
                                         size_t *upload_size, void **request_state) {
  (void)user_data;
  (void)handle;
  (void)url;
  HttpConnection *connection = *request_state;
  if (connection == NULL)
    return MHD_NO;
  if (!connection->is_started)
    return begin(connection, method, version);
  if (*upload_size > 0)
    return take_body(connection, upload_data, upload_size);
  const HttpExchange *exchange = connection->exchange;
  http_guard_mark(&connection->guarded, HTTP_PHASE_ANSWER);
  if (exchange != NULL && exchange->status == 0 && (exchange->stream != NULL || exchange->held != NULL))
    return end_stream(connection);
  if (connection->shared != NULL)
    return queue_shared(connection);
  return connection->exchange->status != 0 ? MHD_YES : respond(connection);
}

static void complete(const HttpConnection *connection, HttpCompletion *completion) {
  const HttpTransportConfig *config = &connection->transport->config;
  const HttpExchange *exchange = connection->exchange;
  completion->target = http_connection_target(connection);
  completion->duration_us = g_get_monotonic_time() - connection->start_us;
  completion->peer_address = connection->peer;
  completion->proxies = config->proxies;
  completion->find_header = find_header;
  completion->header_source = connection;
  if (connection->shared != NULL) {
    const HttpSharedAnswer *shared = connection->shared;
    completion->method = connection->is_head ? "HEAD" : "GET";
    completion->request_id = "-";
    completion->route = shared->route;
    completion->status = connection->shared_status;
    completion->body_bytes = completion->status == 304 || connection->is_head ? 0 : shared->length;
    completion->is_shared = true;
  } else {
    completion->method = exchange->method;
    completion->request_id = exchange->request.id;
    completion->route = exchange->match.route;
    completion->status = exchange->status;
    completion->body_bytes = exchange->body_bytes;
    completion->refusal = exchange->refusal;
  }
  completion->is_sent = completion->is_sent && completion->status != 0;
  config->on_complete(config->context, completion);
}

void http_exchange_end(HttpConnection *connection, bool is_sent) {
  if (connection->is_started && connection->transport->config.on_complete != NULL) {
    HttpCompletion completion = {.is_sent = is_sent};
    complete(connection, &completion);
  }
  http_guard_mark(&connection->guarded, HTTP_PHASE_HEAD);
  clear_request(connection);
}

void http_exchange_on_completed(void *user_data, struct MHD_Connection *handle, void **request_state,
                                enum MHD_RequestTerminationCode code) {
  (void)user_data;
  (void)handle;
  HttpConnection *connection = g_steal_pointer(request_state);
  if (connection != NULL)
    http_exchange_end(connection, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
}
