#include "server/handlers/job_handler.h"

#include "base/log.h"
#include "catalog/audit.h"
#include "catalog/control.h"
#include "catalog/failure.h"
#include "catalog/work.h"
#include "server/access.h"
#include "server/handlers/person_json.h"

#define PAGE_LIMIT_DEFAULT 50

/** `state` holds the state that the query points to. False with 400 set. */
static bool read_query(const HttpRequest *request, HttpResponse *response, WorkState *state, WorkQuery *ret_query) {
  const char *state_text = handler_find_text(request, "state");
  int64_t limit = PAGE_LIMIT_DEFAULT;
  if (state_text != NULL && !work_state_find(state_text, state))
    return handler_refuse_parameter(request, response, "state");
  if (!handler_read_number(request, response, "limit", 1, WORK_PAGE_LIMIT_MAX, &limit))
    return false;
  *ret_query = (WorkQuery){.state = state_text != NULL ? state : NULL,
                           .text = handler_find_text(request, "q"),
                           .cursor = handler_find_text(request, "cursor"),
                           .limit = (int)limit};
  return true;
}

static void write_reason(JsonWriter *writer, const HttpRequest *request, const CatalogWork *work) {
  bool is_failed = work->state == WORK_STATE_FAILED;
  const char *code = work->error_code != NULL ? work->error_code : "internal";
  const char *text = request->language == HTTP_LANGUAGE_EN ? failure_text_en(code) : failure_text_zh(code);
  json_writer_member_string(writer, "error_code", is_failed ? code : NULL);
  json_writer_member_string(writer, "error", is_failed ? text : NULL);
  json_writer_member_string(writer, "error_detail", is_failed ? work->error_detail : NULL);
}

static void write_work(JsonWriter *writer, const ServerContext *server, const HttpRequest *request,
                       const CatalogWork *work) {
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "asset", work->asset_id);
  json_writer_member_string(writer, "course", work->course_id[0] != '\0' ? work->course_id : NULL);
  json_writer_member_string(writer, "course_title", work->course_title);
  json_writer_member_string(writer, "lesson_title", work->lesson_title);
  json_writer_member_string(writer, "file", work->source_name);
  json_writer_member_string(writer, "institution", work->institution);
  json_writer_member_string(writer, "state", work_state_name(work->state));
  json_writer_member_double(writer, "progress", work->progress);
  write_reason(writer, request, work);
  json_writer_member_int(writer, "jobs_waiting", work->jobs_waiting);
  json_writer_member_int(writer, "jobs_running", work->jobs_running);
  json_writer_member_int(writer, "jobs_done", work->jobs_done);
  json_writer_member_int(writer, "jobs_failed", work->jobs_failed);
  json_writer_member_int(writer, "size", work->source_size_bytes);
  handler_write_seconds(writer, "duration", work->duration_us);
  json_writer_member_bool(writer, "may_manage",
                          access_may_at(server->access, request, RIGHT_MANAGE, "asset", work->asset_id));
  handler_write_time(writer, "created_at", work->created_us);
  handler_write_time(writer, "updated_at", work->updated_us);
  json_writer_end_object(writer);
}

void job_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autofree char *reach = access_write_reach(request, RIGHT_EDIT);
  g_autoptr(WorkPage) page = NULL;
  g_autoptr(GError) error = NULL;
  WorkState state = WORK_STATE_WAITING;
  WorkQuery query;
  if (!read_query(request, response, &state, &query))
    return;
  query.reach = reach;
  if (!catalog_query_work(server->catalog, &query, &page, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  JsonWriter writer;
  GString *text = handler_begin_items(&writer);
  for (guint i = 0; i < page->items->len; i++)
    write_work(&writer, server, request, &g_array_index(page->items, CatalogWork, i));
  json_writer_end_array(&writer);
  json_writer_member_string(&writer, "next", page->next);
  json_writer_end_object(&writer);
  person_take_private(response, text);
}

typedef bool (*ControlFunc)(Catalog *catalog, const char *asset_id, GError **error);

static void refuse_state(const HttpRequest *request, HttpResponse *response) {
  http_problem_set_texts(
      response, request, HTTP_PROBLEM_CONFLICT, "现在的状态不能这样做，可能别人已经处理；请刷新后再看。",
      "Its state does not allow that now; somebody else may have seen to it. Please look again.");
}

static void change(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                   ControlFunc control, const char *action) {
  const char *asset_id = http_request_route_param(request, "asset");
  g_autoptr(GError) error = NULL;
  if (!control(server->catalog, asset_id, &error)) {
    if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT))
      refuse_state(request, response);
    else
      handler_set_error(response, request, error);
    return;
  }
  response->status = 204;
  if (!catalog_note_change(server->catalog, access_actor(request), "asset", asset_id, action, &error))
    log_warning("the audit log does not tell that asset %s: %s: %s", asset_id, action, error->message);
}

void job_handler_retry(gpointer context, const HttpRequest *request, HttpResponse *response) {
  change(context, request, response, catalog_retry_asset, "retry");
}

void job_handler_cancel(gpointer context, const HttpRequest *request, HttpResponse *response) {
  change(context, request, response, catalog_cancel_asset, "cancel");
}

void job_handler_pause(gpointer context, const HttpRequest *request, HttpResponse *response) {
  change(context, request, response, catalog_pause_asset, "pause");
}

void job_handler_resume(gpointer context, const HttpRequest *request, HttpResponse *response) {
  change(context, request, response, catalog_resume_asset, "resume");
}

void job_handler_raise(gpointer context, const HttpRequest *request, HttpResponse *response) {
  change(context, request, response, catalog_raise_asset, "raise");
}
