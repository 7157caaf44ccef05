#include "server/handlers/review_handler.h"

#include "catalog/review.h"
#include "server/access.h"
#include "server/handlers/course_handler.h"
#include "server/handlers/edit.h"
#include "server/handlers/person_json.h"

#include <string.h>

void review_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(GArray) reviews = NULL;
  g_autoptr(GError) error = NULL;
  if (!catalog_list_reviews(server->catalog, http_request_route_param(request, "record"), &reviews, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  JsonWriter writer;
  GString *text = handler_begin_items(&writer);
  for (guint i = 0; i < reviews->len; i++) {
    const CourseReview *review = &g_array_index(reviews, CourseReview, i);
    json_writer_begin_object(&writer);
    handler_write_time(&writer, "at", review->at_us);
    json_writer_member_string(&writer, "actor", review->actor);
    json_writer_member_string(&writer, "decision", review->is_approved ? "approve" : "return");
    json_writer_member_string(&writer, "remark", review->remark);
    json_writer_end_object(&writer);
  }
  json_writer_end_array(&writer);
  json_writer_end_object(&writer);
  person_take_private(response, text);
}

/** The version that the request wants the course to have; false with the problem set. */
static bool load_version(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                         const char *id, int64_t *ret_version) {
  g_autoptr(CatalogRecord) current = NULL;
  g_autoptr(GError) error = NULL;
  if (catalog_load_record(server->catalog, RECORD_COURSE, id, &current, &error))
    return edit_load_version(request, response, current->row_version, ret_version);
  handler_set_error(response, request, error);
  return false;
}

void review_handler_decide(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *id = http_request_route_param(request, "record");
  g_autoptr(BodyFields) body = person_load_body(request, response, false);
  g_autoptr(GError) error = NULL;
  int64_t version = 0;
  if (body == NULL || !load_version(server, request, response, id, &version))
    return;
  const char *decision = body_fields_find(body, "decision");
  bool is_approved = g_strcmp0(decision, "approve") == 0;
  if (!is_approved && g_strcmp0(decision, "return") != 0) {
    person_refuse_field(response, request, "decision：只能是 approve 或 return。", "decision: approve or return.");
    return;
  }
  if (catalog_decide_review(server->catalog, access_actor(request), id, version, is_approved,
                            body_fields_find(body, "remark"), &error))
    course_handler_answer(context, request, response, id);
  else if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_STALE))
    edit_set_error(response, request, error, NULL);
  else
    person_set_error(response, request, error);
}
