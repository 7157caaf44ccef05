/** What clients cannot do, known by their User-Agent: one table. Only answers at addresses that leave the choice
 * open look at it: /media/{asset}/master.m3u8 without `view`, and a channel's multivariant playlist. */
#pragma once

#include "server/http/http_request.h"

#include <glib.h>
#include <stdbool.h>

/** Whether the answer to `target` is another one for this client than for most: for HttpTransportConfig.is_set_apart. */
bool client_quirks_set_apart(const char *target, HttpHeaderFunc find_header, gconstpointer header_source);

/** Whether this client begins a live playlist three segments before its end, and heeds neither the target duration nor
 * EXT-X-START. `user_agent` NULL: unknown, no. */
bool client_quirks_counts_segments(const char *user_agent);

/** Whether this client plays MPEG-TS alone. `user_agent` NULL: unknown, no. */
bool client_quirks_needs_ts(const char *user_agent);
