/** The HTTP server of Kapok: catalog and stored files in, pages, API and media out.
 * Threads: one thread makes and stops it. */
#pragma once

#include "base/settings.h"

#include <glib.h>

typedef struct Server Server;

/** Open the data folder of `settings` and serve. `sockets` (HandedSocket; may be NULL): listening sockets to take, "http" (or
 * without a name) and "https", which become the server's; the others are opened. Returns a new server, to be ended with server_stop(), or NULL with
 * `error` set (of HTTP_ERROR, CATALOG_ERROR, BLOB_ERROR or G_FILE_ERROR). */
Server *server_start(const Settings *settings, const GArray *sockets, GError **error);

/** The address really listened on, "127.0.0.1:43211". */
const char *server_address(const Server *server);

/** Another server takes over: accept no connection any more, let go of the search index, and go on answering on the
 * connections that are open, each of which ends with its next answer. server_stop() follows. */
void server_leave(Server *server);
/** Connections that are open. */
unsigned server_connection_count(const Server *server);

/** Stop listening, let answers under way go out for up to SERVER_STOP_GRACE_US, free. NULL is accepted. */
#define SERVER_STOP_GRACE_US (10 * G_TIME_SPAN_SECOND)
void server_stop(Server *server);
