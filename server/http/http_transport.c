#include "server/http/http_transport.h"

#include "base/listener.h"
#include "base/log.h"
#include "server/http/front/http_front.h"
#include "server/http/http_connection.h"
#include "server/http/http_error.h"
#include "server/http/http_stream.h"
#include "server/http/http_tls.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/** Per connection for request head and response head. The library clears all of it after each answer, so it costs
 * time and memory at many connections (docs/notes/delivery.md). */
#define CONNECTION_POOL_BYTES ((size_t)8 * 1024)

/** Descriptors beside connections: catalog, pages, spans being opened, log. */
#define SPARE_DESCRIPTORS 256

/** Connections past the limit that are taken to be told so; what comes beyond waits in the backlog. */
#define REFUSED_CONNECTIONS 256

/** Uploads that are under way at a stop get so long to end by themselves; they can be gone on with afterwards. */
#define STREAM_GRACE_US (2 * G_TIME_SPAN_SECOND)

#define TICK_US G_TIME_SPAN_SECOND
#define SETTLED_US (50 * G_TIME_SPAN_MILLISECOND)

/** The connection of that descriptor that the front has handed over, or NULL. */
static HttpConnection *take_handed(HttpTransport *transport, int fd) {
  gpointer connection = NULL;
  g_mutex_lock(&transport->handed_lock);
  g_hash_table_steal_extended(transport->handed, GINT_TO_POINTER(fd), NULL, &connection);
  g_mutex_unlock(&transport->handed_lock);
  return connection;
}

/** From the front (HttpFrontHandOver). */
static void take_over(HttpTransport *transport, HttpConnection *connection, const struct sockaddr *peer,
                      socklen_t peer_size) {
  int fd = connection->guarded.fd;
  g_mutex_lock(&transport->handed_lock);
  g_hash_table_replace(transport->handed, GINT_TO_POINTER(fd), connection);
  g_mutex_unlock(&transport->handed_lock);
  if (MHD_add_connection(transport->plain.daemon, fd, peer, peer_size) != MHD_YES)
    http_connection_free(take_handed(transport, fd)); /* the library has closed it */
}

static void note_connection(HttpTransport *transport, struct MHD_Connection *handle, void **socket_state,
                            enum MHD_ConnectionNotificationCode code, bool is_tls) {
  if (code != MHD_CONNECTION_NOTIFY_STARTED) {
    http_connection_free(g_steal_pointer(socket_state));
    return;
  }
  const union MHD_ConnectionInfo *socket = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD);
  const union MHD_ConnectionInfo *peer = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  int fd = socket != NULL ? socket->connect_fd : -1;
  HttpConnection *connection = take_handed(transport, fd);
  if (connection == NULL)
    connection = http_connection_new(transport, fd, peer != NULL ? peer->client_addr : NULL, is_tls);
  http_connection_attach(connection, handle);
  *socket_state = connection;
}

static void on_connection(void *user_data, struct MHD_Connection *handle, void **socket_state,
                          enum MHD_ConnectionNotificationCode code) {
  note_connection(user_data, handle, socket_state, code, false);
}

static void on_tls_connection(void *user_data, struct MHD_Connection *handle, void **socket_state,
                              enum MHD_ConnectionNotificationCode code) {
  note_connection(user_data, handle, socket_state, code, true);
}

/** We decode the target ourselves (http_target.h), from the bytes as sent. */
static size_t keep_escapes(void *user_data, struct MHD_Connection *handle, char *text) {
  (void)user_data;
  (void)handle;
  return strlen(text);
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

static unsigned thread_count(const HttpTransportConfig *config) {
  return config->threads > 0 ? config->threads : g_get_num_processors();
}

/** `fd` -1: connections are handed over by the front. */
static struct MHD_Daemon *start_daemon(HttpTransport *transport, int fd, bool is_tls) {
  const HttpTransportConfig *config = &transport->config;
  unsigned threads = thread_count(config);
  struct MHD_OptionItem extra[] = {
      {threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)threads, NULL},
      {MHD_OPTION_END, 0, NULL}};
  struct MHD_OptionItem listen[] = {{fd >= 0 ? MHD_OPTION_LISTEN_SOCKET : MHD_OPTION_END, fd, NULL},
                                    {MHD_OPTION_END, 0, NULL}};
  struct MHD_OptionItem tls[] = {
      {is_tls ? MHD_OPTION_HTTPS_PRIORITIES : MHD_OPTION_END, 0, (void *)HTTP_TLS_PRIORITIES},
      {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)http_tls_retrieve},
      {MHD_OPTION_END, 0, NULL}};
  unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME |
                   (is_tls ? MHD_USE_TLS : 0) | (fd < 0 ? MHD_USE_NO_LISTEN_SOCKET : 0);
  return MHD_start_daemon(
      flags, 0, NULL, NULL, http_exchange_on_request, transport, MHD_OPTION_EXTERNAL_LOGGER, log_library_message,
      NULL, MHD_OPTION_CONNECTION_LIMIT, config->connection_limit + REFUSED_CONNECTIONS + threads,
      MHD_OPTION_CONNECTION_TIMEOUT, config->idle_timeout_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
      config->request_head_bytes > 0 ? config->request_head_bytes : CONNECTION_POOL_BYTES,
      MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, http_exchange_on_request_line, transport,
      MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_NOTIFY_COMPLETED, http_exchange_on_completed,
      transport, MHD_OPTION_NOTIFY_CONNECTION, is_tls ? on_tls_connection : on_connection, transport,
      MHD_OPTION_ARRAY, extra, MHD_OPTION_ARRAY, listen, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

/** Listen on `listen`, or on `handed_fd` when it is not 0, and serve there. */
static bool open_port(HttpTransport *transport, const char *listen, int handed_fd, bool is_tls, HttpPort *ret_port,
                      GError **error) {
  int fd = handed_fd > 0 ? handed_fd : listener_open(listen, error);
  if (fd < 0)
    return false;
  listener_set_send_buffer(fd, transport->config.send_buffer_bytes);
  g_autofree char *address = listener_format_address(fd);
  bool has_front = transport->config.has_front && !is_tls;
  if (has_front)
    transport->front = http_front_new(transport, fd, thread_count(&transport->config), take_over, error);
  if (has_front && transport->front == NULL) {
    close(fd);
    return false;
  }
  struct MHD_Daemon *daemon = start_daemon(transport, has_front ? -1 : fd, is_tls);
  if (daemon == NULL) {
    g_set_error(error, HTTP_ERROR, HTTP_ERROR_TRANSPORT, "cannot start the HTTP server on %s: %s", address,
                g_strerror(errno));
    if (!has_front)
      close(fd);
    return false;
  }
  *ret_port = (HttpPort){.daemon = daemon, .address = g_steal_pointer(&address)};
  return true;
}

/** No new connections from now on. */
static void quiesce_port(HttpPort *port) {
  MHD_socket fd = port->daemon != NULL ? MHD_quiesce_daemon(port->daemon) : MHD_INVALID_SOCKET;
  if (fd != MHD_INVALID_SOCKET)
    close(fd);
}

static void close_port(HttpPort *port) {
  if (port->daemon != NULL)
    MHD_stop_daemon(port->daemon);
  g_clear_pointer(&port->address, g_free);
  port->daemon = NULL;
}

/** The caretaker's thread: what has to be looked after now and then. */
static gpointer take_care(gpointer data) {
  HttpTransport *transport = data;
  g_mutex_lock(&transport->caretaker_lock);
  while (!transport->is_caretaker_done) {
    g_cond_wait_until(&transport->caretaker_wake, &transport->caretaker_lock, g_get_monotonic_time() + TICK_US);
    g_mutex_unlock(&transport->caretaker_lock);
    http_shared_expire(transport->shared, g_get_monotonic_time());
    http_tls_refresh();
    http_guard_sweep(transport->guard, g_get_monotonic_time());
    if (transport->config.on_tick != NULL)
      transport->config.on_tick(transport->config.context);
    g_mutex_lock(&transport->caretaker_lock);
  }
  g_mutex_unlock(&transport->caretaker_lock);
  return NULL;
}

static void stop_caretaker(HttpTransport *transport) {
  g_mutex_lock(&transport->caretaker_lock);
  transport->is_caretaker_done = true;
  g_cond_signal(&transport->caretaker_wake);
  g_mutex_unlock(&transport->caretaker_lock);
  g_clear_pointer(&transport->caretaker, g_thread_join);
}

/** Everything is stopped or was never started. */
static void transport_free(HttpTransport *transport) {
  g_hash_table_unref(transport->handed);
  g_mutex_clear(&transport->handed_lock);
  http_streams_clear(transport);
  http_shared_cache_free(transport->shared);
  http_guard_free(transport->guard);
  http_slow_free(transport->slow);
  g_mutex_clear(&transport->caretaker_lock);
  g_cond_clear(&transport->caretaker_wake);
  http_tls_clear();
  g_free(transport->hsts);
  g_free(transport);
}

static void free_handed(gpointer connection) {
  http_connection_free(connection);
}

static HttpTransport *transport_new(const HttpTransportConfig *config) {
  HttpTransport *transport = g_new0(HttpTransport, 1);
  transport->config = *config;
  transport->shared = http_shared_cache_new(config->cache_bytes);
  HttpGuardConfig guard = {.connection_limit = config->connection_limit,
                           .address_limit = config->address_limit,
                           .head_timeout_us = config->head_timeout_us,
                           .min_rate_bps = config->min_rate_bps,
                           .proxies = config->proxies};
  transport->guard = http_guard_new(&guard);
  transport->slow = http_slow_new();
  g_mutex_init(&transport->handed_lock);
  transport->handed = g_hash_table_new_full(NULL, NULL, NULL, free_handed);
  if (config->hsts_s > 0)
    transport->hsts = g_strdup_printf("max-age=%" G_GINT64_FORMAT, config->hsts_s);
  http_streams_init(transport);
  g_mutex_init(&transport->caretaker_lock);
  g_cond_init(&transport->caretaker_wake);
  return transport;
}

static bool wants_tls(const HttpTransportConfig *config) {
  return config->tls_listen != NULL && config->tls_listen[0] != '\0';
}

HttpTransport *http_transport_start(const HttpTransportConfig *config, GError **error) {
  raise_file_limit(config->connection_limit);
  HttpTransport *transport = transport_new(config);
  bool is_open = (!wants_tls(config) || (http_tls_load(config->tls_certificate, config->tls_key, error) &&
                                         open_port(transport, config->tls_listen, config->handed_tls_fd, true,
                                                   &transport->tls, error))) &&
                 open_port(transport, config->listen, config->handed_fd, false, &transport->plain, error);
  transport->config.listen = transport->config.tls_listen = NULL; /* the caller's; the ports' addresses say more */
  transport->config.tls_certificate = transport->config.tls_key = NULL;
  if (is_open) {
    if (transport->front != NULL)
      http_front_run(transport->front);
    transport->caretaker = g_thread_new("caretaker", take_care, transport);
    return transport;
  }
  http_front_free(transport->front);
  close_port(&transport->tls);
  transport_free(transport);
  return NULL;
}

const char *http_transport_address(const HttpTransport *transport) {
  return transport->plain.address;
}

const char *http_transport_tls_address(const HttpTransport *transport) {
  return transport->tls.address;
}

int64_t http_transport_certificate_expires_s(void) {
  return http_tls_expires_s();
}

unsigned http_transport_connection_count(const HttpTransport *transport) {
  return atomic_load(&transport->connections);
}

char *http_completion_format_client(const HttpCompletion *completion) {
  if (completion->peer_address == NULL)
    return g_strdup("-");
  const char *forwarded_for = completion->find_header(completion->header_source, "X-Forwarded-For");
  return http_proxies_find_client(completion->proxies, completion->peer_address, forwarded_for);
}

void http_transport_get_guard_figures(const HttpTransport *transport, HttpGuardFigures *ret_figures) {
  http_guard_get_figures(transport->guard, ret_figures);
}

void http_transport_get_front_figures(const HttpTransport *transport, HttpFrontFigures *ret_figures) {
  http_front_get_figures(transport->front, ret_figures);
}

void http_transport_forget_answers(HttpTransport *transport) {
  http_shared_forget(transport->shared);
}

void http_transport_get_shared_figures(const HttpTransport *transport, HttpSharedFigures *ret_figures) {
  http_shared_get_figures(transport->shared, ret_figures);
}

void http_transport_quiesce(HttpTransport *transport) {
  if (atomic_exchange(&transport->is_stopping, true))
    return;
  if (transport->front != NULL)
    http_front_quiesce(transport->front);
  else
    quiesce_port(&transport->plain);
  quiesce_port(&transport->tls);
}

/** Until nothing has been under way for SETTLED_US: a request may have come that no thread has seen yet. */
static void wait_until_settled(HttpTransport *transport, int64_t grace_us) {
  int64_t now_us = g_get_monotonic_time(), streams_until_us = now_us + STREAM_GRACE_US;
  int64_t deadline_us = now_us + grace_us, busy_us = now_us;
  while (now_us < deadline_us && now_us - busy_us < SETTLED_US && atomic_load(&transport->connections) > 0) {
    g_usleep(5 * G_TIME_SPAN_MILLISECOND);
    now_us = g_get_monotonic_time();
    if (atomic_load(&transport->exchanges) > 0)
      busy_us = now_us;
    if (now_us > streams_until_us)
      http_streams_interrupt(transport);
  }
}

void http_transport_stop(HttpTransport *transport, int64_t grace_us) {
  if (transport == NULL)
    return;
  http_transport_quiesce(transport);
  wait_until_settled(transport, grace_us);
  http_slow_drain(transport->slow); /* the library stops with no connection suspended */
  http_streams_drain(transport);
  stop_caretaker(transport);
  http_front_free(transport->front); /* gives nothing to the library any more */
  close_port(&transport->plain);
  close_port(&transport->tls);
  transport_free(transport);
}
