#include "server/handlers/handler.h"

#include "base/id.h"
#include "base/log.h"

#include <errno.h>

/** Whether it is only that the process has no descriptor left: a matter of load, not a fault. */
static bool is_out_of_descriptors(void) {
  return errno == EMFILE || errno == ENFILE;
}

void handler_set_error(HttpResponse *response, const HttpRequest *request, const GError *error) {
  HttpProblem problem = HTTP_PROBLEM_INTERNAL;
  if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND))
    problem = HTTP_PROBLEM_NOT_FOUND;
  else if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_INVALID))
    problem = HTTP_PROBLEM_BAD_PARAMETER;
  else if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_BUSY) ||
           (g_error_matches(error, BLOB_ERROR, BLOB_ERROR_IO) && is_out_of_descriptors()))
    problem = HTTP_PROBLEM_BUSY;
  if (problem == HTTP_PROBLEM_INTERNAL || problem == HTTP_PROBLEM_BUSY)
    log_warning("%s", error->message);
  http_problem_set(response, request, problem, NULL);
}

void handler_take_json(HttpResponse *response, GString *text) {
  http_response_take_string(response, "application/json", text);
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_REVALIDATE);
  http_response_set_header(response, "Vary", "Accept-Language");
  http_response_set_etag_of_body(response);
}

bool handler_load_asset(const ServerContext *context, const HttpRequest *request, HttpResponse *response,
                        CatalogAsset **ret_asset) {
  const char *id = http_request_route_param(request, "asset");
  g_autoptr(GError) error = NULL;
  if (!id_is_valid(id)) {
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return false;
  }
  if (!catalog_load_asset(context->catalog, id, ret_asset, &error)) {
    handler_set_error(response, request, error);
    return false;
  }
  return true;
}

bool handler_take_blob(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                       const char *key, const char *type, int64_t offset, int64_t length) {
  g_autoptr(GError) error = NULL;
  int64_t size = 0;
  int fd = blob_store_open(server->store, key, &size, &error);
  if (fd < 0) {
    handler_set_error(response, request, error);
    return false;
  }
  http_response_take_file(response, type, fd, offset, length >= 0 ? length : size);
  if (offset < 0 || response->length > size - offset) {
    g_autoptr(GError) torn =
        g_error_new(BLOB_ERROR, BLOB_ERROR_NOT_FOUND, "%s is shorter than the catalog says", key);
    handler_set_error(response, request, torn);
    return false;
  }
  http_response_set_etag_of(response, key, offset, response->length);
  response->takes_ranges = true;
  return true;
}

bool handler_parse_index(const char *text, int64_t *ret_index) {
  guint64 index = 0;
  if ((text[0] == '0' && text[1] != '\0') || !g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT32, &index, NULL))
    return false;
  *ret_index = (int64_t)index;
  return true;
}

void handler_write_time(JsonWriter *writer, const char *name, int64_t time_us) {
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(time_us / G_TIME_SPAN_SECOND);
  g_autofree char *text = time != NULL ? g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  json_writer_member_string(writer, name, text);
}

void handler_write_seconds(JsonWriter *writer, const char *name, int64_t duration_us) {
  json_writer_member_double(writer, name, (double)duration_us / 1e6);
}
