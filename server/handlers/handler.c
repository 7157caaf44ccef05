#include "server/handlers/handler.h"

#include "base/id.h"
#include "base/log.h"

#include <errno.h>
#include <string.h>

/** Whether it is only that the process has no descriptor left: a matter of load, not a fault. */
static bool is_out_of_descriptors(void) {
  return errno == EMFILE || errno == ENFILE;
}

void handler_set_error(HttpResponse *response, const HttpRequest *request, const GError *error) {
  HttpProblem problem = HTTP_PROBLEM_INTERNAL;
  if (catalog_error_of(error) == CATALOG_ERROR_STORAGE)
    problem = HTTP_PROBLEM_STORAGE;
  else if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND))
    problem = HTTP_PROBLEM_NOT_FOUND;
  else if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_INVALID))
    problem = HTTP_PROBLEM_BAD_PARAMETER;
  else if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_BUSY) ||
           (g_error_matches(error, BLOB_ERROR, BLOB_ERROR_IO) && is_out_of_descriptors()))
    problem = HTTP_PROBLEM_BUSY;
  if (http_problem_status(problem) >= 500)
    log_warning("%s", error->message);
  http_problem_set(response, request, problem, NULL);
}

static void set_json_headers(HttpResponse *response) {
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_REVALIDATE);
  http_response_set_header(response, "Vary", "Accept-Language, Authorization, Cookie");
}

void handler_take_json(HttpResponse *response, GString *text) {
  http_response_take_string(response, "application/json", text);
  set_json_headers(response);
  http_response_set_etag_of_body(response);
}

void handler_take_written(HttpResponse *response, GBytes *text, const char *etag) {
  http_response_set_bytes(response, "application/json", text);
  set_json_headers(response);
  g_strlcpy(response->etag, etag, sizeof response->etag);
}

GString *handler_begin_items(JsonWriter *writer) {
  GString *text = g_string_new(NULL);
  json_writer_init(writer, text);
  json_writer_begin_object(writer);
  json_writer_name(writer, "items");
  json_writer_begin_array(writer);
  return text;
}

/** The request's own target with `new_id` in place of the asset's id. Caller frees. */
static char *target_of(const ServerContext *server, const HttpRequest *request, const char *new_id) {
  g_autofree char *old_part = g_strconcat("/", http_request_route_param(request, "asset"), NULL);
  g_autofree char *media_path = access_media_path(server->access, new_id, !request->is_sealed);
  const char *new_part = media_path + strlen("/media");
  g_autofree char *path = g_uri_escape_string(request->target->path, "/", false);
  GString *target = g_string_new(path);
  g_string_replace(target, old_part, new_part, 1);
  const GArray *query = request->target->query;
  for (guint i = 0; query != NULL && i < query->len; i++) {
    const HttpParam *param = &g_array_index(query, HttpParam, i);
    g_autofree char *name = g_uri_escape_string(param->name, NULL, false);
    g_autofree char *value = g_uri_escape_string(param->value, NULL, false);
    g_string_append_printf(target, "%c%s=%s", i == 0 ? '?' : '&', name, value);
  }
  return g_string_free(target, FALSE);
}

/** An asset that was replaced plays on for a while; once its files are swept, its addresses lead to the new one. */
static bool is_gone(const CatalogAsset *asset) {
  return asset->replaced_by != NULL && asset->state == ASSET_STATE_FAILED;
}

static void redirect(const ServerContext *server, HttpResponse *response, const HttpRequest *request,
                     const char *new_id) {
  g_autofree char *target = target_of(server, request, new_id);
  http_response_drop_body(response);
  response->status = 307;
  http_response_set_header(response, "Location", target);
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_REVALIDATE);
}

bool handler_load_asset(const ServerContext *context, const HttpRequest *request, HttpResponse *response,
                        CatalogAsset **ret_asset) {
  g_autoptr(CatalogAsset) asset = NULL;
  if (!handler_load_this_asset(context, request, response, &asset))
    return false;
  if (is_gone(asset)) {
    redirect(context, response, request, asset->replaced_by);
    return false;
  }
  *ret_asset = g_steal_pointer(&asset);
  return true;
}

bool handler_load_this_asset(const ServerContext *context, const HttpRequest *request, HttpResponse *response,
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
  int fd = -1;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = request->is_encrypted_here
                                ? open_files_read(server->files, key, offset, length, &error)
                                : open_files_load(server->files, key, offset, length, &fd, &error);
  if (bytes == NULL) {
    handler_set_error(response, request, error);
    return false;
  }
  http_response_set_bytes(response, type, bytes);
  http_response_set_etag_of(response, key, offset, response->length);
  response->takes_ranges = true;
  response->sharing = HTTP_SHARING_UNTIL_CHANGE;
  response->mapped_fd = fd;
  response->offset = offset;
  return true;
}

const char *handler_find_text(const HttpRequest *request, const char *name) {
  const char *text = http_request_find_param(request, name);
  return text != NULL && text[0] != '\0' ? text : NULL;
}

bool handler_refuse_parameter(const HttpRequest *request, HttpResponse *response, const char *name) {
  g_autofree char *zh = g_strdup_printf("参数 %s 的值不对。", name);
  g_autofree char *en = g_strdup_printf("The value of the parameter %s is wrong.", name);
  http_problem_set_texts(response, request, HTTP_PROBLEM_BAD_PARAMETER, zh, en);
  return false;
}

bool handler_read_number(const HttpRequest *request, HttpResponse *response, const char *name, int64_t min,
                         int64_t max, int64_t *ret_number) {
  const char *text = handler_find_text(request, name);
  guint64 number = 0;
  if (text == NULL)
    return true;
  if (!g_ascii_string_to_unsigned(text, 10, (guint64)min, (guint64)max, &number, NULL))
    return handler_refuse_parameter(request, response, name);
  *ret_number = (int64_t)number;
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
