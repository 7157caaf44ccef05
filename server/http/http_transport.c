#include "server/http/http_transport.h"

#include "base/log.h"
#include "server/http/http_error.h"
#include "server/http/http_listener.h"
#include "server/http/http_problem.h"
#include "server/http/http_representation.h"
#include "server/http/http_response.h"
#include "server/http/http_wire.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/** Per connection for request head and response head. The library clears all of it after each answer, so it costs
 * time and memory at many connections; 16 KiB still takes the cookies of a city portal on the same name. */
#define CONNECTION_POOL_BYTES ((size_t)16 * 1024)

/** Descriptors beside connections: catalog, spans being sent (one per connection), pages, log. */
#define SPARE_DESCRIPTORS 256

struct HttpTransport {
  HttpTransportConfig config;
  struct MHD_Daemon *daemon;
  int listen_fd;
  char *address;
  atomic_uint connections;
  atomic_uint exchanges; /**< requests between their headers and the end of their answer */
  atomic_bool is_stopping;
};

/** One request and its answer. Made when the request line is read, freed by on_completed(). Used by one thread. */
typedef struct {
  HttpTransport *transport;
  char *raw_target;
  const char *wire_target; /**< the library's own, for http_wire_judge() only */
  bool is_started;         /**< counted in transport->exchanges */
  HttpTarget target;
  HttpRouteMatch match;
  HttpRequest request;
  char method[12];
  unsigned status;
  int64_t body_bytes;
  int64_t start_us;
  const char *refusal;
} Exchange;

/** What lives as long as a connection. The library forgets to end a request whose query overflows its pool: such an
 * exchange is found here when the connection goes on or ends. */
typedef struct {
  Exchange *exchange; /**< the request under way, or NULL */
} ConnectionState;

static ConnectionState *find_connection_state(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info != NULL ? info->socket_context : NULL;
}

static void exchange_free(Exchange *exchange) {
  if (exchange == NULL)
    return;
  http_target_clear(&exchange->target);
  g_free(exchange->raw_target);
  g_free(exchange);
}

static void *on_request_line(void *user_data, const char *target, struct MHD_Connection *connection) {
  ConnectionState *state = find_connection_state(connection);
  if (state == NULL)
    return NULL;
  exchange_free(state->exchange);
  Exchange *exchange = g_new0(Exchange, 1);
  exchange->transport = user_data;
  exchange->raw_target = g_strdup(target);
  exchange->wire_target = target;
  exchange->start_us = g_get_monotonic_time();
  state->exchange = exchange;
  return exchange;
}

/** We decode the target ourselves (http_target.h), from the bytes as sent. */
static size_t keep_escapes(void *user_data, struct MHD_Connection *connection, char *text) {
  (void)user_data;
  (void)connection;
  return strlen(text);
}

static const char *find_header(gconstpointer source, const char *name) {
  return MHD_lookup_connection_value((struct MHD_Connection *)source, MHD_HEADER_KIND, name);
}

static char *find_peer(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return info != NULL && info->client_addr != NULL ? http_listener_format_host(info->client_addr) : NULL;
}

static void on_completed(void *user_data, struct MHD_Connection *connection, void **request_state,
                         enum MHD_RequestTerminationCode code) {
  HttpTransport *transport = user_data;
  Exchange *exchange = g_steal_pointer(request_state);
  if (exchange == NULL)
    return;
  if (exchange->is_started && transport->config.on_complete != NULL) {
    g_autofree char *peer = transport->config.wants_peer ? find_peer(connection) : NULL;
    HttpCompletion completion = {
        .method = exchange->method,
        .target = exchange->raw_target,
        .request_id = exchange->request.id,
        .route = exchange->match.route,
        .status = exchange->status,
        .body_bytes = exchange->body_bytes,
        .is_sent = code == MHD_REQUEST_TERMINATED_COMPLETED_OK && exchange->status != 0,
        .duration_us = g_get_monotonic_time() - exchange->start_us,
        .peer = peer,
        .refusal = exchange->refusal,
    };
    transport->config.on_complete(transport->config.context, &completion);
  }
  if (exchange->is_started)
    atomic_fetch_sub(&transport->exchanges, 1);
  ConnectionState *state = find_connection_state(connection);
  if (state != NULL)
    state->exchange = NULL;
  exchange_free(exchange);
}

static void on_connection(void *user_data, struct MHD_Connection *connection, void **socket_state,
                          enum MHD_ConnectionNotificationCode code) {
  (void)connection;
  HttpTransport *transport = user_data;
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    atomic_fetch_add(&transport->connections, 1);
    *socket_state = g_new0(ConnectionState, 1);
    return;
  }
  atomic_fetch_sub(&transport->connections, 1);
  ConnectionState *state = g_steal_pointer(socket_state);
  if (state != NULL)
    exchange_free(state->exchange);
  g_free(state);
}

static void add_shared_headers(HttpResponse *response, const Exchange *exchange) {
  const HttpRoute *route = exchange->match.route;
  http_response_set_header(response, "X-Content-Type-Options", "nosniff");
  http_response_set_header(response, "Referrer-Policy", "strict-origin-when-cross-origin");
  http_response_set_header(response, "X-Request-Id", exchange->request.id);
  const char *type = http_response_find_header(response, "Content-Type");
  if ((route != NULL && route->flags & HTTP_ROUTE_PAGE) || (type != NULL && g_str_has_prefix(type, "text/html")))
    http_response_set_header(response, "Content-Security-Policy",
                             "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; worker-src 'self' "
                             "blob:; connect-src 'self'; style-src 'self' 'unsafe-inline'; object-src 'none'; "
                             "base-uri 'self'; frame-ancestors 'self'");
  if (route != NULL && route->flags & HTTP_ROUTE_CORS) {
    http_response_set_header(response, "Access-Control-Allow-Origin", "*");
    http_response_set_header(response, "Access-Control-Expose-Headers",
                             "Accept-Ranges, Content-Length, Content-Range, ETag, Retry-After, X-Request-Id");
  }
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

/** Route a sound request to its handler. */
static void dispatch(Exchange *exchange, HttpResponse *response) {
  HttpTransport *transport = exchange->transport;
  HttpRequest *request = &exchange->request;
  const char *path = exchange->target.path;
  unsigned methods = 0;
  if (request->method == HTTP_METHOD_OPTIONS && strcmp(path, "*") == 0) {
    answer_options(response, NULL, HTTP_METHOD_GET | HTTP_METHOD_HEAD | HTTP_METHOD_OPTIONS);
    return;
  }
  switch (http_router_find(transport->config.routes, transport->config.route_count, request->method, path,
                           &exchange->match, &methods)) {
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
  if (request->method == HTTP_METHOD_OPTIONS) {
    answer_options(response, exchange->match.route, methods);
    return;
  }
  exchange->match.route->handler(transport->config.context, request, response);
  http_representation_finish(response, request);
}

static void free_bytes(void *bytes) {
  g_bytes_unref(bytes);
}

/** Hands the body over to the library: `response` holds none afterwards. */
static struct MHD_Response *make_library_response(HttpResponse *response) {
  struct MHD_Response *made = NULL;
  if (response->fd >= 0 && response->length > 0) {
    made = MHD_create_response_from_fd_at_offset64((uint64_t)response->length, response->fd,
                                                   (uint64_t)response->offset);
    if (made != NULL)
      response->fd = -1; /* closed by the library */
  } else if (response->bytes != NULL) {
    gsize size = 0;
    void *data = (void *)g_bytes_get_data(response->bytes, &size);
    made = MHD_create_response_from_buffer_with_free_callback_cls(size, data, free_bytes, response->bytes);
    if (made != NULL)
      response->bytes = NULL; /* unreferenced by free_bytes() */
  } else {
    made = MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);
  }
  return made;
}

static enum MHD_Result answer(Exchange *exchange, struct MHD_Connection *connection, HttpResponse *response) {
  add_shared_headers(response, exchange);
  exchange->status = response->status;
  exchange->body_bytes = exchange->request.method == HTTP_METHOD_HEAD ? 0 : response->length;
  struct MHD_Response *made = make_library_response(response);
  if (made == NULL)
    return MHD_NO;
  enum MHD_Result result = MHD_YES;
  for (size_t i = 0; i < response->header_count && result == MHD_YES; i++)
    result = MHD_add_response_header(made, response->headers[i].name, response->headers[i].value);
  if (result == MHD_YES && atomic_load(&exchange->transport->is_stopping))
    result = MHD_add_response_header(made, "Connection", "close");
  if (result == MHD_YES)
    result = MHD_queue_response(connection, response->status, made);
  MHD_destroy_response(made);
  return result;
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

/** What is wrong with the head of the request: true and `*ret_problem`, or false. Fills exchange->request and, when
 * nothing is wrong, `*ret_has_body`. */
static bool refuse_head(Exchange *exchange, struct MHD_Connection *connection, const char *method,
                        const char *version, HttpProblem *ret_problem, bool *ret_has_body) {
  HttpWire wire = {.method = method,
                   .target = exchange->wire_target,
                   .version = version,
                   .target_length = strlen(exchange->raw_target)};
  g_strlcpy(exchange->method, method, sizeof exchange->method);
  exchange->request = (HttpRequest){
      .method = http_method_parse(method),
      .target = &exchange->target,
      .find_header = find_header,
      .header_source = connection,
      .language = http_language_choose(find_header(connection, "Accept-Language")),
  };
  make_request_id(exchange->request.id);
  HttpWireVerdict verdict = http_wire_judge(connection, &wire);
  exchange->refusal = verdict.refusal;
  *ret_problem = HTTP_PROBLEM_BAD_REQUEST;
  if (verdict.refusal != NULL)
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
  *ret_has_body = verdict.has_body;
  *ret_problem = HTTP_PROBLEM_BODY_NOT_EXPECTED;
  return verdict.has_body && exchange->request.method & (HTTP_METHOD_GET | HTTP_METHOD_HEAD | HTTP_METHOD_OPTIONS);
}

/** Find the answer and queue it. */
static enum MHD_Result respond(Exchange *exchange, struct MHD_Connection *connection) {
  g_auto(HttpResponse) response;
  http_response_init(&response);
  log_context_push("request", exchange->request.id);
  dispatch(exchange, &response);
  log_context_pop();
  return answer(exchange, connection, &response);
}

/** The headers are there, the body is not. An answer queued now makes the library close the connection, so only what
 * is refused is answered now, and what sends a body, which no route reads. */
static enum MHD_Result begin(Exchange *exchange, struct MHD_Connection *connection, const char *method,
                             const char *version) {
  HttpProblem problem = HTTP_PROBLEM_BAD_REQUEST;
  bool has_body = false;
  exchange->is_started = true;
  atomic_fetch_add(&exchange->transport->exchanges, 1);
  if (!refuse_head(exchange, connection, method, version, &problem, &has_body))
    return has_body ? respond(exchange, connection) : MHD_YES;
  g_auto(HttpResponse) response;
  http_response_init(&response);
  http_problem_set(&response, &exchange->request, problem, NULL);
  return answer(exchange, connection, &response);
}

/** Called when the headers are there, then for each piece of body, then once more for the answer. */
static enum MHD_Result on_request(void *user_data, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload_data,
                                  size_t *upload_size, void **request_state) {
  (void)user_data;
  (void)url;
  (void)upload_data;
  Exchange *exchange = *request_state;
  if (exchange == NULL)
    return MHD_NO;
  if (!exchange->is_started)
    return begin(exchange, connection, method, version);
  *upload_size = 0; /* what still comes of a refused body is dropped */
  return exchange->status != 0 ? MHD_YES : respond(exchange, connection);
}

static G_GNUC_PRINTF(2, 0) void log_library_message(void *user_data, const char *format, va_list arguments) {
  (void)user_data;
  if (!log_is_enabled(LOG_LEVEL_DEBUG))
    return;
  g_autofree char *message = g_strdup_vprintf(format, arguments);
  g_strstrip(message);
  const char *const fields[] = {"library", "libmicrohttpd", NULL};
  log_event(LOG_LEVEL_DEBUG, message, fields);
}

/** Room for that many connections, each sending a file; warns when the system's hard limit is lower. */
static void raise_file_limit(unsigned connection_limit) {
  struct rlimit limit;
  rlim_t wanted = (rlim_t)connection_limit * 2 + SPARE_DESCRIPTORS;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
    return;
  if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < wanted)
    log_warning("the limit of open files is %llu, %llu are wanted for %u connections",
                (unsigned long long)limit.rlim_max, (unsigned long long)wanted, connection_limit);
  limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? wanted : MIN(wanted, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
}

static struct MHD_Daemon *start_daemon(HttpTransport *transport) {
  const HttpTransportConfig *config = &transport->config;
  unsigned threads = config->threads > 0 ? config->threads : g_get_num_processors();
  struct MHD_OptionItem pool[] = {{MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)threads, NULL},
                                  {MHD_OPTION_END, 0, NULL}};
  struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
  return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG | MHD_USE_ITC, 0, NULL, NULL,
                          on_request, transport, MHD_OPTION_EXTERNAL_LOGGER, log_library_message, NULL,
                          MHD_OPTION_LISTEN_SOCKET, transport->listen_fd, MHD_OPTION_CONNECTION_LIMIT,
                          MAX(config->connection_limit, threads), MHD_OPTION_CONNECTION_TIMEOUT,
                          config->idle_timeout_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_POOL_BYTES,
                          MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, on_request_line, transport,
                          MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_NOTIFY_COMPLETED,
                          on_completed, transport, MHD_OPTION_NOTIFY_CONNECTION, on_connection, transport,
                          MHD_OPTION_ARRAY, threads > 1 ? pool : none, MHD_OPTION_END);
}

HttpTransport *http_transport_start(const HttpTransportConfig *config, GError **error) {
  int fd = http_listener_open(config->listen, error);
  if (fd < 0)
    return NULL;
  raise_file_limit(config->connection_limit);
  HttpTransport *transport = g_new0(HttpTransport, 1);
  transport->config = *config;
  transport->config.listen = NULL; /* the caller's; `address` says more */
  transport->listen_fd = fd;
  transport->address = http_listener_format_address(fd);
  transport->daemon = start_daemon(transport);
  if (transport->daemon != NULL)
    return transport;
  g_set_error(error, HTTP_ERROR, HTTP_ERROR_TRANSPORT, "cannot start the HTTP server on %s: %s", transport->address,
              g_strerror(errno));
  close(fd);
  g_free(transport->address);
  g_free(transport);
  return NULL;
}

const char *http_transport_address(const HttpTransport *transport) {
  return transport->address;
}

unsigned http_transport_connection_count(const HttpTransport *transport) {
  return atomic_load(&transport->connections);
}

void http_transport_stop(HttpTransport *transport, int64_t grace_us) {
  if (transport == NULL)
    return;
  atomic_store(&transport->is_stopping, true);
  MHD_socket fd = MHD_quiesce_daemon(transport->daemon);
  if (fd != MHD_INVALID_SOCKET)
    close(fd);
  int64_t deadline_us = g_get_monotonic_time() + grace_us;
  while (atomic_load(&transport->exchanges) > 0 && g_get_monotonic_time() < deadline_us)
    g_usleep(5 * G_TIME_SPAN_MILLISECOND);
  MHD_stop_daemon(transport->daemon);
  g_free(transport->address);
  g_free(transport);
}
