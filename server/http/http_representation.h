/** The representation that a handler chose, cut to what the request wants of it (RFC 9110 §13 and §14). */
#pragma once

#include "server/http/http_request.h"
#include "server/http/http_response.h"

/** Apply what the request asks of a 200 answer to GET or HEAD: preconditions (304, 412), then ranges (206, 416);
 * and set ETag, Last-Modified and Accept-Ranges. Other answers are left as they are. */
void http_representation_finish(HttpResponse *response, const HttpRequest *request);
