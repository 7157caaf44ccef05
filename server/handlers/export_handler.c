#include "server/handlers/export_handler.h"

#include "catalog/export.h"
#include "catalog/record_store.h"
#include "server/handlers/handler.h"
#include "server/text_stream.h"

static bool next(gpointer source, GString *text, bool *ret_is_end, GError **error) {
  return export_next(source, text, ret_is_end, error);
}

static void free_export(gpointer source) {
  export_free(source);
}

void export_handler_lines(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  (void)request;
  text_stream_take(response, "application/jsonl; charset=utf-8", "kapok.jsonl", next, free_export,
                   export_new_lines(server->catalog));
}

void export_handler_table(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  RecordKind kind = RECORD_COURSE;
  if (!record_spec_find(http_request_route_param(request, "kind"), &kind)) {
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return;
  }
  g_autofree char *name = g_strconcat("kapok-", record_spec(kind)->plural, ".csv", NULL);
  text_stream_take(response, "text/csv; charset=utf-8", name, next, free_export,
                   export_new_table(server->catalog, kind));
}

/** The institution that the address names; NULL with an answer when there is none. */
static const char *require_institution(const ServerContext *server, const HttpRequest *request,
                                       HttpResponse *response) {
  const char *id = http_request_route_param(request, "record");
  g_autoptr(CatalogRecord) record = NULL;
  g_autoptr(GError) error = NULL;
  if (catalog_load_record(server->catalog, RECORD_INSTITUTION, id, &record, &error))
    return id;
  handler_set_error(response, request, error);
  return NULL;
}

void export_handler_institution_lines(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *id = require_institution(server, request, response);
  if (id != NULL)
    text_stream_take(response, "application/jsonl; charset=utf-8", "kapok.jsonl", next, free_export,
                     export_new_institution_lines(server->catalog, id));
}

void export_handler_institution_courses(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *id = require_institution(server, request, response);
  if (id != NULL)
    text_stream_take(response, "text/csv; charset=utf-8", "kapok-courses.csv", next, free_export,
                     export_new_institution_table(server->catalog, RECORD_COURSE, id));
}
