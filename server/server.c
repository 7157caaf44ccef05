#include "server/server.h"

#include "base/handed_sockets.h"
#include "base/log.h"
#include "base/path.h"
#include "catalog/version.h"
#include "server/handlers/client_quirks.h"
#include "server/handlers/import_handler.h"
#include "server/handlers/upload_handler.h"
#include "server/http/http_error.h"
#include "server/http/http_transport.h"
#include "server/server_context.h"
#include "server/server_log.h"
#include "server/server_routes.h"

struct Server {
  ServerContext context;
  HttpProxies *proxies;
  HttpTransport *transport;
};

static void on_complete(gpointer user_data, const HttpCompletion *completion) {
  const ServerContext *context = user_data;
  server_metrics_count(context->metrics, completion);
  server_log_completion(completion);
  access_log_add(context->access_log, completion);
  security_log_completion(context->security_log, completion);
}

static uint64_t content_version(gpointer user_data) {
  const ServerContext *context = user_data;
  return catalog_version(context->catalog);
}

static void on_tick(gpointer user_data) {
  const ServerContext *context = user_data;
  int64_t now_us = g_get_monotonic_time();
  HttpTransport *transport = g_atomic_pointer_get(&context->transport);
  if (open_files_expire(context->files, now_us) > 0 && transport != NULL)
    http_transport_forget_answers(transport);
  access_tend(context->access);
  access_log_flush(context->access_log);
  security_log_tick(context->security_log, now_us);
}

static bool unseal(gpointer user_data, const char *target, size_t length, size_t *ret_begin, size_t *ret_end) {
  const ServerContext *context = user_data;
  return access_unseal(context->access, target, length, ret_begin, ret_end);
}

static bool authorize(gpointer user_data, HttpRequest *request, HttpResponse *response) {
  const ServerContext *context = user_data;
  return access_check(context->access, request, response);
}

static bool check_stream(gpointer user_data, const HttpRequest *request, HttpResponse *response) {
  bool is_import = request->match->route->handler == import_handler_create;
  return is_import ? import_handler_check(user_data, request, response)
                   : upload_handler_check(user_data, request, response);
}

/** The folder of the pages: the setting, or beside the program. */
static char *find_web_dir(const Settings *settings) {
  if (settings->web_dir != NULL && settings->web_dir[0] != '\0')
    return g_strdup(settings->web_dir);
  g_autofree char *program_dir = path_program_dir();
  g_autofree char *relative = g_build_filename(program_dir, "..", "share", "kapok", "web", NULL);
  return g_canonicalize_filename(relative, NULL);
}

/** True when there is none to be opened. */
static bool open_access_log(Server *server, const Settings *settings, GError **error) {
  if (settings->access_log[0] == '\0')
    return true;
  server->context.access_log =
      access_log_open(settings->access_log, (AccessLogFormat)settings->access_log_format,
                      settings->access_log_bytes, (unsigned)settings->access_log_keep, error);
  return server->context.access_log != NULL;
}

static bool open_data(Server *server, const Settings *settings, GError **error) {
  if (!path_make_dirs(settings->data_dir, error))
    return false;
  server->context.store = blob_store_open_files(settings->data_dir, error);
  if (server->context.store == NULL)
    return false;
  g_autofree char *catalog_path = g_build_filename(settings->data_dir, "catalog.sqlite3", NULL);
  server->context.files = open_files_new(server->context.store);
  server->context.views = byte_cache_new(settings->view_cache_bytes);
  server->context.catalog = catalog_open(catalog_path, error);
  if (server->context.catalog == NULL)
    return false;
  server->context.channels = channel_book_new(server->context.catalog);
  server->context.air = channel_air_new(server->context.catalog, server->context.store);
  return true;
}

/** A listening socket of that name among those that were handed to us; 0: none. */
static int find_socket(const GArray *sockets, const char *name) {
  int fd = sockets != NULL ? handed_sockets_find(sockets, name) : -1;
  return fd >= 0 ? fd : 0;
}

static bool start(Server *server, const Settings *settings, const GArray *sockets, GError **error) {
  size_t count = 0;
  const HttpRoute *routes = server_routes(&count);
  g_autofree char *web_dir = find_web_dir(settings);
  server->context.web = web_files_new(web_dir);
  server->context.shelf = page_shelf_new(server->context.web);
  server->context.metrics = server_metrics_new(routes, count);
  server->context.queue_metrics = queue_metrics_new();
  server->context.uploads = upload_desk_new(settings);
  server->context.security_log = security_log_new();
  server->context.device_polls = poll_pace_new();
  if (!open_access_log(server, settings, error) || !oidc_provider_open(settings, &server->context.oidc, error))
    return false;
  server->proxies = http_proxies_parse("trusted-proxies", settings->trusted_proxies, error);
  if (server->proxies == NULL || !access_rules_check(routes, count, error) || !open_data(server, settings, error))
    return false;
  server->context.access = access_new(server->context.catalog, settings, error);
  if (server->context.access == NULL)
    return false;
  server->context.plays = play_tally_new(server->context.catalog);
  server->context.imports = import_desk_new(server->context.catalog, settings->data_dir);
  g_autofree char *index_folder = g_build_filename(settings->data_dir, "search", NULL);
  int plain_fd = find_socket(sockets, "http");
  HttpTransportConfig config = {
      .routes = routes,
      .route_count = count,
      .context = &server->context,
      .on_complete = on_complete,
      .authorize = authorize,
      .forget = access_forget,
      .check_stream = check_stream,
      .stream_limit = (unsigned)settings->upload_limit,
      .unseal = unseal,
      .listen = settings->listen,
      .handed_fd = plain_fd != 0 ? plain_fd : find_socket(sockets, ""),
      .handed_tls_fd = find_socket(sockets, "https"),
      .tls_listen = settings->tls_listen,
      .tls_certificate = settings->tls_certificate,
      .tls_key = settings->tls_key,
      .hsts_s = settings->hsts_us / G_TIME_SPAN_SECOND,
      .redirects_plain = settings->plain_http == PLAIN_HTTP_REDIRECT,
      .has_front = settings->http_front,
      .threads = (unsigned)settings->http_threads,
      .connection_limit = (unsigned)settings->connection_limit,
      .idle_timeout_s = (unsigned)((settings->idle_timeout_us + G_TIME_SPAN_SECOND - 1) / G_TIME_SPAN_SECOND),
      .send_buffer_bytes = (unsigned)settings->send_buffer_bytes,
      .request_head_bytes = (size_t)settings->request_head_bytes,
      .address_limit = (unsigned)settings->address_limit,
      .head_timeout_us = settings->head_timeout_us,
      .min_rate_bps = settings->min_rate_bps,
      .proxies = server->proxies,
      .cache_bytes = settings->cache_bytes,
      .content_version = content_version,
      .is_set_apart = client_quirks_set_apart,
      .on_tick = on_tick,
  };
  server->context.index =
      index_slot_open(server->context.catalog, server->context.store, index_folder, settings->search_memory_bytes);
  server->transport = http_transport_start(&config, error);
  g_atomic_pointer_set(&server->context.transport, server->transport); /* its threads run already */
  return server->transport != NULL;
}

Server *server_start(const Settings *settings, const GArray *sockets, GError **error) {
  Server *server = g_new0(Server, 1);
  if (start(server, settings, sockets, error))
    return server;
  server_stop(server);
  return NULL;
}

const char *server_address(const Server *server) {
  return http_transport_address(server->transport);
}

void server_leave(Server *server) {
  http_transport_quiesce(server->transport);
  index_slot_let_go(server->context.index);
  import_desk_let_go(server->context.imports);
}

unsigned server_connection_count(const Server *server) {
  return http_transport_connection_count(server->transport);
}

void server_stop(Server *server) {
  if (server == NULL)
    return;
  import_desk_let_go(server->context.imports);
  http_transport_stop(server->transport, SERVER_STOP_GRACE_US);
  import_desk_free(server->context.imports);
  index_slot_free(server->context.index);
  http_proxies_free(server->proxies);
  access_free(server->context.access);
  play_tally_free(server->context.plays);
  channel_book_free(server->context.channels);
  channel_air_free(server->context.air);
  catalog_close(server->context.catalog);
  open_files_free(server->context.files);
  byte_cache_free(server->context.views);
  blob_store_free(server->context.store);
  page_shelf_free(server->context.shelf);
  web_files_free(server->context.web);
  server_metrics_free(server->context.metrics);
  access_log_close(server->context.access_log);
  security_log_free(server->context.security_log);
  poll_pace_free(server->context.device_polls);
  oidc_provider_free(server->context.oidc);
  queue_metrics_free(server->context.queue_metrics);
  upload_desk_free(server->context.uploads);
  g_free(server);
}
