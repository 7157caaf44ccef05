/** GET /metrics for Prometheus. */
#pragma once

#include "server/http/http_router.h"

void metrics_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response);
