#include "base/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

G_DEFINE_QUARK(kapok - listener - error - quark, listener_error)

/** Connections that wait to be accepted: a village's evening begins with many at once. */
#define LISTEN_BACKLOG 4096

bool listener_split(const char *address, char **ret_host, char **ret_port, GError **error) {
  const char *colon = strrchr(address, ':');
  const char *close = address[0] == '[' ? strchr(address, ']') : NULL;
  bool is_valid = colon != NULL && colon[1] != '\0' && strspn(colon + 1, "0123456789") == strlen(colon + 1) &&
                  strlen(colon + 1) <= 5 && g_ascii_strtoull(colon + 1, NULL, 10) <= 65535;
  if (address[0] == '[')
    is_valid = is_valid && close != NULL && close + 1 == colon;
  else
    is_valid = is_valid && strchr(address, ':') == colon;
  if (!is_valid) {
    g_set_error(error, LISTENER_ERROR, LISTENER_ERROR_ADDRESS,
                "“%s” is no address to listen on: HOST:PORT is wanted", address);
    return false;
  }
  *ret_host = close != NULL ? g_strndup(address + 1, (gsize)(close - address - 1))
                            : g_strndup(address, (gsize)(colon - address));
  *ret_port = g_strdup(colon + 1);
  return true;
}

static bool set_option(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

/** A listening socket on one address, or -1 with errno set. */
static int open_socket(const struct addrinfo *info, bool is_dual_stack) {
  int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, info->ai_protocol);
  if (fd < 0)
    return -1;
  if (set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1) && set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1) &&
      (info->ai_family != AF_INET6 || set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, !is_dual_stack)) &&
      bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, LISTEN_BACKLOG) == 0)
    return fd;
  int saved = errno;
  close(fd);
  errno = saved;
  return -1;
}

/** Listen on the first address of `family` (AF_UNSPEC: any) that works; -1 with errno set. */
static int open_first(const struct addrinfo *infos, int family, bool is_dual_stack) {
  errno = EAFNOSUPPORT;
  for (const struct addrinfo *info = infos; info != NULL; info = info->ai_next) {
    if (family != AF_UNSPEC && info->ai_family != family)
      continue;
    int fd = open_socket(info, is_dual_stack);
    if (fd >= 0 || errno == EADDRINUSE)
      return fd;
  }
  return -1;
}

/** Every address of this machine: one socket for IPv6 and IPv4, or IPv4 alone where there is no IPv6. */
static int open_any(const struct addrinfo *infos) {
  int fd = open_first(infos, AF_INET6, true);
  return fd >= 0 || errno == EADDRINUSE ? fd : open_first(infos, AF_INET, false);
}

void listener_set_send_buffer(int fd, unsigned bytes) {
  if (bytes > 0)
    set_option(fd, SOL_SOCKET, SO_SNDBUF, (int)bytes);
}

int listener_open(const char *address, GError **error) {
  g_autofree char *host = NULL;
  g_autofree char *port = NULL;
  if (!listener_split(address, &host, &port, error))
    return -1;
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
  struct addrinfo *infos = NULL;
  int status = getaddrinfo(host[0] != '\0' ? host : NULL, port, &hints, &infos);
  if (status != 0) {
    g_set_error(error, LISTENER_ERROR, LISTENER_ERROR_ADDRESS, "cannot listen on %s: %s", address,
                gai_strerror(status));
    return -1;
  }
  int fd = host[0] == '\0' ? open_any(infos) : open_first(infos, AF_UNSPEC, false);
  int saved = errno;
  freeaddrinfo(infos);
  if (fd < 0)
    g_set_error(error, LISTENER_ERROR, saved == EADDRINUSE ? LISTENER_ERROR_IN_USE : LISTENER_ERROR_SYSTEM,
                "cannot listen on %s: %s", address,
                saved == EADDRINUSE ? "another program uses this port" : g_strerror(saved));
  return fd;
}

char *listener_format_host(const struct sockaddr *address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address->sa_family == AF_INET)
    inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, text, sizeof text);
  else if (address->sa_family == AF_INET6)
    inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, text, sizeof text);
  return g_strdup(g_str_has_prefix(text, "::ffff:") ? text + 7 : text);
}

char *listener_format_address(int fd) {
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } address = {0};
  socklen_t size = sizeof address;
  if (getsockname(fd, &address.any, &size) != 0)
    return g_strdup("");
  g_autofree char *host = listener_format_host(&address.any);
  if (address.any.sa_family == AF_INET6)
    return g_strdup_printf("[%s]:%d", host, ntohs(address.v6.sin6_port));
  return g_strdup_printf("%s:%d", host, ntohs(address.v4.sin_port));
}
