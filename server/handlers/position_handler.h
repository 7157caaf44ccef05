/** Where the person who asks left off: what another device of theirs goes on with. */
#pragma once

#include "server/http/http_router.h"

/** GET /api/v1/me/positions. */
void position_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response);
/** PUT /api/v1/me/positions/{lesson}: seconds of the lesson and how long ago that was, so that the clock of a device does
 * not matter. 422 for what is no such moment. */
void position_handler_save(gpointer context, const HttpRequest *request, HttpResponse *response);
/** DELETE /api/v1/me/positions/{lesson}. */
void position_handler_forget(gpointer context, const HttpRequest *request, HttpResponse *response);
