#include "server/handlers/record_handler.h"

#include "base/id.h"
#include "base/log.h"
#include "catalog/course_change.h"
#include "catalog/record_json.h"
#include "server/access.h"
#include "server/handlers/course_handler.h"
#include "server/handlers/edit.h"
#include "server/handlers/record_place.h"

#include <string.h>

#define PAGE_LIMIT_DEFAULT 50
#define API_PREFIX "/api/v1/"

static RecordKind kind_of(const HttpRequest *request) {
  const char *name = request->target->path + strlen(API_PREFIX);
  g_autofree char *plural = g_strndup(name, strcspn(name, "/"));
  RecordKind kind = RECORD_COURSE;
  bool is_found = record_spec_find(plural, &kind);
  g_assert(is_found); /* the routes name no others */
  return kind;
}

static const char *id_of(const HttpRequest *request, HttpResponse *response) {
  const char *id = http_request_route_param(request, "record");
  if (id_is_valid(id))
    return id;
  http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
  return NULL;
}

/** The courses of a collection that the viewer may see. */
static bool hide_courses(const ServerContext *server, const CatalogViewer *viewer, CatalogRecord *record,
                         GError **error) {
  g_auto(GStrv) ids = g_strsplit(catalog_record_get(record, "course_ids"), RECORD_LIST_SEPARATOR, -1);
  g_autoptr(GString) seen = g_string_new(NULL);
  for (char **id = ids; *id != NULL; id++) {
    bool may_see = false;
    if (**id != '\0' && !catalog_may_see_course(server->catalog, *id, viewer, &may_see, error))
      return false;
    if (may_see)
      g_string_append_printf(seen, "%s%s", seen->len > 0 ? RECORD_LIST_SEPARATOR : "", *id);
  }
  catalog_record_set(record, "course_ids", seen->str);
  return true;
}

/** What of the record the viewer may see; NOT_FOUND when nothing of it. */
static bool hide(const ServerContext *server, const CatalogViewer *viewer, CatalogRecord *record, GError **error) {
  bool may_see = true;
  if (record->kind == RECORD_COLLECTION)
    return hide_courses(server, viewer, record, error);
  if (record->kind == RECORD_ATTACHMENT &&
      !catalog_may_see_course(server->catalog, catalog_record_get(record, "course_id"), viewer, &may_see, error))
    return false;
  if (!may_see)
    g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND, "its course is not to be seen");
  return may_see;
}

static GString *write_record(const CatalogRecord *record, bool shows_secrets) {
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_object(&writer);
  record_json_write_members(&writer, record, shows_secrets);
  json_writer_end_object(&writer);
  return text;
}

static GString *write_page(const RecordPage *page, bool shows_secrets) {
  JsonWriter writer;
  GString *text = handler_begin_items(&writer);
  for (guint i = 0; i < page->records->len; i++) {
    json_writer_begin_object(&writer);
    record_json_write_members(&writer, page->records->pdata[i], shows_secrets);
    json_writer_end_object(&writer);
  }
  json_writer_end_array(&writer);
  json_writer_member_string(&writer, "next", page->next);
  json_writer_end_object(&writer);
  return text;
}

static bool read_limit(const HttpRequest *request, HttpResponse *response, int *ret_limit) {
  const char *text = http_request_find_param(request, "limit");
  guint64 limit = 0;
  if (text == NULL || text[0] == '\0')
    return true;
  if (!g_ascii_string_to_unsigned(text, 10, 1, RECORD_PAGE_LIMIT_MAX, &limit, NULL)) {
    http_problem_set_texts(response, request, HTTP_PROBLEM_BAD_PARAMETER, "参数 limit 的值不对。",
                           "The value of the parameter limit is wrong.");
    return false;
  }
  *ret_limit = (int)limit;
  return true;
}

/** The parameter that chooses the owner of records of a kind. */
static const char *owner_param(RecordKind kind) {
  return kind == RECORD_COLLECTION ? "kind" : kind == RECORD_ATTACHMENT ? "course_id" : "institution_id";
}

void record_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  RecordKind kind = kind_of(request);
  RecordQuery query = {.text = handler_find_text(request, "q"),
                       .division = handler_find_text(request, "division"),
                       .owner = handler_find_text(request, owner_param(kind)),
                       .cursor = handler_find_text(request, "cursor"),
                       .limit = PAGE_LIMIT_DEFAULT};
  const CatalogViewer *viewer = access_viewer(request);
  g_autoptr(RecordPage) page = NULL;
  g_autoptr(GError) error = NULL;
  static const Place nowhere = {NULL, NULL};
  if (kind == RECORD_ATTACHMENT && query.owner == NULL &&
      !access_require(request, response, RIGHT_EDIT, &nowhere)) /* they would be of hidden courses too */
    return;
  if (!read_limit(request, response, &query.limit))
    return;
  bool is_good = catalog_query_records(server->catalog, kind, &query, &page, &error);
  for (guint i = 0; is_good && i < page->records->len; i++)
    is_good = hide(server, viewer, page->records->pdata[i], &error);
  if (is_good)
    edit_take_page(response, request, write_page(page, access_may_everywhere(request, RIGHT_EDIT)));
  else
    handler_set_error(response, request, error);
}

void record_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const CatalogViewer *viewer = access_viewer(request);
  const char *id = id_of(request, response);
  g_autoptr(CatalogRecord) record = NULL;
  g_autoptr(GError) error = NULL;
  if (id == NULL)
    return;
  if (catalog_load_record(server->catalog, kind_of(request), id, &record, &error) &&
      hide(server, viewer, record, &error))
    edit_take_json(response, request, write_record(record, access_may_everywhere(request, RIGHT_EDIT)),
                   record->row_version);
  else
    handler_set_error(response, request, error);
}

/** Answer with the record as it is after the edit; a course in the form that courses are read in. */
static void answer(gpointer context, const HttpRequest *request, HttpResponse *response,
                   const CatalogRecord *record, unsigned status) {
  bool is_good = record->kind == RECORD_COURSE
                     ? course_handler_answer(context, request, response, record->id)
                     : edit_take_json(response, request, write_record(record, true), record->row_version);
  if (!is_good)
    return;
  response->status = status;
  http_response_set_header(response, "ETag", response->etag);
}

/** The answer that was given the first time, whatever has become of the record since. */
static void answer_again(HttpResponse *response, const char *text, const char *tag) {
  handler_take_json(response, g_string_new(text));
  http_response_set_header(response, "Vary", "Accept-Language, Authorization");
  g_strlcpy(response->etag, tag, sizeof response->etag);
  http_response_set_header(response, "ETag", tag);
  response->status = 201;
}

static void keep_answer(const ServerContext *server, const HttpRequest *request, const HttpResponse *response,
                        const char *key) {
  g_autoptr(GError) error = NULL;
  gsize size = 0;
  const char *data = g_bytes_get_data(response->bytes, &size);
  g_autofree char *text = g_strndup(data, size);
  if (!catalog_keep_answer(server->catalog, access_actor(request), key, text, response->etag, &error))
    log_warning("the answer to a create is not kept: %s", error->message);
}

void record_handler_create(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  RecordKind kind = kind_of(request);
  const char *text = NULL, *key = http_request_find_header(request, "Idempotency-Key");
  size_t size = 0;
  RecordFault fault = {0};
  bool is_repeat = false;
  g_autoptr(GError) error = NULL;
  if (!edit_load_body(request, response, &text, &size))
    return;
  g_autofree char *hash = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, size);
  g_auto(RecordIdempotency) idempotency = {key, hash, NULL, NULL};
  g_autoptr(CatalogRecord) record = record_json_parse(kind, text, size, &fault, &error), made = NULL;
  if (record != NULL)
    g_clear_pointer(&record->id, g_free); /* ids are given by the catalog */
  if (record != NULL && !record_place_check(server, request, response, NULL, record))
    return;
  if (record == NULL ||
      !catalog_create_record(server->catalog, access_actor(request), record, key != NULL ? &idempotency : NULL,
                             &made, &is_repeat, &fault, &error)) {
    edit_set_error(response, request, error, &fault);
    return;
  }
  g_autofree char *location = g_strdup_printf(API_PREFIX "%s/%s", record_spec(kind)->plural, made->id);
  http_response_set_header(response, "Location", location);
  if (is_repeat)
    http_response_set_header(response, "Idempotent-Replayed", "true");
  if (idempotency.answer != NULL) {
    answer_again(response, idempotency.answer, idempotency.tag);
    return;
  }
  answer(context, request, response, made, 201);
  if (key != NULL && response->status == 201)
    keep_answer(server, request, response, key);
}

/** The record as it is now, and the version that the request wants it to have. */
static bool load_expected(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                          const char *id, int64_t *ret_version, CatalogRecord **ret_current) {
  g_autoptr(CatalogRecord) current = NULL;
  g_autoptr(GError) error = NULL;
  if (catalog_load_record(server->catalog, kind_of(request), id, &current, &error)) {
    if (!edit_load_version(request, response, current->row_version, ret_version))
      return false;
    *ret_current = g_steal_pointer(&current);
    return true;
  }
  handler_set_error(response, request, error);
  return false;
}

void record_handler_update(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *id = id_of(request, response), *text = NULL;
  size_t size = 0;
  int64_t version = 0;
  RecordFault fault = {0};
  g_autoptr(CatalogRecord) current = NULL;
  g_autoptr(GError) error = NULL;
  if (id == NULL || !edit_load_body(request, response, &text, &size) ||
      !load_expected(server, request, response, id, &version, &current))
    return;
  g_autoptr(CatalogRecord) patch = record_json_parse(kind_of(request), text, size, &fault, &error), made = NULL;
  if (patch != NULL) {
    g_free(patch->id);
    patch->id = g_strdup(id);
  }
  if (patch != NULL && !record_place_check(server, request, response, current, patch))
    return;
  if (patch != NULL &&
      catalog_update_record(server->catalog, access_actor(request), patch, version, &made, &fault, &error))
    answer(context, request, response, made, 200);
  else
    edit_set_error(response, request, error, &fault);
}

void record_handler_delete(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *id = id_of(request, response);
  int64_t version = 0;
  g_autoptr(CatalogRecord) current = NULL;
  g_autoptr(GError) error = NULL;
  if (id == NULL || !load_expected(server, request, response, id, &version, &current))
    return;
  if (catalog_delete_record(server->catalog, access_actor(request), kind_of(request), id, version, &error))
    response->status = 204;
  else
    edit_set_error(response, request, error, NULL);
}
