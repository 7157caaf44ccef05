#include "server/handlers/upload_file_handler.h"

#include "base/id.h"
#include "server/access.h"
#include "server/handlers/upload_receive.h"
#include "server/handlers/upload_wish.h"
#include "server/http/http_multipart.h"

#include <string.h>

#define FIELD_BYTES_MAX 8192

/** Parameters and fields that become metadata. */
static const char *const keys[] = {"title",    "summary", "category", "institution", "course",
                                   "replaces", "lesson",  "purpose",  "filetype",    "type"};

static bool is_key(const char *name) {
  for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
    if (strcmp(keys[i], name) == 0)
      return true;
  return false;
}

/** The metadata that the address gives, and the file's name. */
static GString *metadata_of(const HttpRequest *request, const char *name) {
  GString *metadata = g_string_new(NULL);
  if (name != NULL)
    upload_metadata_add(metadata, "filename", name);
  for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
    const char *value = http_request_find_param(request, keys[i]);
    if (value != NULL && value[0] != '\0')
      upload_metadata_add(metadata, keys[i], value);
  }
  return metadata;
}

/** Begin an upload of one who may; `length` -1: not known. False with the problem set. */
static bool begin(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                  GString *metadata, int64_t length, CatalogUpload **ret_upload) {
  g_autofree char *id = id_new();
  CatalogUpload upload = {.id = id, .owner = (char *)access_actor(request), .length_bytes = length};
  g_autoptr(GError) error = NULL;
  if (!upload_metadata_is_valid(metadata->str)) {
    http_problem_set(response, request, HTTP_PROBLEM_BAD_PARAMETER, NULL);
    return false;
  }
  if (!upload_space_check(server, request, response, MAX(length, 0)) ||
      !upload_wish_check(server, request, response, metadata, length, &upload.is_draft))
    return false;
  upload.metadata = metadata->str;
  if (catalog_create_upload(server->catalog, upload_desk_folder(server->uploads), &upload, &error) &&
      catalog_load_upload(server->catalog, id, ret_upload, &error))
    return true;
  upload_set_error(response, request, error);
  return false;
}

/** All of it is there: its length is known now, and it becomes what it is to become. */
static bool finish(UploadWork *work, const HttpRequest *request, HttpResponse *response) {
  CatalogUpload *upload = work->upload;
  int64_t length = staged_file_safe_offset(work->file);
  g_autoptr(GError) error = NULL;
  if (upload->length_bytes < 0) {
    if (!catalog_set_upload_length(work->server->catalog, upload->id, length, &error)) {
      upload_set_error(response, request, error);
      return false;
    }
    upload->length_bytes = length;
  }
  return upload_work_finish(work, request, response);
}

static void forget(const ServerContext *server, const CatalogUpload *upload) {
  upload_desk_keep_hash(server->uploads, upload->id, NULL);
  catalog_delete_upload(server->catalog, upload_desk_folder(server->uploads), upload->id, NULL);
}

/* --- PUT --- */

static const char *name_of(const HttpRequest *request) {
  return http_request_route_param(request, "name");
}

void upload_file_handler_put(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(GString) metadata = metadata_of(request, name_of(request));
  g_autoptr(CatalogUpload) upload = NULL;
  g_auto(UploadWork) work = {0};
  if (!begin(server, request, response, metadata, http_request_body_length(request), &upload) ||
      !upload_work_begin(server, request, response, upload, &work)) {
    if (upload != NULL)
      forget(server, upload);
    return;
  }
  if (!upload_work_receive(&work, request, response, NULL) || !finish(&work, request, response)) {
    forget(server, upload);
    return;
  }
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  upload_write_json(&writer, upload, 0, upload_desk_keep_us(server->uploads));
  handler_take_json(response, text);
  response->status = 201;
  upload_set_outcome(response, upload);
}

/* --- forms --- */

typedef struct {
  const ServerContext *server;
  const HttpRequest *request;
  HttpResponse *response;
  GString *metadata; /**< of the fields so far */
  char *field;       /**< the field that comes, or NULL */
  GString *value;
  CatalogUpload *upload; /**< the file that comes, or NULL */
  UploadWork work;
  GPtrArray *done; /**< CatalogUpload */
  bool has_problem;
} Form;

static void form_clear(Form *form) {
  upload_work_end(&form->work);
  if (form->upload != NULL)
    forget(form->server, form->upload);
  g_clear_pointer(&form->upload, catalog_upload_free);
  g_string_free(form->metadata, TRUE);
  g_string_free(form->value, TRUE);
  g_free(form->field);
  g_ptr_array_unref(form->done);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Form, form_clear)

static bool on_begin(gpointer user_data, const HttpMultipartPart *part) {
  Form *form = user_data;
  if (part->filename == NULL) {
    form->field = g_strdup(part->name);
    g_string_truncate(form->value, 0);
    return true;
  }
  g_autoptr(GString) metadata = g_string_new(NULL);
  upload_metadata_add(metadata, "filename", part->filename);
  if (form->metadata->len > 0)
    g_string_append_printf(metadata, ",%s", form->metadata->str);
  form->has_problem = !begin(form->server, form->request, form->response, metadata, -1, &form->upload) ||
                      !upload_work_begin(form->server, form->request, form->response, form->upload, &form->work);
  return !form->has_problem;
}

static bool on_data(gpointer user_data, const void *data, size_t size) {
  Form *form = user_data;
  if (form->upload != NULL) {
    form->has_problem = !upload_work_put(&form->work, form->request, form->response, data, size);
    return !form->has_problem;
  }
  if (form->value->len + size > FIELD_BYTES_MAX)
    return false;
  g_string_append_len(form->value, data, (gssize)size);
  return true;
}

static bool end_file(Form *form) {
  g_autoptr(GError) error = NULL;
  if (!staged_file_keep(form->work.file, &error)) {
    upload_set_error(form->response, form->request, error);
    form->has_problem = true;
    return false;
  }
  form->has_problem = !finish(&form->work, form->request, form->response);
  upload_work_end(&form->work);
  if (form->has_problem)
    return false;
  g_ptr_array_add(form->done, g_steal_pointer(&form->upload));
  return true;
}

static bool on_end(gpointer user_data) {
  Form *form = user_data;
  if (form->upload != NULL)
    return end_file(form);
  if (form->field != NULL && form->value->len > 0 && is_key(form->field)) {
    g_autofree char *seen = upload_metadata_find(form->metadata->str, form->field);
    g_autofree char *value = g_utf8_make_valid(form->value->str, (gssize)form->value->len);
    if (seen == NULL)
      upload_metadata_add(form->metadata, form->field, value);
  }
  g_clear_pointer(&form->field, g_free);
  return true;
}

/** The whole form; false with the problem set. */
static bool read_form(Form *form, HttpMultipart *multipart) {
  for (;;) {
    const void *data = NULL;
    size_t size = 0;
    HttpBodyResult result = http_body_peek(form->request->stream, &data, &size);
    if (result == HTTP_BODY_DATA && http_multipart_put(multipart, data, size)) {
      http_body_take(form->request->stream, size);
      continue;
    }
    if (result == HTTP_BODY_IDLE)
      continue;
    if (result == HTTP_BODY_END && http_multipart_is_whole(multipart) && form->done->len > 0)
      return true;
    if (!form->has_problem)
      http_problem_set_texts(form->response, form->request, HTTP_PROBLEM_BAD_PARAMETER,
                             "表单不完整，或者没有文件。", "The form is not whole, or has no file.");
    return false;
  }
}

void upload_file_handler_form(gpointer context, const HttpRequest *request, HttpResponse *response) {
  static const HttpMultipartFuncs funcs = {on_begin, on_data, on_end};
  const ServerContext *server = context;
  g_auto(Form) form = {.server = server,
                       .request = request,
                       .response = response,
                       .metadata = metadata_of(request, NULL),
                       .value = g_string_new(NULL),
                       .done = g_ptr_array_new_with_free_func((GDestroyNotify)catalog_upload_free)};
  g_autoptr(HttpMultipart) multipart =
      http_multipart_new(http_request_find_header(request, "Content-Type"), &funcs, &form);
  JsonWriter writer;
  if (multipart == NULL || !read_form(&form, multipart)) {
    if (multipart == NULL)
      http_problem_set(response, request, HTTP_PROBLEM_BAD_REQUEST, NULL);
    return;
  }
  GString *text = handler_begin_items(&writer);
  for (guint i = 0; i < form.done->len; i++)
    upload_write_json(&writer, form.done->pdata[i], 0, upload_desk_keep_us(server->uploads));
  json_writer_end_array(&writer);
  json_writer_end_object(&writer);
  handler_take_json(response, text);
  response->status = 201;
}

/* --- the head alone --- */

bool upload_file_handler_check(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  int64_t length = http_request_body_length(request);
  bool is_draft = false;
  if (request->match->route->handler == upload_file_handler_form) {
    const char *type = http_request_find_header(request, "Content-Type");
    if (type != NULL && g_ascii_strncasecmp(type, "multipart/form-data", 19) == 0)
      return upload_space_check(server, request, response, MAX(length, 0));
    http_problem_set_texts(response, request, HTTP_PROBLEM_MEDIA_TYPE, "请发送 multipart/form-data。",
                           "Send multipart/form-data.");
    return false;
  }
  g_autoptr(GString) metadata = metadata_of(request, name_of(request));
  return upload_space_check(server, request, response, MAX(length, 0)) &&
         upload_wish_check(server, request, response, metadata, length, &is_draft);
}
