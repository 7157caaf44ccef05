/** GET /api/v1/courses and /api/v1/courses/{course}. */
#pragma once

#include "server/http/http_router.h"

void course_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response);
void course_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response);
void course_handler_suggest(gpointer context, const HttpRequest *request, HttpResponse *response);
