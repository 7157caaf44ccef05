/** GET /api/v1/assets/{asset}. */
#pragma once

#include "server/http/http_router.h"

void asset_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response);
