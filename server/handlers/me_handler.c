#include "server/handlers/me_handler.h"

#include "base/id.h"
#include "catalog/password.h"
#include "catalog/totp.h"
#include "server/handlers/person_json.h"

#include <string.h>

#define FREE_FAILURES 5
#define RECOVERY_CODES 10
#define RECOVERY_CODE_CHARACTERS 16
#define DAY_US (INT64_C(24) * 3600 * G_TIME_SPAN_SECOND)
#define TOKEN_DAYS_DEFAULT 90
#define TOKEN_DAYS_MAX 400
#define TOTP_ISSUER "Kapok"

/** Whether the body's `member` is the password of who asks; false with the problem set. */
static bool check_password(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                           const BodyFields *body, const char *member) {
  const char *password = body_fields_find(body, member), *id = access_person_id(request);
  g_autofree char *key = g_strdup_printf("me:%s", id);
  AttemptGuard *attempts = access_attempts(server->access);
  int64_t now_us = g_get_monotonic_time(), wait_us = attempt_guard_wait_us(attempts, key, now_us);
  g_auto(PersonSecrets) secrets = {0};
  g_autoptr(GError) error = NULL;
  const char *login = access_identity(request)->person->login;
  if (wait_us > 0) {
    security_log_event(server->security_log, SECURITY_EVENT_LOCKED_OUT, request, login, "password asked again");
    person_refuse_wait(response, request, wait_us);
    return false;
  }
  if (!catalog_load_person_secrets(server->catalog, id, &secrets, &error)) {
    handler_set_error(response, request, error);
    return false;
  }
  if (secrets.password_hash == NULL)
    return true; /* they come by another way, and are here by it */
  if (password != NULL && password_is(password, secrets.password_hash)) {
    attempt_guard_clear(attempts, key);
    return true;
  }
  attempt_guard_fail(attempts, key, FREE_FAILURES, now_us);
  security_log_event(server->security_log, SECURITY_EVENT_SIGN_IN_FAILED, request, login, "password asked again");
  person_refuse_field(response, request, "密码不对。", "The password is wrong.");
  return false;
}

void me_handler_set_password(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const AccessIdentity *identity = access_identity(request);
  g_autoptr(BodyFields) body = person_load_body(request, response, false);
  g_autoptr(GError) error = NULL;
  if (body == NULL || !check_password(server, request, response, body, "old"))
    return;
  const char *password = body_fields_find(body, "new");
  g_autofree char *hash = password_check(password != NULL ? password : "", identity->person->login, &error)
                              ? password_hash(password, &error)
                              : NULL;
  if (hash == NULL || !catalog_set_password(server->catalog, identity->actor, identity->person->id, hash,
                                            identity->credential->id, &error)) {
    person_set_error(response, request, error);
    return;
  }
  person_note_change(server, request, identity->person->login, "password set");
  response->status = 204;
}

/* --- sessions and tokens --- */

static void write_credential(JsonWriter *writer, const CatalogCredential *credential, const char *current) {
  bool is_token = credential->kind == CREDENTIAL_TOKEN;
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "id", credential->id);
  json_writer_member_string(writer, "kind", is_token ? "token" : "session");
  json_writer_member_string(writer, "label", credential->label);
  json_writer_name(writer, "scopes");
  json_writer_begin_array(writer);
  for (int i = 0; is_token && i < RIGHT_COUNT; i++)
    if (credential->scopes & 1u << i)
      json_writer_string(writer, right_name((Right)(1u << i)));
  json_writer_end_array(writer);
  json_writer_member_bool(writer, "is_current", current != NULL && strcmp(credential->id, current) == 0);
  handler_write_time(writer, "created_at", credential->created_us);
  handler_write_time(writer, "used_at", credential->rotated_us);
  handler_write_time(writer, "expires_at", credential->expires_us);
  json_writer_end_object(writer);
}

void me_handler_list_credentials(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const AccessIdentity *identity = access_identity(request);
  static const CredentialKind kinds[] = {CREDENTIAL_SESSION, CREDENTIAL_TOKEN};
  JsonWriter writer;
  g_autoptr(GString) text = handler_begin_items(&writer);
  for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(GError) error = NULL;
    if (!catalog_list_credentials(server->catalog, kinds[k], identity->person->id, &list, &error)) {
      handler_set_error(response, request, error);
      return;
    }
    for (guint i = 0; i < list->len; i++)
      write_credential(&writer, list->pdata[i], identity->credential != NULL ? identity->credential->id : NULL);
  }
  json_writer_end_array(&writer);
  json_writer_end_object(&writer);
  person_take_private(response, g_steal_pointer(&text));
}

void me_handler_revoke_credential(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *id = http_request_route_param(request, "credential");
  g_autoptr(GError) error = NULL;
  if (!catalog_revoke_credential(server->catalog, access_actor(request), id, access_person_id(request), &error)) {
    handler_set_error(response, request, error);
    return;
  }
  person_note_change(server, request, access_identity(request)->person->login, "token or session withdrawn");
  response->status = 204;
}

/** The rights that the list names; false when one is none. */
static bool read_scopes(const char *const *names, unsigned *ret_scopes) {
  unsigned scopes = 0;
  for (; names != NULL && *names != NULL; names++) {
    Right right = 0;
    if (!right_find(*names, &right))
      return false;
    scopes |= right;
  }
  *ret_scopes = scopes;
  return true;
}

void me_handler_create_token(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const AccessIdentity *identity = access_identity(request);
  g_autoptr(BodyFields) body = person_load_body(request, response, false);
  g_autoptr(GError) error = NULL;
  g_autofree char *secret = NULL, *id = NULL;
  if (body == NULL)
    return;
  int64_t days = body_fields_get_int(body, "days", TOKEN_DAYS_DEFAULT);
  CredentialRequest token = {.kind = CREDENTIAL_TOKEN,
                             .person_id = identity->person->id,
                             .label = body_fields_find(body, "label"),
                             .is_strong = identity->credential->is_strong,
                             .expires_us = g_get_real_time() + days * DAY_US};
  if (!read_scopes(body_fields_find_list(body, "scopes"), &token.scopes) || days < 1 || days > TOKEN_DAYS_MAX) {
    person_refuse_field(response, request, "scopes 或 days 不对。", "scopes or days is wrong.");
    return;
  }
  if (!catalog_issue_credential(server->catalog, identity->actor, &token, &secret, &id, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  person_note_change(server, request, identity->person->login, "token made");
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  g_autofree char *shown = g_strconcat(ACCESS_TOKEN_PREFIX, secret, NULL);
  json_writer_init(&writer, text);
  json_writer_begin_object(&writer);
  json_writer_member_string(&writer, "id", id);
  json_writer_member_string(&writer, "token", shown);
  handler_write_time(&writer, "expires_at", token.expires_us);
  json_writer_end_object(&writer);
  person_take_private(response, text);
  response->status = 201;
}

/* --- the second factor --- */

void me_handler_propose_totp(gpointer context, const HttpRequest *request, HttpResponse *response) {
  (void)context;
  g_autofree char *secret = totp_new_secret();
  g_autofree char *uri = totp_format_uri(secret, TOTP_ISSUER, access_identity(request)->person->login);
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_object(&writer);
  json_writer_member_string(&writer, "secret", secret);
  json_writer_member_string(&writer, "uri", uri);
  json_writer_end_object(&writer);
  person_take_private(response, text);
}

/** Codes that stand in for the authenticator, once each. */
static bool write_recovery_codes(const ServerContext *server, const char *person_id, GString *text,
                                 GError **error) {
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_object(&writer);
  json_writer_name(&writer, "recovery_codes");
  json_writer_begin_array(&writer);
  for (int i = 0; i < RECOVERY_CODES; i++) {
    g_autofree char *first = id_new(), *second = id_new(), *stored = NULL;
    g_autofree char *code =
        g_strdup_printf("%.*s%.*s", RECOVERY_CODE_CHARACTERS / 2, first, RECOVERY_CODE_CHARACTERS / 2, second);
    CredentialRequest request = {
        .kind = CREDENTIAL_RECOVERY, .person_id = person_id, .secret = code, .expires_us = G_MAXINT64};
    if (!catalog_issue_credential(server->catalog, NULL, &request, &stored, NULL, error))
      return false;
    json_writer_string(&writer, code);
  }
  json_writer_end_array(&writer);
  json_writer_end_object(&writer);
  return true;
}

void me_handler_set_totp(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const AccessIdentity *identity = access_identity(request);
  g_autoptr(BodyFields) body = person_load_body(request, response, false);
  g_autoptr(GString) text = g_string_new(NULL);
  g_autoptr(GError) error = NULL;
  int64_t step = 0;
  if (body == NULL || !check_password(server, request, response, body, "password"))
    return;
  const char *secret = body_fields_find(body, "secret"), *code = body_fields_find(body, "code");
  char probe[TOTP_DIGITS + 1] = "";
  if (secret != NULL)
    totp_write(secret, 0, probe);
  if (secret == NULL || code == NULL || strlen(secret) < 32 || probe[0] == '\0' ||
      !totp_find_step(secret, code, g_get_real_time() / G_USEC_PER_SEC, &step)) {
    person_refuse_field(response, request, "验证码不对，请看看手机的时间是否准确。",
                        "The code is wrong; is the clock of your phone right?");
    return;
  }
  if (!catalog_set_totp(server->catalog, identity->actor, identity->person->id, secret, step, &error) ||
      !write_recovery_codes(server, identity->person->id, text, &error)) {
    person_set_error(response, request, error);
    return;
  }
  person_note_change(server, request, identity->person->login, "second factor set");
  person_take_private(response, g_steal_pointer(&text));
}

void me_handler_delete_totp(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(BodyFields) body = person_load_body(request, response, false);
  g_autoptr(GError) error = NULL;
  if (body == NULL || !check_password(server, request, response, body, "password"))
    return;
  if (!catalog_set_totp(server->catalog, access_actor(request), access_person_id(request), NULL, 0, &error)) {
    person_set_error(response, request, error);
    return;
  }
  person_note_change(server, request, access_identity(request)->person->login, "second factor removed");
  response->status = 204;
}
