#include "server/handlers/sign_in_code_handler.h"

#include "catalog/credential.h"
#include "catalog/sign_in_code.h"
#include "server/handlers/person_json.h"
#include "server/session_cookie.h"

#include <string.h>

#define FREE_FAILURES 5
#define TOKEN_LIFETIME_S (INT64_C(90) * 24 * 3600)
#define GRANT_TYPE "urn:ietf:params:oauth:grant-type:device_code"

/** An error of OAuth (RFC 6749 §5.2). */
static void refuse(HttpResponse *response, const char *code) {
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_object(&writer);
  json_writer_member_string(&writer, "error", code);
  json_writer_end_object(&writer);
  person_take_private(response, text);
  response->status = 400;
}

/** Where people type the code, as they reach us. */
static char *verification_uri(const HttpRequest *request) {
  const char *host = http_request_find_header(request, "Host");
  return g_strdup_printf("%s://%s/activate", request->is_secure ? "https" : "http",
                         host != NULL ? host : "localhost");
}

void device_handler_open(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(BodyFields) body = person_load_body(request, response, true);
  g_autofree char *device_code = NULL, *user_code = NULL;
  g_autoptr(GError) error = NULL;
  if (body == NULL)
    return;
  const char *label = body_fields_find(body, "client_id");
  if (!catalog_open_device_grant(server->catalog, label != NULL ? label : "", &device_code, &user_code, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  g_autofree char *shown = g_strdup_printf("%.4s-%s", user_code, user_code + 4), *uri = verification_uri(request);
  g_autofree char *complete = g_strdup_printf("%s?code=%s", uri, shown);
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_object(&writer);
  json_writer_member_string(&writer, "device_code", device_code);
  json_writer_member_string(&writer, "user_code", shown);
  json_writer_member_string(&writer, "verification_uri", uri);
  json_writer_member_string(&writer, "verification_uri_complete", complete);
  json_writer_member_int(&writer, "expires_in", DEVICE_GRANT_LIFETIME_S);
  json_writer_member_int(&writer, "interval", POLL_PACE_INTERVAL_US / G_TIME_SPAN_SECOND);
  json_writer_end_object(&writer);
  person_take_private(response, text);
}

/** A token that only reads: a television stands where many are. */
static void take_token(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                       const char *person_id, const char *label) {
  CredentialRequest token = {.kind = CREDENTIAL_TOKEN,
                             .person_id = person_id,
                             .label = label,
                             .expires_us = g_get_real_time() + TOKEN_LIFETIME_S * G_USEC_PER_SEC};
  g_autofree char *secret = NULL;
  g_autoptr(GError) error = NULL;
  if (!catalog_issue_credential(server->catalog, "device", &token, &secret, NULL, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  g_autofree char *shown = g_strconcat(ACCESS_TOKEN_PREFIX, secret, NULL);
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_object(&writer);
  json_writer_member_string(&writer, "access_token", shown);
  json_writer_member_string(&writer, "token_type", "Bearer");
  json_writer_member_int(&writer, "expires_in", TOKEN_LIFETIME_S);
  json_writer_end_object(&writer);
  person_take_private(response, text);
}

void device_handler_redeem(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(BodyFields) body = person_load_body(request, response, true);
  g_autofree char *person_id = NULL, *label = NULL;
  g_autoptr(GError) error = NULL;
  DeviceGrantState state = DEVICE_GRANT_EXPIRED;
  if (body == NULL)
    return;
  const char *type = body_fields_find(body, "grant_type"), *code = body_fields_find(body, "device_code");
  if (type == NULL || code == NULL) {
    refuse(response, "invalid_request");
    return;
  }
  if (strcmp(type, GRANT_TYPE) != 0) {
    refuse(response, "unsupported_grant_type");
    return;
  }
  if (!catalog_redeem_device_grant(server->catalog, code, &state, &person_id, &label, &error))
    handler_set_error(response, request, error);
  else if (state == DEVICE_GRANT_APPROVED)
    take_token(server, request, response, person_id, label);
  else if (state == DEVICE_GRANT_PENDING)
    refuse(response, poll_pace_is_hasty(server->device_polls, code, g_get_monotonic_time())
                         ? "slow_down"
                         : "authorization_pending");
  else
    refuse(response, state == DEVICE_GRANT_DENIED ? "access_denied" : "expired_token");
}

/** Whether `key` has to wait; false with 429 set. */
static bool may_guess(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                      const char *key) {
  int64_t wait_us = attempt_guard_wait_us(access_attempts(server->access), key, g_get_monotonic_time());
  if (wait_us > 0)
    person_refuse_wait(response, request, wait_us);
  return wait_us == 0;
}

void device_handler_decide(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(BodyFields) body = person_load_body(request, response, false);
  g_autofree char *key = g_strdup_printf("user-code:%s", access_person_id(request)), *label = NULL;
  g_autoptr(GError) error = NULL;
  if (body == NULL || !may_guess(server, request, response, key))
    return;
  const char *code = body_fields_find(body, "user_code");
  if (!catalog_decide_device_grant(server->catalog, access_actor(request), code != NULL ? code : "",
                                   access_person_id(request), body_fields_get_bool(body, "approve", true), &label,
                                   &error)) {
    handler_set_error(response, request, error);
    return;
  }
  if (label == NULL) {
    attempt_guard_fail(access_attempts(server->access), key, FREE_FAILURES, g_get_monotonic_time());
    security_log_event(server->security_log, SECURITY_EVENT_SIGN_IN_FAILED, request,
                       access_identity(request)->person->login, "code of a receiver");
    http_problem_set_texts(response, request, HTTP_PROBLEM_NOT_FOUND,
                           "没有设备在等这个代码，请看看是否输对、是否过期。",
                           "No device waits with this code: is it typed right, is it still good?");
    return;
  }
  attempt_guard_clear(access_attempts(server->access), key);
  if (body_fields_get_bool(body, "approve", true))
    person_note_change(server, request, access_identity(request)->person->login, "receiver let in");
  response->status = 204;
}

/* --- rooms --- */

void room_code_handler_open(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autofree char *code = NULL;
  g_autoptr(GError) error = NULL;
  if (!catalog_open_room_code(server->catalog, access_actor(request), http_request_route_param(request, "record"),
                              &code, &error)) {
    bool is_missing = g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT);
    if (is_missing)
      http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    else
      handler_set_error(response, request, error);
    return;
  }
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_object(&writer);
  json_writer_member_string(&writer, "code", code);
  json_writer_member_int(&writer, "expires_in", ROOM_CODE_LIFETIME_S);
  json_writer_end_object(&writer);
  person_take_private(response, text);
}

void room_code_handler_close(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(GError) error = NULL;
  if (catalog_close_room_code(server->catalog, access_actor(request), http_request_route_param(request, "record"),
                              &error))
    response->status = 204;
  else
    handler_set_error(response, request, error);
}

void room_code_handler_join(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(BodyFields) body = person_load_body(request, response, false);
  g_autofree char *client = http_request_format_client(request), *network = attempt_guard_network(client);
  g_autofree char *key = g_strdup_printf("room:%s", network), *room_id = NULL, *name = NULL, *secret = NULL;
  g_autoptr(GError) error = NULL;
  if (body == NULL || !may_guess(server, request, response, key))
    return;
  const char *code = body_fields_find(body, "code");
  if (!catalog_find_room_code(server->catalog, code != NULL ? code : "", &room_id, &name, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  if (room_id == NULL) {
    attempt_guard_fail(access_attempts(server->access), key, FREE_FAILURES, g_get_monotonic_time());
    security_log_event(server->security_log, SECURITY_EVENT_SIGN_IN_FAILED, request, NULL, "code of a room");
    http_problem_set_texts(response, request, HTTP_PROBLEM_NOT_FOUND, "没有这个房间代码。",
                           "No room has this code.");
    return;
  }
  int64_t lifetime_us = ROOM_CODE_LIFETIME_S * G_USEC_PER_SEC;
  CredentialRequest joined = {
      .kind = CREDENTIAL_ROOM, .room_id = room_id, .expires_us = g_get_real_time() + lifetime_us};
  if (!catalog_issue_credential(server->catalog, NULL, &joined, &secret, NULL, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  session_cookie_set(response, request, ROOM_COOKIE, secret, lifetime_us);
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_object(&writer);
  json_writer_member_string(&writer, "room_id", room_id);
  json_writer_member_string(&writer, "name", name);
  json_writer_end_object(&writer);
  person_take_private(response, text);
}
