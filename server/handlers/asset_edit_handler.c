#include "server/handlers/asset_edit_handler.h"

#include "base/text_decode.h"
#include "catalog/asset_edit.h"
#include "catalog/chapter_json.h"
#include "catalog/side_captions.h"
#include "server/access.h"
#include "server/handlers/asset_json.h"
#include "server/handlers/chapter_handler.h"
#include "server/handlers/edit.h"

#include <string.h>

#define VERSION_LENGTH (ASSET_EDIT_VERSION_SIZE - 1)

/* --- versions as entity tags --- */

static void set_version(HttpResponse *response, const char *version) {
  g_snprintf(response->etag, sizeof response->etag, "\"%s\"", version);
}

/* The header too: answers to edits are not conditional, so nothing else writes it. */
static void set_new_version(HttpResponse *response, const char *version) {
  set_version(response, version);
  http_response_set_header(response, "ETag", response->etag);
}

/* What stands behind a content coding in a tag is not of the version. */
static bool read_version(const char *tag, char ret_version[ASSET_EDIT_VERSION_SIZE]) {
  tag += strspn(tag, " \t");
  if (*tag != '"' || strspn(tag + 1, "0123456789abcdef") != VERSION_LENGTH)
    return false;
  g_strlcpy(ret_version, tag + 1, ASSET_EDIT_VERSION_SIZE);
  return true;
}

/* The edit that the request wants, with `version` as the text of its version. False with 412 or 428. */
static bool load_edit(const HttpRequest *request, HttpResponse *response, char version[ASSET_EDIT_VERSION_SIZE],
                      AssetEdit *ret_edit) {
  const char *match = http_request_find_header(request, "If-Match");
  const char *none_match = http_request_find_header(request, "If-None-Match");
  *ret_edit = (AssetEdit){
      .actor = access_actor(request), .asset_id = http_request_route_param(request, "asset"), .version = version};
  if (match == NULL && none_match != NULL && strcmp(none_match, "*") == 0) {
    ret_edit->version = ASSET_EDIT_NONE;
    return true;
  }
  if (match == NULL) {
    http_problem_set(response, request, HTTP_PROBLEM_PRECONDITION_REQUIRED, NULL);
    return false;
  }
  if (strcmp(match, "*") == 0) {
    ret_edit->version = NULL;
    return true;
  }
  if (read_version(match, version))
    return true;
  http_problem_set(response, request, HTTP_PROBLEM_PRECONDITION, NULL);
  return false;
}

static void take_private_json(HttpResponse *response, GString *text) {
  handler_take_json(response, text);
  http_response_set_header(response, "Vary", "Accept-Language, Authorization, Cookie");
}

static void set_not_probed(HttpResponse *response, const HttpRequest *request) {
  http_problem_set_texts(response, request, HTTP_PROBLEM_CONFLICT, "这个课时还没有检查完，请过一会儿再改。",
                         "This lesson has not been looked at yet: try again in a moment.");
}

static bool is_type(const HttpRequest *request, const char *const *types) {
  const char *type = http_request_find_header(request, "Content-Type");
  g_autofree char *name = g_ascii_strdown(type != NULL ? type : "", -1);
  name[strcspn(name, "; \t")] = '\0';
  return g_strv_contains(types, name);
}

/* The body, whose type must be one of `types`; false with 400 or 415. */
static bool load_file(const HttpRequest *request, HttpResponse *response, const char *const *types,
                      const char **ret_data, gsize *ret_size) {
  if (!is_type(request, types)) {
    g_autofree char *names = g_strjoinv(", ", (char **)types);
    g_autofree char *zh = g_strdup_printf("请求的内容类型应当是 %s。", names);
    g_autofree char *en = g_strdup_printf("The body's type must be one of %s.", names);
    http_problem_set_texts(response, request, HTTP_PROBLEM_MEDIA_TYPE, zh, en);
    return false;
  }
  *ret_data = request->body != NULL ? g_bytes_get_data(request->body, ret_size) : NULL;
  if (*ret_data != NULL && *ret_size > 0)
    return true;
  http_problem_set_texts(response, request, HTTP_PROBLEM_BAD_REQUEST, "请求没有内容。", "The request has no body.");
  return false;
}

/* --- captions --- */

/* In its usual case; NULL with 400. */
static char *load_language(const HttpRequest *request, HttpResponse *response) {
  char *language = side_caption_language(http_request_route_param(request, "language"));
  if (language == NULL)
    http_problem_set_texts(response, request, HTTP_PROBLEM_BAD_PARAMETER, "地址里的语言代码不对，例如 zh-CN、en。",
                           "The language in the address is no language tag, such as zh-CN or en.");
  return language;
}

void asset_edit_handler_get_captions(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  char version[ASSET_EDIT_VERSION_SIZE];
  g_autofree char *language = load_language(request, response), *key = NULL;
  g_autoptr(GError) error = NULL;
  if (language == NULL)
    return;
  if (!catalog_find_caption(server->catalog, http_request_route_param(request, "asset"), language, &key, version,
                            &error)) {
    handler_set_error(response, request, error);
    return;
  }
  g_autoptr(GBytes) bytes = blob_store_read(server->store, key, WEBVTT_BYTES_MAX, &error);
  if (bytes == NULL) {
    handler_set_error(response, request, error);
    return;
  }
  http_response_set_bytes(response, "text/vtt; charset=utf-8", bytes);
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_REVALIDATE);
  http_response_set_header(response, "Vary", "Authorization, Cookie");
  set_version(response, version);
}

static void refuse_captions(HttpResponse *response, const HttpRequest *request, const char *zh, const char *en,
                            const GError *cause) {
  g_autofree char *en_whole = cause != NULL ? g_strdup_printf("%s (%s)", en, cause->message) : g_strdup(en);
  http_problem_set_texts(response, request, HTTP_PROBLEM_FIELD, zh, en_whole);
}

/* NULL with 422 set. */
static WebvttDocument *parse_captions(const HttpRequest *request, HttpResponse *response, const char *data,
                                      gsize size, const char **ret_encoding) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) text = text_decode(data, size, ret_encoding, &error);
  if (text == NULL) {
    refuse_captions(response, request, "读不出字幕文件的文字，请另存为 UTF-8 或 GBK 编码的 SRT 或 VTT 文件。",
                    "The file is no text in UTF-8, UTF-16 or GBK: save it as one", error);
    return NULL;
  }
  g_autoptr(WebvttDocument) document = webvtt_parse(text->str, text->len, &error);
  if (document == NULL) {
    refuse_captions(response, request, "这不是字幕文件，请选择 SRT 或 VTT 文件。",
                    "The file holds no captions in SubRip or WebVTT", error);
    return NULL;
  }
  if (document->cues->len > 0)
    return g_steal_pointer(&document);
  refuse_captions(response, request, "文件里没有一条字幕。", "The file holds no caption.", NULL);
  return NULL;
}

static GString *write_outcome(const char *language, const WebvttDocument *document, const char *encoding) {
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_object(&writer);
  json_writer_member_string(&writer, "language", language);
  json_writer_member_int(&writer, "cues", document->cues->len);
  json_writer_member_string(&writer, "encoding", encoding);
  json_writer_end_object(&writer);
  return text;
}

void asset_edit_handler_put_captions(gpointer context, const HttpRequest *request, HttpResponse *response) {
  static const char *const types[] = {"text/vtt", "application/x-subrip", "text/plain", "application/octet-stream",
                                      NULL};
  const ServerContext *server = context;
  const char *data = NULL, *encoding = NULL;
  gsize size = 0;
  char version[ASSET_EDIT_VERSION_SIZE], made[ASSET_EDIT_VERSION_SIZE];
  AssetEdit edit;
  g_autofree char *language = load_language(request, response);
  g_autoptr(GError) error = NULL;
  if (language == NULL || !load_edit(request, response, version, &edit) ||
      !load_file(request, response, types, &data, &size))
    return;
  g_autoptr(WebvttDocument) document = parse_captions(request, response, data, size, &encoding);
  if (document == NULL)
    return;
  if (!catalog_put_caption(server->catalog, server->store, &edit, language, document, made, &error)) {
    edit_set_error(response, request, error, NULL);
    return;
  }
  take_private_json(response, write_outcome(language, document, encoding));
  set_new_version(response, made);
}

void asset_edit_handler_delete_captions(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  char version[ASSET_EDIT_VERSION_SIZE];
  AssetEdit edit;
  g_autofree char *language = load_language(request, response);
  g_autoptr(GError) error = NULL;
  if (language == NULL || !load_edit(request, response, version, &edit))
    return;
  if (catalog_delete_caption(server->catalog, &edit, language, &error))
    response->status = 204;
  else
    edit_set_error(response, request, error, NULL);
}

/* --- chapters --- */

/* False with the problem set. */
static bool answer_chapters(const ServerContext *server, const HttpRequest *request, HttpResponse *response) {
  const char *asset_id = http_request_route_param(request, "asset");
  char version[ASSET_EDIT_VERSION_SIZE];
  g_autoptr(GArray) own = NULL, shown = NULL;
  g_autoptr(GError) error = NULL;
  if (!catalog_load_own_chapters(server->catalog, asset_id, &own, version, &error) ||
      (own->len == 0 && !catalog_load_chapters(server->catalog, asset_id, &shown, &error))) {
    handler_set_error(response, request, error);
    return false;
  }
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_object(&writer);
  json_writer_member_bool(&writer, "own", own->len > 0);
  asset_json_write_chapters(&writer, "items", own->len > 0 ? own : shown, request->language);
  json_writer_end_object(&writer);
  take_private_json(response, text);
  set_version(response, version);
  return true;
}

void asset_edit_handler_get_chapters(gpointer context, const HttpRequest *request, HttpResponse *response) {
  answer_chapters(context, request, response);
}

void asset_edit_handler_put_chapters(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *text = NULL;
  size_t size = 0;
  char version[ASSET_EDIT_VERSION_SIZE], made[ASSET_EDIT_VERSION_SIZE];
  AssetEdit edit;
  RecordFault fault = {0};
  g_autoptr(GError) error = NULL;
  if (!load_edit(request, response, version, &edit) || !edit_load_body(request, response, &text, &size))
    return;
  g_autoptr(GArray) chapters = chapter_json_parse(text, size, &fault, &error);
  if (chapters == NULL || !catalog_put_chapters(server->catalog, &edit, chapters, made, &fault, &error)) {
    if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT))
      set_not_probed(response, request);
    else
      edit_set_error(response, request, error, &fault);
    return;
  }
  if (answer_chapters(server, request, response))
    set_new_version(response, made);
}

/* --- poster --- */

void asset_edit_handler_put_poster(gpointer context, const HttpRequest *request, HttpResponse *response) {
  static const char *const types[] = {"image/jpeg", NULL};
  const ServerContext *server = context;
  const char *data = NULL;
  gsize size = 0;
  AssetEdit edit = {.actor = access_actor(request), .asset_id = http_request_route_param(request, "asset")};
  g_autoptr(GError) error = NULL;
  if (!load_file(request, response, types, &data, &size))
    return;
  if (catalog_put_poster(server->catalog, server->store, &edit, data, size, &error))
    response->status = 204;
  else if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_INVALID))
    http_problem_set_texts(response, request, HTTP_PROBLEM_FIELD,
                           "封面应当是一张边长 90 到 4096 像素的 JPEG 图片。",
                           "A poster is a JPEG picture of 90 to 4096 pixels a side.");
  else
    handler_set_error(response, request, error);
}
