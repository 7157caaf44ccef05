#include "server/handlers/edit.h"

#include "catalog/record_json.h"

#include <string.h>

#define TAGS_MAX 16
#define FIELDS_BYTES_MAX 1000

static bool is_json_type(const char *type) {
  static const char *const types[] = {"application/json", "application/merge-patch+json"};
  size_t length = type != NULL ? strcspn(type, "; \t") : 0;
  for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
    if (length == strlen(types[i]) && g_ascii_strncasecmp(type, types[i], length) == 0)
      return true;
  return false;
}

bool edit_load_body(const HttpRequest *request, HttpResponse *response, const char **ret_text, size_t *ret_size) {
  if (request->body == NULL || g_bytes_get_size(request->body) == 0) {
    http_problem_set_texts(response, request, HTTP_PROBLEM_BAD_JSON, "请求没有内容。", "The request has no body.");
    return false;
  }
  if (!is_json_type(http_request_find_header(request, "Content-Type"))) {
    http_problem_set(response, request, HTTP_PROBLEM_MEDIA_TYPE, NULL);
    return false;
  }
  gsize size = 0;
  *ret_text = g_bytes_get_data(request->body, &size);
  *ret_size = size;
  return true;
}

/** The versions in a list of strong entity tags of ours. */
static size_t read_versions(const char *list, int64_t versions[TAGS_MAX]) {
  size_t count = 0;
  while (*list != '\0' && count < TAGS_MAX) {
    list += strspn(list, " \t,");
    const char *close = list[0] == '"' ? strchr(list + 1, '"') : NULL;
    if (close == NULL) {
      list += strcspn(list, ","); /* a weak tag, or none */
      continue;
    }
    char *end = NULL;
    int64_t version = g_ascii_strtoll(list + 1, &end, 10);
    if (version > 0 && (*end == '-' || *end == '"'))
      versions[count++] = version;
    list = close + 1;
  }
  return count;
}

bool edit_load_version(const HttpRequest *request, HttpResponse *response, int64_t current, int64_t *ret_version) {
  const char *list = http_request_find_header(request, "If-Match");
  int64_t versions[TAGS_MAX];
  if (list == NULL) {
    http_problem_set(response, request, HTTP_PROBLEM_PRECONDITION_REQUIRED, NULL);
    return false;
  }
  if (strcmp(list, "*") == 0) {
    *ret_version = 0;
    return true;
  }
  size_t count = read_versions(list, versions);
  if (count == 0) {
    http_problem_set(response, request, HTTP_PROBLEM_PRECONDITION, NULL);
    return false;
  }
  *ret_version = versions[0];
  for (size_t i = 0; i < count; i++)
    if (versions[i] == current)
      *ret_version = current;
  return true;
}

/** `*text` with only the members asked for. */
static bool select_fields(HttpResponse *response, const HttpRequest *request, GString **text) {
  const char *fields = http_request_find_param(request, "fields");
  g_autofree char *unknown = NULL;
  if (fields == NULL || fields[0] == '\0')
    return true;
  GString *selected = strlen(fields) <= FIELDS_BYTES_MAX ? record_json_select(*text, fields, &unknown) : NULL;
  if (selected == NULL) {
    g_autofree char *zh = g_strdup_printf("fields：没有“%s”这个字段。", unknown != NULL ? unknown : fields);
    g_autofree char *en = g_strdup_printf("fields: there is no member %s.", unknown != NULL ? unknown : fields);
    http_problem_set_texts(response, request, HTTP_PROBLEM_BAD_PARAMETER, zh, en);
    return false;
  }
  g_string_free(*text, TRUE);
  *text = selected;
  return true;
}

bool edit_take_page(HttpResponse *response, const HttpRequest *request, GString *text) {
  if (!select_fields(response, request, &text)) {
    g_string_free(text, TRUE);
    return false;
  }
  handler_take_json(response, text);
  http_response_set_header(response, "Vary", "Accept-Language, Authorization, Cookie");
  return true;
}

bool edit_take_json(HttpResponse *response, const HttpRequest *request, GString *text, int64_t version) {
  if (!edit_take_page(response, request, text))
    return false;
  char tag[HTTP_ETAG_SIZE];
  g_strlcpy(tag, response->etag + 1, sizeof tag); /* without the opening quote */
  g_snprintf(response->etag, sizeof response->etag, "\"%" G_GINT64_FORMAT "-%.40s", version, tag);
  if (response->etag[strlen(response->etag) - 1] != '"')
    g_strlcat(response->etag, "\"", sizeof response->etag);
  return true;
}

static void set_fault(HttpResponse *response, const HttpRequest *request, HttpProblem problem,
                      const RecordFault *fault) {
  g_autofree char *zh = record_fault_text_zh(fault), *en = record_fault_text_en(fault);
  http_problem_set_texts(response, request, problem, zh, en);
}

void edit_set_error(HttpResponse *response, const HttpRequest *request, const GError *error,
                    const RecordFault *fault) {
  bool has_fault = fault != NULL && fault->reason != RECORD_FAULT_NONE;
  if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_STALE))
    http_problem_set(response, request, HTTP_PROBLEM_PRECONDITION, NULL);
  else if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_REUSED))
    http_problem_set(response, request, HTTP_PROBLEM_KEY_REUSED, NULL);
  else if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT) && has_fault)
    set_fault(response, request, HTTP_PROBLEM_CONFLICT, fault);
  else if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT))
    http_problem_set(response, request, HTTP_PROBLEM_CONFLICT, NULL);
  else if (has_fault)
    set_fault(response, request, HTTP_PROBLEM_FIELD, fault);
  else if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_INVALID))
    http_problem_set(response, request, HTTP_PROBLEM_BAD_JSON, NULL);
  else
    handler_set_error(response, request, error);
}
