#include "server/handlers/import_handler.h"

#include "base/csv.h"
#include "base/id.h"
#include "base/path.h"
#include "catalog/import_job.h"
#include "catalog/record_store.h"
#include "server/handlers/handler.h"
#include "server/handlers/upload_receive.h"
#include "server/http/http_body.h"
#include "server/text_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define LIST_LIMIT 100
#define ROWS_LIMIT_DEFAULT 100
#define REPORT_PIECE_ROWS 500
#define NAME_CHARACTERS_MAX 200
#define TEXTS_SEPARATOR " · "
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* --- what is wished --- */

static bool refuse(const HttpRequest *request, HttpResponse *response, const char *zh, const char *en) {
  http_problem_set_texts(response, request, HTTP_PROBLEM_BAD_PARAMETER, zh, en);
  return false;
}

/** By the parameter `format`, the file's name, or the type of the body. */
static bool read_format(const HttpRequest *request, HttpResponse *response, ImportFormat *ret_format) {
  static const struct {
    const char *type;
    ImportFormat format;
  } types[] = {{"text/csv", IMPORT_FORMAT_CSV},
               {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", IMPORT_FORMAT_XLSX},
               {"application/jsonl", IMPORT_FORMAT_LINES},
               {"application/x-ndjson", IMPORT_FORMAT_LINES}};
  const char *name = handler_find_text(request, "format") != NULL ? handler_find_text(request, "format")
                                                                  : handler_find_text(request, "name");
  const char *type = http_request_find_header(request, "Content-Type");
  size_t length = type != NULL ? strcspn(type, "; \t") : 0;
  if (name != NULL && import_format_find(name, ret_format))
    return true;
  for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
    if (length == strlen(types[i].type) && g_ascii_strncasecmp(type, types[i].type, length) == 0) {
      *ret_format = types[i].format;
      return true;
    }
  http_problem_set_texts(response, request, HTTP_PROBLEM_MEDIA_TYPE, "只接受 CSV、XLSX 和 JSON 行（.jsonl）文件。",
                         "Only CSV, XLSX and JSON lines (.jsonl) are taken.");
  return false;
}

static bool read_kind(const HttpRequest *request, HttpResponse *response, RecordKind *ret_kind) {
  const char *kind = handler_find_text(request, "kind");
  *ret_kind = RECORD_COURSE;
  if (kind == NULL || (record_spec_find(kind, ret_kind) && *ret_kind != RECORD_ATTACHMENT))
    return true;
  return handler_refuse_parameter(request, response, "kind");
}

static bool read_switch(const HttpRequest *request, HttpResponse *response, const char *name, bool *ret_value) {
  const char *text = handler_find_text(request, name);
  *ret_value = text != NULL && strcmp(text, "true") == 0;
  if (text == NULL || *ret_value || strcmp(text, "false") == 0)
    return true;
  g_autofree char *zh = g_strdup_printf("参数 %s 只能是 true 或 false。", name);
  g_autofree char *en = g_strdup_printf("The parameter %s is either true or false.", name);
  return refuse(request, response, zh, en);
}

static bool check_institution(const ServerContext *server, const HttpRequest *request, HttpResponse *response) {
  const char *id = handler_find_text(request, "institution_id");
  g_autoptr(CatalogRecord) institution = NULL;
  g_autoptr(GError) error = NULL;
  if (id == NULL || catalog_load_record(server->catalog, RECORD_INSTITUTION, id, &institution, &error))
    return true;
  if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND))
    return refuse(request, response, "没有这个机构（institution_id）。",
                  "There is no such institution (institution_id).");
  handler_set_error(response, request, error);
  return false;
}

static bool check_name(const HttpRequest *request, HttpResponse *response) {
  const char *name = handler_find_text(request, "name"),
             *key = http_request_find_header(request, "Idempotency-Key");
  if (name != NULL && (!g_utf8_validate(name, -1, NULL) || g_utf8_strlen(name, -1) > NAME_CHARACTERS_MAX))
    return refuse(request, response, "文件名太长。", "The file's name is too long.");
  return key == NULL || (key[0] != '\0' && strlen(key) <= IDEMPOTENCY_KEY_SIZE_MAX) ||
         refuse(request, response, "Idempotency-Key 的长度不对。", "The Idempotency-Key is empty or too long.");
}

/** Borrows from the request; false with the problem set. */
static bool read_wish(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                      CatalogImport *ret_wish) {
  const AccessIdentity *identity = access_identity(request);
  *ret_wish = (CatalogImport){.owner = (char *)access_actor(request),
                              .person_id = (char *)access_person_id(request),
                              .scopes = identity->scopes,
                              .name = (char *)handler_find_text(request, "name"),
                              .institution_id = (char *)handler_find_text(request, "institution_id")};
  if (ret_wish->person_id == NULL && identity->kind != ACCESS_KIND_OPERATOR) {
    http_problem_set(response, request, HTTP_PROBLEM_FORBIDDEN, NULL);
    return false;
  }
  return check_name(request, response) && read_kind(request, response, &ret_wish->kind) &&
         read_format(request, response, &ret_wish->format) &&
         read_switch(request, response, "dry_run", &ret_wish->is_dry_run) &&
         check_institution(server, request, response);
}

static bool refuse_size(const HttpRequest *request, HttpResponse *response) {
  http_problem_set_texts(response, request, HTTP_PROBLEM_TOO_LARGE,
                         "文件太大：导入的文件最大 64 MB，请分成几个文件。",
                         "The file is too large: at most 64 MB are taken; split it.");
  return false;
}

bool import_handler_check(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  CatalogImport wish;
  int64_t length = http_request_body_length(request);
  if (length > IMPORT_JOB_BYTES_MAX)
    return refuse_size(request, response);
  return upload_space_check(server, request, response, MAX(length, 0)) &&
         read_wish(server, request, response, &wish);
}

/* --- answers --- */

/** The part of a message in two languages that the request wants. */
static char *pick(const HttpRequest *request, const char *message) {
  const char *separator = strstr(message, TEXTS_SEPARATOR);
  if (separator == NULL)
    return g_strdup(message);
  return request->language == HTTP_LANGUAGE_EN ? g_strdup(separator + strlen(TEXTS_SEPARATOR))
                                               : g_strndup(message, (gsize)(separator - message));
}

static void write_time_or_null(JsonWriter *writer, const char *name, int64_t time_us) {
  if (time_us > 0) {
    handler_write_time(writer, name, time_us);
    return;
  }
  json_writer_name(writer, name);
  json_writer_null(writer);
}

static void write_import(JsonWriter *writer, const HttpRequest *request, const CatalogImport *import) {
  const ImportCounts *counts = &import->counts;
  g_autofree char *error = import->error != NULL ? pick(request, import->error) : NULL;
  const char *institution = import->institution_id != NULL ? import->institution_id : "";
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "id", import->id);
  json_writer_member_string(writer, "owner", import->owner);
  json_writer_member_string(writer, "name", import->name != NULL ? import->name : "");
  json_writer_member_string(writer, "kind", record_spec(import->kind)->plural);
  json_writer_member_string(writer, "format", import_format_name(import->format));
  json_writer_member_string(writer, "institution_id", institution[0] != '\0' ? institution : NULL);
  json_writer_member_bool(writer, "dry_run", import->is_dry_run);
  json_writer_member_int(writer, "size", import->size_bytes);
  json_writer_member_string(writer, "state", import_state_name(import->state));
  handler_write_time(writer, "created_at", import->created_us);
  write_time_or_null(writer, "started_at", import->started_us);
  write_time_or_null(writer, "finished_at", import->finished_us);
  json_writer_member_int(writer, "rows_total", import->rows_total);
  json_writer_member_int(writer, "rows_done",
                         counts->created + counts->updated + counts->unchanged + counts->failed);
  json_writer_member_int(writer, "created", counts->created);
  json_writer_member_int(writer, "updated", counts->updated);
  json_writer_member_int(writer, "unchanged", counts->unchanged);
  json_writer_member_int(writer, "failed", counts->failed);
  json_writer_member_string(writer, "error", error);
  json_writer_end_object(writer);
}

static void answer(const HttpRequest *request, HttpResponse *response, const CatalogImport *import) {
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  write_import(&writer, request, import);
  handler_take_json(response, text);
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_NEVER);
}

/* --- making one --- */

static bool fail_write(const HttpRequest *request, HttpResponse *response) {
  http_problem_set(response, request,
                   errno == ENOSPC || errno == EDQUOT ? HTTP_PROBLEM_NO_SPACE : HTTP_PROBLEM_INTERNAL, NULL);
  return false;
}

/** The body into the file; false with the problem set. */
static bool receive(const HttpRequest *request, HttpResponse *response, int fd, int64_t *ret_size) {
  int64_t size_bytes = 0;
  for (;;) {
    const void *data = NULL;
    size_t size = 0;
    HttpBodyResult result = http_body_peek(request->stream, &data, &size);
    if (result == HTTP_BODY_END) {
      *ret_size = size_bytes;
      return fsync(fd) == 0 || fail_write(request, response);
    }
    if (result == HTTP_BODY_CUT) {
      http_problem_set(response, request, HTTP_PROBLEM_BAD_REQUEST, NULL);
      return false;
    }
    if (result == HTTP_BODY_IDLE)
      continue;
    size_bytes += (int64_t)size;
    if (size_bytes > IMPORT_JOB_BYTES_MAX)
      return refuse_size(request, response);
    if (!file_write_all(fd, data, size))
      return fail_write(request, response);
    http_body_take(request->stream, size);
  }
}

static bool keep_body(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                      const char *path, int64_t *ret_size) {
  g_autoptr(GError) error = NULL;
  const char *folder = import_desk_folder(server->imports);
  int fd = path_make_dirs(folder, &error) ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640) : -1;
  if (fd < 0)
    return fail_write(request, response);
  bool is_kept = receive(request, response, fd, ret_size);
  close(fd);
  return is_kept && (path_sync_dir(folder, &error) || fail_write(request, response));
}

static void answer_created(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                           const char *id) {
  g_autoptr(CatalogImport) import = NULL;
  g_autoptr(GError) error = NULL;
  if (!catalog_load_import(server->catalog, id, &import, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  g_autofree char *location = g_strconcat("/api/v1/imports/", id, NULL);
  answer(request, response, import);
  http_response_set_header(response, "Location", location);
  response->status = 202;
}

void import_handler_create(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  CatalogImport wish;
  g_autofree char *id = id_new(), *made = NULL, *path = import_job_path(import_desk_folder(server->imports), id);
  g_autoptr(GError) error = NULL;
  if (!read_wish(server, request, response, &wish))
    return;
  wish.id = id;
  if (!keep_body(server, request, response, path, &wish.size_bytes)) {
    g_unlink(path);
    return;
  }
  bool is_made = catalog_create_import(server->catalog, &wish, http_request_find_header(request, "Idempotency-Key"),
                                       &made, &error);
  if (!is_made || strcmp(made, id) != 0)
    g_unlink(path);
  if (!is_made) {
    upload_set_error(response, request, error);
    return;
  }
  import_desk_wake(server->imports);
  answer_created(server, request, response, made);
  if (strcmp(made, id) != 0)
    http_response_set_header(response, "Idempotent-Replayed", "true");
}

/* --- looking at them --- */

/** Who began it, and those who run the system. */
static bool load_theirs(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                        CatalogImport **ret_import) {
  const char *id = http_request_route_param(request, "import");
  g_autoptr(CatalogImport) import = NULL;
  g_autoptr(GError) error = NULL;
  if (id_is_valid(id) && !catalog_load_import(server->catalog, id, &import, &error) &&
      !g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND)) {
    handler_set_error(response, request, error);
    return false;
  }
  if (import == NULL ||
      (strcmp(import->owner, access_actor(request)) != 0 && !access_may_everywhere(request, RIGHT_OPERATE))) {
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return false;
  }
  *ret_import = g_steal_pointer(&import);
  return true;
}

void import_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  bool is_all = false;
  g_autoptr(GPtrArray) imports = NULL;
  g_autoptr(GError) error = NULL;
  JsonWriter writer;
  if (!read_switch(request, response, "all", &is_all))
    return;
  const char *owner = is_all && access_may_everywhere(request, RIGHT_OPERATE) ? NULL : access_actor(request);
  if (!catalog_list_imports(server->catalog, owner, LIST_LIMIT, &imports, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  GString *text = handler_begin_items(&writer);
  for (guint i = 0; i < imports->len; i++)
    write_import(&writer, request, imports->pdata[i]);
  json_writer_end_array(&writer);
  json_writer_end_object(&writer);
  handler_take_json(response, text);
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_NEVER);
}

void import_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_autoptr(CatalogImport) import = NULL;
  if (load_theirs(context, request, response, &import))
    answer(request, response, import);
}

static const char *message_of(const HttpRequest *request, const ImportReportRow *row) {
  return request->language == HTTP_LANGUAGE_EN ? row->message_en : row->message_zh;
}

static void write_row(JsonWriter *writer, const HttpRequest *request, const ImportReportRow *row) {
  const char *message = message_of(request, row);
  json_writer_begin_object(writer);
  json_writer_member_int(writer, "line", row->line);
  json_writer_member_string(writer, "result", row->result);
  json_writer_member_string(writer, "kind", row->kind);
  json_writer_member_string(writer, "id", row->record_id[0] != '\0' ? row->record_id : NULL);
  json_writer_member_string(writer, "title", row->title);
  json_writer_member_string(writer, "message", message[0] != '\0' ? message : NULL);
  json_writer_end_object(writer);
}

void import_handler_rows(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  int64_t after = 0, limit = ROWS_LIMIT_DEFAULT;
  bool is_failed_only = false;
  g_autoptr(CatalogImport) import = NULL;
  g_autoptr(GArray) rows = NULL;
  g_autoptr(GError) error = NULL;
  JsonWriter writer;
  if (!load_theirs(server, request, response, &import) ||
      !handler_read_number(request, response, "after", 0, G_MAXINT64, &after) ||
      !handler_read_number(request, response, "limit", 1, IMPORT_REPORT_LIMIT_MAX, &limit) ||
      !read_switch(request, response, "failed", &is_failed_only))
    return;
  if (!catalog_list_import_rows(server->catalog, import->id, after, limit, is_failed_only, &rows, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  GString *text = handler_begin_items(&writer);
  for (guint i = 0; i < rows->len; i++)
    write_row(&writer, request, &g_array_index(rows, ImportReportRow, i));
  json_writer_end_array(&writer);
  json_writer_name(&writer, "next");
  if (rows->len == (guint)limit)
    json_writer_int(&writer, g_array_index(rows, ImportReportRow, rows->len - 1).line);
  else
    json_writer_null(&writer);
  json_writer_end_object(&writer);
  handler_take_json(response, text);
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_NEVER);
}

/* --- the report as a table --- */

typedef struct {
  Catalog *catalog;
  char *id;
  int64_t after;
  bool is_english, has_heads;
} Report;

static void report_free(gpointer data) {
  Report *report = data;
  g_free(report->id);
  g_free(report);
}

static void append_row(GString *text, const Report *report, const ImportReportRow *row) {
  static const char *const chinese[][2] = {
      {"created", "新增"}, {"updated", "修改"}, {"unchanged", "不变"}, {"failed", "有错"}};
  const char *result = row->result;
  for (size_t i = 0; !report->is_english && i < G_N_ELEMENTS(chinese); i++)
    if (strcmp(chinese[i][0], row->result) == 0)
      result = chinese[i][1];
  g_string_append_printf(text, "%" G_GINT64_FORMAT ",%s,", row->line, result);
  const char *cells[] = {row->kind, row->record_id, row->title,
                         report->is_english ? row->message_en : row->message_zh};
  for (size_t i = 0; i < G_N_ELEMENTS(cells); i++) {
    if (i > 0)
      g_string_append_c(text, ',');
    csv_append_field(text, cells[i]);
  }
  g_string_append(text, "\r\n");
}

static bool next_rows(gpointer source, GString *text, bool *ret_is_end, GError **error) {
  Report *report = source;
  g_autoptr(GArray) rows = NULL;
  if (!catalog_list_import_rows(report->catalog, report->id, report->after, REPORT_PIECE_ROWS, false, &rows, error))
    return false;
  if (!report->has_heads)
    g_string_append(text, report->is_english ? BYTE_ORDER_MARK "line,result,kind,id,title,message\r\n"
                                             : BYTE_ORDER_MARK "行,结果,类型,编号,标题,说明\r\n");
  report->has_heads = true;
  for (guint i = 0; i < rows->len; i++)
    append_row(text, report, &g_array_index(rows, ImportReportRow, i));
  *ret_is_end = rows->len < REPORT_PIECE_ROWS;
  if (rows->len > 0)
    report->after = g_array_index(rows, ImportReportRow, rows->len - 1).line;
  return true;
}

void import_handler_report(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(CatalogImport) import = NULL;
  if (!load_theirs(server, request, response, &import))
    return;
  Report *report = g_new0(Report, 1);
  *report = (Report){
      .catalog = server->catalog, .id = g_strdup(import->id), .is_english = request->language == HTTP_LANGUAGE_EN};
  g_autofree char *name = g_strdup_printf("import-%s.csv", import->id);
  text_stream_take(response, "text/csv; charset=utf-8", name, next_rows, report_free, report);
  http_response_set_header(response, "Vary", "Accept-Language, Authorization");
}

void import_handler_delete(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(CatalogImport) import = NULL;
  g_autoptr(GError) error = NULL;
  if (!load_theirs(server, request, response, &import))
    return;
  if (catalog_delete_import(server->catalog, import_desk_folder(server->imports), import->id, &error))
    response->status = 204;
  else
    handler_set_error(response, request, error);
}
