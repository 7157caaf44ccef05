/** The HTTP server of Kapok: catalog and stored files in, pages, API and media out.
 * Threads: one thread makes and stops it. */
#pragma once

#include "base/settings.h"

#include <glib.h>

typedef struct Server Server;

/** Open the data folder of `settings` and serve. Returns a new server, to be ended with server_stop(), or NULL with
 * `error` set (of HTTP_ERROR, CATALOG_ERROR, BLOB_ERROR or G_FILE_ERROR). */
Server *server_start(const Settings *settings, GError **error);

/** The address really listened on, "127.0.0.1:43211". */
const char *server_address(const Server *server);

/** Stop listening, let answers under way go out for up to SERVER_STOP_GRACE_US, free. NULL is accepted. */
#define SERVER_STOP_GRACE_US (10 * G_TIME_SPAN_SECOND)
void server_stop(Server *server);
