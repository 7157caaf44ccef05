/** From HttpResponse to what the library sends. Internal to server/http/. */
#pragma once

#include "server/http/http_response.h"

#include <microhttpd.h>

/** A library response with the headers and the body of `response`, which holds no body afterwards. NULL without memory. */
struct MHD_Response *http_reply_make(HttpResponse *response);

/** The same for 304 (RFC 9110 §15.4.5): headers but those of the body, no body; `response` stays as it is. */
struct MHD_Response *http_reply_make_not_modified(const HttpResponse *response);

/** What follows the status line: the headers with Content-Length, and the empty line. `is_not_modified`: those of a 304, with no
 * body. */
GBytes *http_reply_write_head(const HttpResponse *response, bool is_not_modified);

/** Headers of every answer of `route` (NULL: none matched). */
void http_reply_add_headers(HttpResponse *response, const HttpRoute *route);
