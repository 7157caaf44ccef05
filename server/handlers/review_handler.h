/** Reviews of courses that were handed in. */
#pragma once

#include "server/http/http_router.h"

/** GET /api/v1/courses/{record}/reviews: what reviewers said, newest first; for those who work on the course. */
void review_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response);
/** POST /api/v1/courses/{record}/reviews, with If-Match: publishes the course, or gives it back with a remark. */
void review_handler_decide(gpointer context, const HttpRequest *request, HttpResponse *response);
