/** /api/v1/courses/{record}/lessons: the order of the lessons of a course. */
#pragma once

#include "server/http/http_router.h"

void lesson_handler_order(gpointer context, const HttpRequest *request, HttpResponse *response);
