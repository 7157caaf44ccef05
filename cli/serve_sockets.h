/** The listening sockets of `kapok serve`: it holds them open while servers come and go, so that no connection is refused.
 * Those that systemd hands over (socket activation) go before the settings.
 * Threads: one. */
#pragma once

#include "base/settings.h"

#include <glib.h>

typedef struct ServeSockets ServeSockets;

/** Take what systemd handed to this process, and open what `settings` name beside. NULL with `error`, in the language of
 * the user. */
ServeSockets *serve_sockets_open(const Settings *settings, GError **error);
/** The same sockets for other settings: what stays the same is shared, what is new is opened. `sockets` stays as it is. */
ServeSockets *serve_sockets_renew(const ServeSockets *sockets, const Settings *settings, GError **error);
/** Close. NULL is accepted. */
void serve_sockets_free(ServeSockets *sockets);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ServeSockets, serve_sockets_free)

/** HandedSocket for the server; borrowed. */
const GArray *serve_sockets_list(const ServeSockets *sockets);
/** The address of HTTP without TLS as it really is; caller frees. */
char *serve_sockets_address(const ServeSockets *sockets);
