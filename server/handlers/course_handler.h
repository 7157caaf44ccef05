/** GET /api/v1/courses and /api/v1/courses/{course}. */
#pragma once

#include "server/http/http_router.h"

void course_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response);
void course_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response);
/** POST /api/v1/courses/{course}/plays: somebody has begun to watch; see play_tally.h. */
void course_handler_play(gpointer context, const HttpRequest *request, HttpResponse *response);
void course_handler_suggest(gpointer context, const HttpRequest *request, HttpResponse *response);

/** Answer with a course as course_handler_get() does, to somebody who may see it; false with the problem set. */
bool course_handler_answer(gpointer context, const HttpRequest *request, HttpResponse *response, const char *id);
