/** Requests in the program's own log (access_log.h is for all of them): one event per request. */
#pragma once

#include "server/http/http_transport.h"

/** Level debug for successes of quiet routes (segments, playlists), info for the others, warning for 5xx. */
void server_log_completion(const HttpCompletion *completion);
