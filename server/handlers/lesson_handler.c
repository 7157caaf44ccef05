#include "server/handlers/lesson_handler.h"

#include "base/id.h"
#include "catalog/lesson_json.h"
#include "catalog/place.h"
#include "server/access.h"
#include "server/handlers/course_handler.h"
#include "server/handlers/edit.h"

static bool load_version(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                         const char *id, int64_t *ret_version) {
  g_autoptr(CatalogRecord) course = NULL;
  g_autoptr(GError) error = NULL;
  if (catalog_load_record(server->catalog, RECORD_COURSE, id, &course, &error))
    return edit_load_version(request, response, course->row_version, ret_version);
  handler_set_error(response, request, error);
  return false;
}

/** Media that come into the course bring rights over them along, and are shown to whoever sees the course. So they are taken
 * from where who asks may edit, or from no course at all, as after a removal. */
static bool check_origin(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                         const char *asset_id) {
  g_auto(Place) place = {0};
  g_autoptr(GError) error = NULL;
  if (asset_id == NULL)
    return true;
  if (catalog_load_place(server->catalog, "asset", asset_id, &place, &error))
    return access_require(request, response, RIGHT_EDIT, &place);
  if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND))
    return true;
  handler_set_error(response, request, error);
  return false;
}

static bool check_origins(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                          const LessonOrderList *list) {
  for (size_t i = 0; i < list->count; i++) {
    const LessonOrder *lesson = &list->lessons[i];
    if (!check_origin(server, request, response, lesson->id == NULL ? lesson->asset_id : NULL) ||
        !check_origin(server, request, response, lesson->sign_asset_id))
      return false;
  }
  return true;
}

void lesson_handler_order(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *id = http_request_route_param(request, "record"), *text = NULL;
  size_t size = 0;
  int64_t version = 0;
  RecordFault fault = {0};
  g_autoptr(GError) error = NULL;
  g_autoptr(LessonOrderList) lessons = NULL;
  if (!id_is_valid(id)) {
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return;
  }
  if (!edit_load_body(request, response, &text, &size) || !load_version(server, request, response, id, &version))
    return;
  lessons = lesson_json_parse(text, size, &fault, &error);
  if (lessons != NULL && !check_origins(server, request, response, lessons))
    return;
  if (lessons == NULL || !catalog_order_lessons(server->catalog, access_actor(request), id, version,
                                                lessons->lessons, lessons->count, &fault, &error)) {
    edit_set_error(response, request, error, &fault);
    return;
  }
  if (course_handler_answer(context, request, response, id))
    http_response_set_header(response, "ETag", response->etag);
}
