/** What clients cannot do, known by their User-Agent: one table. Only answers at addresses that leave the choice of the
 * view open (/media/{asset}/master.m3u8 without `view`) look at it. */
#pragma once

#include "server/http/http_request.h"

#include <glib.h>
#include <stdbool.h>

/** Whether the answer to `target` is another one for this client than for most: for HttpTransportConfig.is_set_apart. */
bool client_quirks_set_apart(const char *target, HttpHeaderFunc find_header, gconstpointer header_source);

/** Whether this client plays MPEG-TS alone. `user_agent` NULL: unknown, no. */
bool client_quirks_needs_ts(const char *user_agent);
