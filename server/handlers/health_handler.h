/** GET /healthz: 200 when catalog and store can be used, 503 when not. */
#pragma once

#include "server/http/http_router.h"

void health_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response);
