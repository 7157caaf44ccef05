#include "dlna/request_guard.h"

#include "base/log.h"
#include "dlna/soap_check.h"

#include <libsoup/soup.h>
#include <string.h>
#include <sys/socket.h>

#define GUARD_KEY "kapok-request-guard"
#define RECEIVED_KEY "kapok-received"

typedef struct {
  GUPnPContext *context; /**< borrowed; outlives the guard */
  int64_t window_us;     /**< monotonic: when it began */
  unsigned subscriptions;
} Guard;

/** No more is read of this connection; with a status no handler looks at the request. */
static void cut(SoupServerMessage *message, const char *why) {
  GSocket *socket = soup_server_message_get_socket(message);
  log_warning("dlna: a connection of %s is cut: %s", soup_server_message_get_remote_host(message), why);
  soup_server_message_set_status(message, SOUP_STATUS_FORBIDDEN, NULL);
  if (socket != NULL)
    shutdown(g_socket_get_fd(socket), SHUT_RDWR);
}

static bool is_neighbour(const Guard *guard, SoupServerMessage *message) {
  GSocketAddress *address = soup_server_message_get_remote_address(message);
  return G_IS_INET_SOCKET_ADDRESS(address) &&
         gssdp_client_can_reach(GSSDP_CLIENT(guard->context), G_INET_SOCKET_ADDRESS(address));
}

/** New ones; renewals bring their SID. */
static bool is_too_often(Guard *guard, SoupServerMessage *message) {
  if (strcmp(soup_server_message_get_method(message), "SUBSCRIBE") != 0 ||
      soup_message_headers_get_one(soup_server_message_get_request_headers(message), "SID") != NULL)
    return false;
  int64_t now_us = g_get_monotonic_time();
  if (now_us - guard->window_us > REQUEST_GUARD_WINDOW_US) {
    guard->window_us = now_us;
    guard->subscriptions = 0;
  }
  return ++guard->subscriptions > REQUEST_GUARD_SUBSCRIPTIONS_MAX;
}

static void on_head(SoupServerMessage *message, gpointer data) {
  Guard *guard = data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
  if (!is_neighbour(guard, message))
    cut(message, "it is of another network");
  else if (soup_message_headers_get_content_length(headers) > REQUEST_GUARD_BODY_MAX)
    cut(message, "its body is too long");
  else if (is_too_often(guard, message))
    cut(message, "too many subscriptions");
}

static void on_piece(SoupServerMessage *message, GBytes *piece, gpointer data) {
  (void)data;
  gsize received = GPOINTER_TO_SIZE(g_object_get_data(G_OBJECT(message), RECEIVED_KEY)) + g_bytes_get_size(piece);
  g_object_set_data(G_OBJECT(message), RECEIVED_KEY, GSIZE_TO_POINTER(received));
  if (received > REQUEST_GUARD_BODY_MAX)
    cut(message, "its body is too long");
}

/** The request is whole, and no handler has seen it. */
static void on_read(SoupServer *server, SoupServerMessage *message, gpointer data) {
  (void)server, (void)data;
  if (soup_server_message_get_status(message) != 0 || strcmp(soup_server_message_get_method(message), "POST") != 0)
    return;
  g_autoptr(GBytes) body = soup_message_body_flatten(soup_server_message_get_request_body(message));
  gsize size = 0;
  const char *text = g_bytes_get_data(body, &size);
  const char *action = soup_message_headers_get_one(soup_server_message_get_request_headers(message), "SOAPAction");
  if (!soap_check(text, size, action))
    soup_server_message_set_status(message, SOUP_STATUS_BAD_REQUEST, NULL);
}

static void on_request(SoupServer *server, SoupServerMessage *message, gpointer data) {
  (void)server;
  GSocket *socket = soup_server_message_get_socket(message);
  if (socket != NULL)
    g_socket_set_timeout(socket, REQUEST_GUARD_IDLE_S);
  g_signal_connect(message, "got-headers", G_CALLBACK(on_head), data);
  g_signal_connect(message, "got-chunk", G_CALLBACK(on_piece), data);
}

void request_guard_attach(GUPnPContext *context) {
  Guard *guard = g_new0(Guard, 1);
  guard->context = context;
  g_object_set_data_full(G_OBJECT(context), GUARD_KEY, guard, g_free);
  g_signal_connect(gupnp_context_get_server(context), "request-started", G_CALLBACK(on_request), guard);
  g_signal_connect(gupnp_context_get_server(context), "request-read", G_CALLBACK(on_read), guard);
}
