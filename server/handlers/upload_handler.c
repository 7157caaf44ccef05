#include "server/handlers/upload_handler.h"

#include "base/id.h"
#include "base/log.h"
#include "server/access.h"
#include "server/handlers/upload_file_handler.h"
#include "server/handlers/upload_receive.h"
#include "server/handlers/upload_wish.h"
#include "server/http/http_date.h"

#include <fcntl.h>
#include <string.h>

#define TUS_VERSION "1.0.0"
#define TUS_EXTENSIONS                                                                                             \
  "creation,creation-with-upload,creation-defer-length,termination,checksum,expiration,concatenation"
#define TUS_CHECKSUMS "sha1,sha256,md5"
#define OFFSET_TYPE "application/offset+octet-stream"
#define LIST_MAX 200

static void set_number(HttpResponse *response, const char *name, int64_t number) {
  char text[24];
  g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, number);
  http_response_set_header(response, name, text);
}

static void answer_options(const ServerContext *server, const HttpRequest *request, HttpResponse *response) {
  bool is_one = http_route_match_find(request->match, "upload") != NULL;
  int64_t max = upload_desk_max_bytes(server->uploads);
  response->status = 204;
  http_response_set_header(response, "Allow",
                           is_one ? "GET, HEAD, PATCH, DELETE, POST, OPTIONS" : "GET, HEAD, POST, OPTIONS");
  http_response_set_header(response, "Tus-Resumable", TUS_VERSION);
  http_response_set_header(response, "Tus-Version", TUS_VERSION);
  http_response_set_header(response, "Tus-Extension", TUS_EXTENSIONS);
  http_response_set_header(response, "Tus-Checksum-Algorithm", TUS_CHECKSUMS);
  if (max > 0)
    set_number(response, "Tus-Max-Size", max);
}

/** Every answer of tus but that to OPTIONS names its version, and no other is taken. */
static bool check_version(const HttpRequest *request, HttpResponse *response) {
  const char *version = http_request_find_header(request, "Tus-Resumable");
  http_response_set_header(response, "Tus-Resumable", TUS_VERSION);
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_NEVER);
  if (version != NULL && strcmp(version, TUS_VERSION) == 0)
    return true;
  http_response_set_header(response, "Tus-Version", TUS_VERSION);
  http_problem_set(response, request, HTTP_PROBLEM_TUS_VERSION, NULL);
  return false;
}

static bool refuse_header(const HttpRequest *request, HttpResponse *response, const char *name) {
  g_autofree char *zh = g_strdup_printf("请求头 %s 缺失或有误。", name);
  g_autofree char *en = g_strdup_printf("The header %s is missing or wrong.", name);
  http_problem_set_texts(response, request, HTTP_PROBLEM_BAD_PARAMETER, zh, en);
  return false;
}

/** The upload that the address names, of the one who asks; false with 404. */
static bool load_theirs(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                        CatalogUpload **ret_upload) {
  const char *id = http_request_route_param(request, "upload");
  g_autoptr(CatalogUpload) upload = NULL;
  g_autoptr(GError) error = NULL;
  if (id_is_valid(id) && !catalog_load_upload(server->catalog, id, &upload, &error) &&
      !g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND)) {
    handler_set_error(response, request, error);
    return false;
  }
  if (upload == NULL || !upload_is_theirs(request, upload)) {
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return false;
  }
  *ret_upload = g_steal_pointer(&upload);
  return true;
}

static int64_t safe_offset(const ServerContext *server, const CatalogUpload *upload) {
  g_autofree char *path = upload_path(upload_desk_folder(server->uploads), upload->id);
  return upload->is_done ? upload->length_bytes : staged_file_load_offset(path);
}

static void set_expires(const ServerContext *server, HttpResponse *response, const CatalogUpload *upload) {
  char date[HTTP_DATE_SIZE];
  g_autofree char *path = upload_path(upload_desk_folder(server->uploads), upload->id);
  if (upload->is_done)
    return;
  int64_t touched_us = MAX(upload->created_us, staged_file_touched_us(path));
  http_date_write((touched_us + upload_desk_keep_us(server->uploads)) / G_TIME_SPAN_SECOND, date);
  http_response_set_header(response, "Upload-Expires", date);
}

static bool is_offset_type(const HttpRequest *request) {
  const char *type = http_request_find_header(request, "Content-Type");
  return type != NULL && g_ascii_strcasecmp(type, OFFSET_TYPE) == 0;
}

/* --- what PATCH and creation-with-upload share --- */

/** The checksum of the body: `*ret_has` false without one; false when it is wrong. */
static bool read_checksum(const HttpRequest *request, HttpResponse *response, UploadChecksum *ret_checksum,
                          bool *ret_has) {
  const char *text = http_request_find_header(request, "Upload-Checksum");
  *ret_has = text != NULL;
  return text == NULL || upload_headers_parse_checksum(text, ret_checksum) ||
         refuse_header(request, response, "Upload-Checksum");
}

/** Take the body, and let the upload become what it is to become when that was the last of it. */
static bool receive(UploadWork *work, const HttpRequest *request, HttpResponse *response) {
  UploadChecksum checksum;
  bool has_checksum = false;
  if (!read_checksum(request, response, &checksum, &has_checksum) ||
      !upload_work_receive(work, request, response, has_checksum ? &checksum : NULL))
    return false;
  return !upload_work_is_whole(work) || work->upload->kind == UPLOAD_KIND_PARTIAL ||
         upload_work_finish(work, request, response);
}

static void answer_received(const UploadWork *work, HttpResponse *response, unsigned status) {
  response->status = status;
  set_number(response, "Upload-Offset", staged_file_safe_offset(work->file));
  set_expires(work->server, response, work->upload);
  upload_set_outcome(response, work->upload);
}

/* --- creation --- */

/** What the headers of a creation say. */
typedef struct {
  CatalogUpload upload; /**< id, owner, kind, parts, length, is_draft; its texts are owned */
  GString *metadata;
} Creation;

static void creation_clear(Creation *creation) {
  g_free(creation->upload.id);
  g_free(creation->upload.parts);
  if (creation->metadata != NULL)
    g_string_free(creation->metadata, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Creation, creation_clear)

static bool read_length(const HttpRequest *request, HttpResponse *response, const ServerContext *server,
                        int64_t *ret_length) {
  const char *length = http_request_find_header(request, "Upload-Length");
  const char *defer = http_request_find_header(request, "Upload-Defer-Length");
  int64_t max = upload_desk_max_bytes(server->uploads);
  if (defer != NULL && (strcmp(defer, "1") != 0 || length != NULL))
    return refuse_header(request, response, "Upload-Defer-Length");
  *ret_length = -1;
  if (defer != NULL)
    return true;
  if (length == NULL || !upload_headers_parse_number(length, ret_length))
    return refuse_header(request, response, "Upload-Length");
  if (max <= 0 || *ret_length <= max)
    return true;
  http_problem_set(response, request, HTTP_PROBLEM_TOO_LARGE, NULL);
  return false;
}

static bool read_kind(const HttpRequest *request, HttpResponse *response, CatalogUpload *upload) {
  const char *concat = http_request_find_header(request, "Upload-Concat");
  if (concat == NULL)
    return true;
  if (!upload_headers_parse_concat(concat, &upload->parts))
    return refuse_header(request, response, "Upload-Concat");
  upload->kind = upload->parts != NULL ? UPLOAD_KIND_FINAL : UPLOAD_KIND_PARTIAL;
  return true;
}

/** The sum of the parts' lengths; false when one is not there, not whole, not a part or of somebody else. */
static bool measure_parts(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                          const char *parts, int64_t *ret_length) {
  g_auto(GStrv) ids = g_strsplit(parts, " ", -1);
  int64_t length = 0;
  for (char **id = ids; *id != NULL; id++) {
    g_autoptr(CatalogUpload) part = NULL;
    if (!catalog_load_upload(server->catalog, *id, &part, NULL) || part->kind != UPLOAD_KIND_PARTIAL ||
        !upload_is_theirs(request, part) || part->length_bytes < 0 ||
        safe_offset(server, part) != part->length_bytes || part->length_bytes > G_MAXINT64 - length) {
      http_problem_set_texts(response, request, HTTP_PROBLEM_CONFLICT, "要合并的部分不存在或尚未传完。",
                             "A part that is to be put together is not there or not whole.");
      return false;
    }
    length += part->length_bytes;
  }
  *ret_length = length;
  return true;
}

static bool read_creation(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                          Creation *ret_creation) {
  CatalogUpload *upload = &ret_creation->upload;
  const char *metadata = http_request_find_header(request, "Upload-Metadata");
  int64_t body = http_request_body_length(request);
  ret_creation->metadata = g_string_new(metadata != NULL ? metadata : "");
  upload->owner = (char *)access_actor(request);
  if (!upload_metadata_is_valid(ret_creation->metadata->str))
    return refuse_header(request, response, "Upload-Metadata");
  if (!read_kind(request, response, upload) ||
      !(upload->kind == UPLOAD_KIND_FINAL
            ? measure_parts(server, request, response, upload->parts, &upload->length_bytes)
            : read_length(request, response, server, &upload->length_bytes)))
    return false;
  if (body != 0 && (!is_offset_type(request) || upload->kind == UPLOAD_KIND_FINAL)) {
    http_problem_set_texts(response, request, HTTP_PROBLEM_MEDIA_TYPE, "请发送 " OFFSET_TYPE "。",
                           "Send " OFFSET_TYPE ".");
    return false;
  }
  return upload_space_check(server, request, response, MAX(upload->length_bytes, 0)) &&
         (upload->kind == UPLOAD_KIND_PARTIAL ||
          upload_wish_check(server, request, response, ret_creation->metadata, upload->length_bytes,
                            &upload->is_draft));
}

/** The parts one after the other; they are not needed any more then. */
static bool put_together(UploadWork *work, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = work->server;
  const char *folder = upload_desk_folder(server->uploads);
  g_auto(GStrv) ids = g_strsplit(work->upload->parts, " ", -1);
  g_clear_pointer(&work->hash, upload_hash_free);
  for (char **id = ids; *id != NULL; id++) {
    g_autofree char *path = upload_path(folder, *id);
    g_autoptr(GError) error = NULL;
    if (!staged_file_append_file(work->file, path, staged_file_load_offset(path), &error)) {
      upload_set_error(response, request, error);
      return false;
    }
  }
  g_autoptr(GError) error = NULL;
  if (!staged_file_keep(work->file, &error) || !upload_work_is_whole(work)) {
    http_problem_set(response, request, HTTP_PROBLEM_CONFLICT, NULL);
    return false;
  }
  if (!upload_work_finish(work, request, response))
    return false;
  for (char **id = ids; *id != NULL; id++)
    catalog_delete_upload(server->catalog, folder, *id, NULL);
  return true;
}

static void set_location(const HttpRequest *request, HttpResponse *response, const char *id) {
  g_autofree char *location = g_strdup_printf("%s/%s", request->match->route->pattern, id);
  http_response_set_header(response, "Location", location);
}

/** The upload is there: its body, or its parts. A final one that cannot be goes again; any other stays for another try. */
static void fill(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                 CatalogUpload *upload) {
  g_auto(UploadWork) work = {0};
  set_location(request, response, upload->id);
  if (!upload_work_begin(server, request, response, upload, &work))
    return;
  bool is_final = upload->kind == UPLOAD_KIND_FINAL;
  if (is_final ? put_together(&work, request, response) : receive(&work, request, response))
    answer_received(&work, response, 201);
  else if (is_final)
    catalog_delete_upload(server->catalog, upload_desk_folder(server->uploads), upload->id, NULL);
}

void upload_handler_create(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_auto(Creation) creation = {0};
  g_autoptr(CatalogUpload) made = NULL;
  g_autoptr(GError) error = NULL;
  if (!check_version(request, response) || !read_creation(server, request, response, &creation))
    return;
  creation.upload.id = id_new();
  creation.upload.metadata = creation.metadata->str;
  if (!catalog_create_upload(server->catalog, upload_desk_folder(server->uploads), &creation.upload, &error) ||
      !catalog_load_upload(server->catalog, creation.upload.id, &made, &error)) {
    upload_set_error(response, request, error);
    return;
  }
  fill(server, request, response, made);
}

/* --- PATCH --- */

/** What the head of a PATCH says and whether it fits the upload; `*ret_length` -1 when it tells none. */
static bool check_patch(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                        const CatalogUpload *upload, int64_t *ret_offset, int64_t *ret_length) {
  const char *offset = http_request_find_header(request, "Upload-Offset");
  const char *length = http_request_find_header(request, "Upload-Length");
  UploadChecksum checksum;
  bool has_checksum = false;
  *ret_length = -1;
  if (!is_offset_type(request)) {
    http_problem_set_texts(response, request, HTTP_PROBLEM_MEDIA_TYPE, "请发送 " OFFSET_TYPE "。",
                           "Send " OFFSET_TYPE ".");
    return false;
  }
  if (upload->kind == UPLOAD_KIND_FINAL) {
    http_problem_set(response, request, HTTP_PROBLEM_FORBIDDEN, NULL);
    return false;
  }
  if (offset == NULL || !upload_headers_parse_number(offset, ret_offset))
    return refuse_header(request, response, "Upload-Offset");
  if (length != NULL && !upload_headers_parse_number(length, ret_length))
    return refuse_header(request, response, "Upload-Length");
  if (!read_checksum(request, response, &checksum, &has_checksum))
    return false;
  int64_t known = upload->length_bytes >= 0 ? upload->length_bytes : *ret_length;
  int64_t body = http_request_body_length(request), max = upload_desk_max_bytes(server->uploads);
  if ((known >= 0 && body > known - *ret_offset) || (max > 0 && *ret_length > max)) {
    http_problem_set(response, request, HTTP_PROBLEM_TOO_LARGE, NULL);
    return false;
  }
  return upload_space_check(server, request, response, MAX(body, 0));
}

static bool refuse_offset(const HttpRequest *request, HttpResponse *response, int64_t offset) {
  set_number(response, "Upload-Offset", offset);
  http_problem_set(response, request, HTTP_PROBLEM_OFFSET, NULL);
  return false;
}

/** An upload begun without its length hears it now. */
static bool take_length(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                        CatalogUpload *upload, int64_t length) {
  bool is_draft = false;
  g_autoptr(GString) metadata = g_string_new(upload->metadata);
  g_autoptr(GError) error = NULL;
  if (length < 0 || length == upload->length_bytes)
    return true;
  if (upload->length_bytes >= 0 || length < safe_offset(server, upload))
    return refuse_header(request, response, "Upload-Length");
  if (upload->kind == UPLOAD_KIND_WHOLE &&
      !upload_wish_check(server, request, response, metadata, length, &is_draft))
    return false;
  if (catalog_set_upload_length(server->catalog, upload->id, length, &error)) {
    upload->length_bytes = length;
    return true;
  }
  upload_set_error(response, request, error);
  return false;
}

/** Nothing is left to send: the same answer again, for a client that did not hear the first. */
static void answer_done(HttpResponse *response, const CatalogUpload *upload) {
  response->status = 204;
  set_number(response, "Upload-Offset", upload->length_bytes);
  upload_set_outcome(response, upload);
}

void upload_handler_patch(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(CatalogUpload) upload = NULL;
  g_auto(UploadWork) work = {0};
  int64_t offset = 0, length = -1;
  if (!check_version(request, response) || !load_theirs(server, request, response, &upload) ||
      !check_patch(server, request, response, upload, &offset, &length))
    return;
  if (upload->is_done) {
    if (offset == upload->length_bytes)
      answer_done(response, upload);
    else
      refuse_offset(request, response, upload->length_bytes);
    return;
  }
  if (!take_length(server, request, response, upload, length) ||
      !upload_work_begin(server, request, response, upload, &work))
    return;
  if (offset != staged_file_offset(work.file)) {
    refuse_offset(request, response, staged_file_offset(work.file));
    return;
  }
  if (receive(&work, request, response))
    answer_received(&work, response, 204);
}

/* --- HEAD, GET, DELETE --- */

static void set_concat(const HttpRequest *request, HttpResponse *response, const CatalogUpload *upload) {
  if (upload->kind == UPLOAD_KIND_PARTIAL)
    http_response_set_header(response, "Upload-Concat", "partial");
  if (upload->kind != UPLOAD_KIND_FINAL)
    return;
  g_autofree char *pattern = g_strdup(request->match->route->pattern);
  *strrchr(pattern, '/') = '\0';
  g_auto(GStrv) ids = g_strsplit(upload->parts, " ", -1);
  g_autoptr(GString) text = g_string_new("final;");
  for (char **id = ids; *id != NULL; id++)
    g_string_append_printf(text, "%s%s/%s", id == ids ? "" : " ", pattern, *id);
  http_response_set_header(response, "Upload-Concat", text->str);
}

static void answer_head(const ServerContext *server, const HttpRequest *request, HttpResponse *response) {
  g_autoptr(CatalogUpload) upload = NULL;
  if (!check_version(request, response) || !load_theirs(server, request, response, &upload))
    return;
  upload_desk_settle(server->uploads, upload->id);
  set_number(response, "Upload-Offset", safe_offset(server, upload));
  if (upload->length_bytes >= 0)
    set_number(response, "Upload-Length", upload->length_bytes);
  else
    http_response_set_header(response, "Upload-Defer-Length", "1");
  if (upload->metadata[0] != '\0')
    http_response_set_header(response, "Upload-Metadata", upload->metadata);
  set_concat(request, response, upload);
  set_expires(server, response, upload);
  upload_set_outcome(response, upload);
}

/** The media type for giving it back: what browsers would run is given as bytes. */
static const char *safe_type(const UploadWish *wish) {
  static const char *const types[] = {"video/mp4",  "video/webm", "video/quicktime",
                                      "audio/mpeg", "audio/mp4",  "application/pdf"};
  for (size_t i = 0; wish->type != NULL && i < G_N_ELEMENTS(types); i++)
    if (g_ascii_strcasecmp(wish->type, types[i]) == 0)
      return types[i];
  return "application/octet-stream";
}

static void answer_bytes(const ServerContext *server, const HttpRequest *request, HttpResponse *response) {
  g_autoptr(CatalogUpload) upload = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(UploadWish) wish = {0};
  if (!load_theirs(server, request, response, &upload))
    return;
  int64_t length = safe_offset(server, upload);
  g_autofree char *path = upload_path(upload_desk_folder(server->uploads), upload->id);
  int fd = upload->is_done ? blob_store_open(server->store, upload->blob_key, &length, &error)
                           : open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) {
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return;
  }
  upload_wish_read(upload->metadata, &wish);
  g_autofree char *name = g_uri_escape_string(wish.name != NULL ? wish.name : upload->id, NULL, false);
  g_autofree char *disposition = g_strconcat("attachment; filename*=UTF-8''", name, NULL);
  http_response_take_file(response, safe_type(&wish), fd, 0, length);
  http_response_set_header(response, "Content-Disposition", disposition);
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_NEVER);
  http_response_set_header(response, "Tus-Resumable", TUS_VERSION);
  http_response_set_etag_of(response, upload->id, 0, length);
  response->takes_ranges = true;
}

void upload_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response) {
  if (request->method == HTTP_METHOD_OPTIONS)
    answer_options(context, request, response);
  else if (request->method == HTTP_METHOD_HEAD)
    answer_head(context, request, response);
  else
    answer_bytes(context, request, response);
}

void upload_handler_delete(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(CatalogUpload) upload = NULL;
  g_autoptr(StagedFile) file = NULL;
  g_autoptr(GError) error = NULL;
  if (!check_version(request, response) || !load_theirs(server, request, response, &upload))
    return;
  upload_desk_settle(server->uploads, upload->id);
  g_autofree char *path = upload_path(upload_desk_folder(server->uploads), upload->id);
  file = upload->is_done ? NULL : staged_file_open(path, &error);
  if (g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_AGAIN)) {
    http_problem_set(response, request, HTTP_PROBLEM_LOCKED, NULL);
    return;
  }
  g_clear_error(&error);
  upload_desk_keep_hash(server->uploads, upload->id, NULL);
  if (catalog_delete_upload(server->catalog, upload_desk_folder(server->uploads), upload->id, &error))
    response->status = 204;
  else
    handler_set_error(response, request, error);
}

/* --- JSON --- */

void upload_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(GPtrArray) uploads = NULL;
  g_autoptr(GError) error = NULL;
  JsonWriter writer;
  if (request->method == HTTP_METHOD_OPTIONS) {
    answer_options(server, request, response);
    return;
  }
  if (!catalog_list_uploads(server->catalog, access_actor(request), LIST_MAX, &uploads, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  GString *text = handler_begin_items(&writer);
  for (guint i = 0; i < uploads->len; i++) {
    const CatalogUpload *upload = uploads->pdata[i];
    upload_write_json(&writer, upload, safe_offset(server, upload), upload_desk_keep_us(server->uploads));
  }
  json_writer_end_array(&writer);
  json_writer_end_object(&writer);
  handler_take_json(response, text);
}

void upload_handler_status(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(CatalogUpload) upload = NULL;
  JsonWriter writer;
  if (!load_theirs(server, request, response, &upload))
    return;
  GString *text = g_string_new(NULL);
  json_writer_init(&writer, text);
  upload_write_json(&writer, upload, safe_offset(server, upload), upload_desk_keep_us(server->uploads));
  handler_take_json(response, text);
}

/* --- the head alone --- */

bool upload_handler_check(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(CatalogUpload) upload = NULL;
  g_auto(Creation) creation = {0};
  int64_t offset = 0, length = -1;
  if (request->match->route->handler == upload_handler_create)
    return check_version(request, response) && read_creation(server, request, response, &creation);
  if (request->match->route->handler != upload_handler_patch)
    return upload_file_handler_check(context, request, response);
  return check_version(request, response) && load_theirs(server, request, response, &upload) &&
         check_patch(server, request, response, upload, &offset, &length);
}
