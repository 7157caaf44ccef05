#include "cli/serve_sockets.h"

#include "base/handed_sockets.h"
#include "base/listener.h"
#include "cli/listen_address.h"
#include "cli/texts.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define HTTP "http"
#define HTTPS "https"

struct ServeSockets {
  GArray *list;              /**< HandedSocket, owned */
  GHashTable *addresses;     /**< char *name -> char *: what the settings said; of systemd's there is none */
  bool is_http_from_systemd; /**< these are systemd's, whatever the settings say */
  bool is_https_from_systemd;
};

static ServeSockets *sockets_new(void) {
  ServeSockets *sockets = g_new0(ServeSockets, 1);
  sockets->list = handed_sockets_new();
  sockets->addresses = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
  return sockets;
}

void serve_sockets_free(ServeSockets *sockets) {
  if (!sockets)
    return;
  for (guint i = 0; i < sockets->list->len; i++)
    close(g_array_index(sockets->list, HandedSocket, i).fd);
  g_array_unref(sockets->list);
  g_hash_table_unref(sockets->addresses);
  g_free(sockets);
}

static int open_address(const char *address, GError **error) {
  g_auto(ListenAddress) parsed = {0};
  if (!listen_address_parse(address, &parsed, error) || !listen_address_probe(&parsed, error))
    return -1;
  return listener_open(address, error);
}

/** A socket of that name for `address`: the one of `old`, or a new one. An empty address needs none. */
static bool add_socket(ServeSockets *sockets, const ServeSockets *old, const char *name, const char *address,
                       GError **error) {
  if (!address || !*address)
    return true;
  const char *old_address = old ? g_hash_table_lookup(old->addresses, name) : NULL;
  bool is_same = old_address && strcmp(old_address, address) == 0;
  int fd = is_same ? fcntl(handed_sockets_find(old->list, name), F_DUPFD_CLOEXEC, 0) : open_address(address, error);
  if (fd < 0) {
    if (is_same)
      g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_MFILE,
                  text_pick("打开的文件太多：%s", "too many open files: %s"), address);
    return false;
  }
  handed_sockets_add(sockets->list, name, fd);
  g_hash_table_replace(sockets->addresses, (gpointer)name, g_strdup(address));
  return true;
}

/** What systemd gave: by name, or without one the first for HTTP. */
static void take_from_systemd(ServeSockets *sockets) {
  g_autoptr(GArray) handed = handed_sockets_take();
  for (guint i = 0; i < handed->len; i++) {
    const HandedSocket *socket = &g_array_index(handed, HandedSocket, i);
    bool is_https = strcmp(socket->name, HTTPS) == 0;
    bool *is_there = is_https ? &sockets->is_https_from_systemd : &sockets->is_http_from_systemd;
    if (*is_there) {
      close(socket->fd);
      continue;
    }
    handed_sockets_add(sockets->list, is_https ? HTTPS : HTTP, socket->fd);
    *is_there = true;
  }
}

static bool add_settings(ServeSockets *sockets, const ServeSockets *old, const Settings *settings, GError **error) {
  return (sockets->is_http_from_systemd || add_socket(sockets, old, HTTP, settings->listen, error)) &&
         (sockets->is_https_from_systemd || add_socket(sockets, old, HTTPS, settings->tls_listen, error));
}

ServeSockets *serve_sockets_open(const Settings *settings, GError **error) {
  g_autoptr(ServeSockets) sockets = sockets_new();
  take_from_systemd(sockets);
  return add_settings(sockets, NULL, settings, error) ? g_steal_pointer(&sockets) : NULL;
}

ServeSockets *serve_sockets_renew(const ServeSockets *old, const Settings *settings, GError **error) {
  g_autoptr(ServeSockets) sockets = sockets_new();
  sockets->is_http_from_systemd = old->is_http_from_systemd;
  sockets->is_https_from_systemd = old->is_https_from_systemd;
  if (old->is_http_from_systemd)
    handed_sockets_add(sockets->list, HTTP, fcntl(handed_sockets_find(old->list, HTTP), F_DUPFD_CLOEXEC, 0));
  if (old->is_https_from_systemd)
    handed_sockets_add(sockets->list, HTTPS, fcntl(handed_sockets_find(old->list, HTTPS), F_DUPFD_CLOEXEC, 0));
  return add_settings(sockets, old, settings, error) ? g_steal_pointer(&sockets) : NULL;
}

const GArray *serve_sockets_list(const ServeSockets *sockets) {
  return sockets->list;
}

char *serve_sockets_address(const ServeSockets *sockets) {
  return listener_format_address(handed_sockets_find(sockets->list, HTTP));
}
