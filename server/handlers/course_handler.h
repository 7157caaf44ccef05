/** GET /api/v1/courses and /api/v1/courses/{course}. */
#pragma once

#include "base/json_writer.h"
#include "catalog/course.h"
#include "server/http/http_router.h"
#include "server/server_context.h"

void course_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response);
void course_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response);
/** POST /api/v1/courses/{course}/plays: somebody has begun to watch; see play_tally.h. */
void course_handler_play(gpointer context, const HttpRequest *request, HttpResponse *response);
void course_handler_suggest(gpointer context, const HttpRequest *request, HttpResponse *response);

/** Answer with a course as course_handler_get() does, to somebody who may see it; false with the problem set. */
bool course_handler_answer(gpointer context, const HttpRequest *request, HttpResponse *response, const char *id);

/** The members of a course, without its braces, its lessons and its attachments. */
void course_handler_write_members(JsonWriter *writer, const CatalogCourse *course);
/** The member "rights": what who asks may do with the course, of "upload", "edit" and "publish". */
void course_handler_write_rights(JsonWriter *writer, const ServerContext *server, const HttpRequest *request,
                                 const char *id);
