/** GET /api/v1/studio/courses: the courses that who asks works on, in every state. */
#pragma once

#include "server/http/http_router.h"

void studio_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response);
