#include "server/handlers/person_json.h"

#include <string.h>

static bool is_type(const char *type, const char *wanted) {
  size_t length = type != NULL ? strcspn(type, "; \t") : 0;
  return length == strlen(wanted) && g_ascii_strncasecmp(type, wanted, length) == 0;
}

BodyFields *person_load_body(const HttpRequest *request, HttpResponse *response, bool takes_forms) {
  const char *type = http_request_find_header(request, "Content-Type");
  bool is_form = takes_forms && is_type(type, "application/x-www-form-urlencoded");
  if (!is_form && !is_type(type, "application/json")) {
    http_problem_set(response, request, HTTP_PROBLEM_MEDIA_TYPE, NULL);
    return NULL;
  }
  gsize size = 0;
  const char *text = request->body != NULL ? g_bytes_get_data(request->body, &size) : "";
  BodyFields *fields = is_form ? body_fields_parse_form(text != NULL ? text : "", size)
                               : body_fields_parse_json(text != NULL ? text : "", size);
  if (fields == NULL)
    http_problem_set(response, request, HTTP_PROBLEM_BAD_JSON, NULL);
  return fields;
}

static void write_role(JsonWriter *writer, const RoleGrant *grant) {
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "role", role_name(grant->role));
  json_writer_member_string(writer, "role_name", role_zh(grant->role));
  json_writer_member_string(writer, "division", grant->division);
  json_writer_member_string(writer, "institution_id", grant->institution_id);
  json_writer_end_object(writer);
}

void person_json_write_members(JsonWriter *writer, const CatalogPerson *person) {
  json_writer_member_string(writer, "id", person->id);
  json_writer_member_string(writer, "login", person->login);
  json_writer_member_string(writer, "name", person->name);
  json_writer_member_string(writer, "division", person->division);
  json_writer_member_bool(writer, "is_disabled", person->is_disabled);
  json_writer_member_bool(writer, "has_password", person->has_password);
  json_writer_member_bool(writer, "has_totp", person->has_totp);
  json_writer_name(writer, "roles");
  json_writer_begin_array(writer);
  for (size_t i = 0; i < person->grant_count; i++)
    write_role(writer, &person->grants[i]);
  json_writer_end_array(writer);
  handler_write_time(writer, "created_at", person->created_us);
  handler_write_time(writer, "updated_at", person->updated_us);
}

void person_take_private(HttpResponse *response, GString *text) {
  http_response_take_string(response, "application/json", text);
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_NEVER);
}

void person_take_json(HttpResponse *response, const CatalogPerson *person) {
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_object(&writer);
  person_json_write_members(&writer, person);
  json_writer_end_object(&writer);
  person_take_private(response, text);
}

void person_note_change(const ServerContext *server, const HttpRequest *request, const char *login,
                        const char *what) {
  g_autofree char *detail = g_strdup_printf("%s, by %s", what, access_actor(request));
  security_log_event(server->security_log, SECURITY_EVENT_RIGHTS_CHANGED, request, login, detail);
}

/** Sentences of the catalog are in both languages. */
static void set_sentence(HttpResponse *response, const HttpRequest *request, HttpProblem problem,
                         const char *both) {
  g_auto(GStrv) parts = g_strsplit(both, " · ", 2);
  http_problem_set_texts(response, request, problem, parts[0], parts[1] != NULL ? parts[1] : parts[0]);
}

void person_set_error(HttpResponse *response, const HttpRequest *request, const GError *error) {
  if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_INVALID))
    set_sentence(response, request, HTTP_PROBLEM_FIELD, error->message);
  else if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT))
    set_sentence(response, request, HTTP_PROBLEM_CONFLICT, error->message);
  else
    handler_set_error(response, request, error);
}

void person_refuse_field(HttpResponse *response, const HttpRequest *request, const char *zh, const char *en) {
  http_problem_set_texts(response, request, HTTP_PROBLEM_FIELD, zh, en);
}

void person_refuse_wait(HttpResponse *response, const HttpRequest *request, int64_t wait_us) {
  g_autofree char *seconds = g_strdup_printf("%" G_GINT64_FORMAT, wait_us / G_USEC_PER_SEC + 1);
  http_problem_set(response, request, HTTP_PROBLEM_TOO_OFTEN, NULL);
  http_response_set_header(response, "Retry-After", seconds);
}
