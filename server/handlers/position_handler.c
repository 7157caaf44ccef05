#include "server/handlers/position_handler.h"

#include "base/id.h"
#include "catalog/watch_position.h"
#include "server/access.h"
#include "server/handlers/person_json.h"

#define DURATION_MAX_S (INT64_C(100) * 3600)
#define AGE_MAX_S (INT64_C(366) * 24 * 3600)

static void write_position(JsonWriter *writer, const WatchPosition *position, int64_t now_us) {
  g_autofree char *poster =
      position->has_poster ? g_strdup_printf("/media/%s/poster.jpg", position->asset_id) : NULL;
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "lesson", position->lesson_id);
  json_writer_member_string(writer, "lesson_title", position->lesson_title);
  json_writer_member_string(writer, "course", position->course_id);
  json_writer_member_string(writer, "course_title", position->course_title);
  json_writer_member_int(writer, "lesson_count", position->lesson_count);
  json_writer_member_string(writer, "asset", position->asset_id);
  json_writer_member_string(writer, "poster", poster);
  json_writer_member_int(writer, "position", position->position_us / G_USEC_PER_SEC);
  json_writer_member_int(writer, "duration", position->duration_us / G_USEC_PER_SEC);
  json_writer_member_int(writer, "age", MAX(0, now_us - position->saved_us) / G_USEC_PER_SEC);
  json_writer_end_object(writer);
}

void position_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(GArray) positions = NULL;
  g_autoptr(GError) error = NULL;
  if (!catalog_list_watch_positions(server->catalog, access_person_id(request), access_viewer(request), &positions,
                                    &error)) {
    handler_set_error(response, request, error);
    return;
  }
  JsonWriter writer;
  GString *text = handler_begin_items(&writer);
  int64_t now_us = g_get_real_time();
  for (guint i = 0; i < positions->len; i++)
    write_position(&writer, &g_array_index(positions, WatchPosition, i), now_us);
  json_writer_end_array(&writer);
  json_writer_end_object(&writer);
  person_take_private(response, text);
}

static bool is_between(int64_t number, int64_t max) {
  return number >= 0 && number <= max;
}

void position_handler_save(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *lesson = http_request_route_param(request, "lesson");
  g_autoptr(BodyFields) body = person_load_body(request, response, false);
  g_autoptr(GError) error = NULL;
  if (body == NULL)
    return;
  int64_t position_s = body_fields_get_int(body, "position", -1);
  int64_t duration_s = body_fields_get_int(body, "duration", -1), age_s = body_fields_get_int(body, "age", 0);
  if (!is_between(duration_s, DURATION_MAX_S) || !is_between(position_s, duration_s) ||
      !is_between(age_s, AGE_MAX_S)) {
    person_refuse_field(response, request, "position、duration 或 age 不对：要整秒，position 不超过 duration。",
                        "position, duration or age is wrong: whole seconds, and no position after the end.");
    return;
  }
  if (!id_is_valid(lesson)) {
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return;
  }
  int64_t saved_us = g_get_real_time() - age_s * G_USEC_PER_SEC;
  if (catalog_save_watch_position(server->catalog, access_person_id(request), access_viewer(request), lesson,
                                  position_s * G_USEC_PER_SEC, duration_s * G_USEC_PER_SEC, saved_us, &error))
    response->status = 204;
  else
    handler_set_error(response, request, error);
}

void position_handler_forget(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *lesson = http_request_route_param(request, "lesson");
  g_autoptr(GError) error = NULL;
  if (catalog_forget_watch_position(server->catalog, access_person_id(request), lesson, &error))
    response->status = 204;
  else
    handler_set_error(response, request, error);
}
