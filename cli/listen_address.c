#include "cli/listen_address.h"

#include "cli/texts.h"

#include <errno.h>
#include <gio/gio.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT_TEXT_BYTES 8
#define ANSWER_TIMEOUT_MS 250

void listen_address_clear(ListenAddress *address) {
  g_clear_pointer(&address->host, g_free);
}

bool listen_address_parse(const char *text, ListenAddress *ret_address, GError **error) {
  const char *colon = strrchr(text, ':');
  guint64 port = 0;
  if (!colon || !g_ascii_string_to_unsigned(colon + 1, 10, 0, G_MAXUINT16, &port, NULL)) {
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                text_pick("“%s”不是 HOST:PORT", "\"%s\" is not HOST:PORT"), text);
    return false;
  }
  size_t length = (size_t)(colon - text);
  bool is_bracketed = length >= 2 && text[0] == '[' && colon[-1] == ']';
  ret_address->host = is_bracketed ? g_strndup(text + 1, length - 2) : g_strndup(text, length);
  ret_address->port = (uint16_t)port;
  return true;
}

static struct addrinfo *resolve(const ListenAddress *address, int flags, int *ret_code) {
  char port[PORT_TEXT_BYTES];
  snprintf(port, sizeof port, "%u", address->port);
  const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags};
  struct addrinfo *list = NULL;
  *ret_code = getaddrinfo(*address->host ? address->host : NULL, port, &hints, &list);
  return *ret_code == 0 ? list : NULL;
}

/** Returns 0, or errno. */
static int try_bind(const struct addrinfo *info) {
  int descriptor = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC, info->ai_protocol);
  if (descriptor < 0)
    return errno;
  const int on = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (info->ai_family == AF_INET6)
    setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  bool is_bound = bind(descriptor, info->ai_addr, info->ai_addrlen) == 0 && listen(descriptor, 1) == 0;
  int code = is_bound ? 0 : errno;
  close(descriptor);
  return code;
}

bool listen_address_probe(const ListenAddress *address, GError **error) {
  int code = 0;
  struct addrinfo *list = resolve(address, AI_PASSIVE | AI_NUMERICSERV, &code);
  if (!list) {
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, text_pick("监听地址“%s”：%s", "listen address \"%s\": %s"),
                address->host, gai_strerror(code));
    return false;
  }
  int problem = EADDRNOTAVAIL;
  for (const struct addrinfo *info = list; info && problem != 0 && problem != EADDRINUSE; info = info->ai_next)
    problem = try_bind(info);
  freeaddrinfo(list);
  if (problem == 0)
    return true;
  g_set_error(error, G_IO_ERROR, g_io_error_from_errno(problem),
              problem == EADDRINUSE ? text_pick("端口 %u 已被占用（%s）", "port %u is in use (%s)")
                                    : text_pick("无法监听端口 %u：%s", "cannot listen on port %u: %s"),
              address->port, g_strerror(problem));
  return false;
}

static bool try_connect(const struct addrinfo *info) {
  int descriptor = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, info->ai_protocol);
  if (descriptor < 0)
    return false;
  bool is_connected = connect(descriptor, info->ai_addr, info->ai_addrlen) == 0;
  if (!is_connected && errno == EINPROGRESS) {
    struct pollfd waiting = {.fd = descriptor, .events = POLLOUT};
    int code = -1;
    socklen_t length = sizeof code;
    is_connected = poll(&waiting, 1, ANSWER_TIMEOUT_MS) == 1 &&
                   getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 && code == 0;
  }
  close(descriptor);
  return is_connected;
}

bool listen_address_answers(const ListenAddress *address) {
  int code = 0;
  struct addrinfo *list = resolve(address, AI_NUMERICSERV, &code);
  bool does_answer = false;
  for (const struct addrinfo *info = list; info && !does_answer; info = info->ai_next)
    does_answer = try_connect(info);
  if (list)
    freeaddrinfo(list);
  return does_answer;
}

char *listen_address_url(const ListenAddress *address) {
  const char *host = address->host;
  if (!*host || strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0)
    host = "localhost";
  return g_strdup_printf(strchr(host, ':') ? "http://[%s]:%u/" : "http://%s:%u/", host, address->port);
}
