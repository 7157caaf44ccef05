/** What needs attention, and how the store is used: for those who run a part of the network. */
#pragma once

#include "server/http/http_router.h"

/** GET /api/v1/overview: counts within the reach of who asks; workers and disk for those who manage everything. */
void desk_handler_overview(gpointer context, const HttpRequest *request, HttpResponse *response);
/** GET /api/v1/storage: institutions within the reach of who asks, against their quotas; `q`, `limit`, `cursor`. */
void desk_handler_storage(gpointer context, const HttpRequest *request, HttpResponse *response);
