#include "server/handlers/session_handler.h"

#include "base/log.h"
#include "catalog/password.h"
#include "catalog/totp.h"
#include "server/handlers/person_json.h"
#include "server/session_cookie.h"

#include <string.h>

/** Failures that cost nothing: of one address or known browser at one account, and of one address at all. */
#define FREE_FAILURES 5
#define FREE_FAILURES_OF_ADDRESS 50
/** A session gets a new secret when the last one is older. */
#define ROTATION_US (60 * 60 * G_TIME_SPAN_SECOND)
/** A browser is remembered as known for so long after a sign-in. */
#define DEVICE_LIFETIME_US (INT64_C(400) * 24 * 3600 * G_TIME_SPAN_SECOND)

/** Who guesses at what. */
typedef struct {
  char *account; /**< address and account, or a browser known to the account */
  char *address; /**< NULL for a known browser */
} AttemptKeys;

static void attempt_keys_clear(AttemptKeys *keys) {
  g_free(keys->account);
  g_free(keys->address);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(AttemptKeys, attempt_keys_clear)

/** The browser's credential when this person has signed in with it before. */
static CatalogCredential *find_device(const ServerContext *server, const HttpRequest *request,
                                      const CatalogPerson *person) {
  g_autofree char *secret = session_cookie_find(request, DEVICE_COOKIE);
  CatalogCredential *device = NULL;
  if (secret == NULL || person == NULL ||
      !catalog_find_credential(server->catalog, CREDENTIAL_DEVICE, secret, &device, NULL) || device == NULL)
    return NULL;
  if (strcmp(device->person_id, person->id) == 0)
    return device;
  catalog_credential_free(device);
  return NULL;
}

static AttemptKeys keys_of(const HttpRequest *request, const char *login, const CatalogCredential *device) {
  if (device != NULL)
    return (AttemptKeys){.account = g_strdup_printf("device:%s", device->id)};
  g_autofree char *client = http_request_format_client(request);
  g_autofree char *network = attempt_guard_network(client);
  return (AttemptKeys){.account = g_strdup_printf("sign-in:%s %s", network, login),
                       .address = g_strdup_printf("address:%s", network)};
}

static int64_t wait_of(AttemptGuard *attempts, const AttemptKeys *keys) {
  int64_t now_us = g_get_monotonic_time();
  int64_t wait_us = attempt_guard_wait_us(attempts, keys->account, now_us);
  return keys->address != NULL ? MAX(wait_us, attempt_guard_wait_us(attempts, keys->address, now_us)) : wait_us;
}

static void note_failure(const ServerContext *server, const HttpRequest *request, const AttemptKeys *keys,
                         const char *login, const char *what) {
  AttemptGuard *attempts = access_attempts(server->access);
  int64_t now_us = g_get_monotonic_time();
  attempt_guard_fail(attempts, keys->account, FREE_FAILURES, now_us);
  if (keys->address != NULL)
    attempt_guard_fail(attempts, keys->address, FREE_FAILURES_OF_ADDRESS, now_us);
  security_log_event(server->security_log, SECURITY_EVENT_SIGN_IN_FAILED, request, login, what);
}

/** Whether `code` is one of the authenticator that was not used before, or a recovery code, which is then used up. */
static bool take_code(const ServerContext *server, const CatalogPerson *person, const char *secret,
                      const char *code, bool *ret_taken, GError **error) {
  g_autoptr(CatalogCredential) recovery = NULL;
  int64_t step = 0;
  *ret_taken = false;
  if (totp_find_step(secret, code, g_get_real_time() / G_USEC_PER_SEC, &step))
    return catalog_take_totp_step(server->catalog, person->id, step, ret_taken, error);
  if (!catalog_find_credential(server->catalog, CREDENTIAL_RECOVERY, code, &recovery, error))
    return false;
  if (recovery == NULL || strcmp(recovery->person_id, person->id) != 0)
    return true;
  *ret_taken = true;
  return catalog_revoke_credential(server->catalog, person->login, recovery->id, person->id, error);
}

bool session_begin(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                   const CatalogPerson *person, bool is_strong, const char *how) {
  g_autofree char *actor = g_strdup_printf("person:%s", person->login), *secret = NULL, *device_secret = NULL;
  g_autoptr(CatalogCredential) device = find_device(server, request, person);
  g_autoptr(GError) error = NULL;
  const char *agent = http_request_find_header(request, "User-Agent");
  int64_t now_us = g_get_real_time();
  int64_t lifetime_us = access_session_lifetime_us(server->access, person);
  CredentialRequest session = {.kind = CREDENTIAL_SESSION,
                               .person_id = person->id,
                               .label = agent,
                               .is_strong = is_strong,
                               .expires_us = now_us + lifetime_us};
  CredentialRequest known = {.kind = CREDENTIAL_DEVICE,
                             .person_id = person->id,
                             .label = agent,
                             .expires_us = now_us + DEVICE_LIFETIME_US};
  if (!catalog_issue_credential(server->catalog, NULL, &session, &secret, NULL, &error) ||
      (device == NULL && !catalog_issue_credential(server->catalog, NULL, &known, &device_secret, NULL, &error)) ||
      !catalog_note_person(server->catalog, actor, person->id, "sign-in", how, &error)) {
    handler_set_error(response, request, error);
    return false;
  }
  session_cookie_set(response, request, SESSION_COOKIE, secret, lifetime_us);
  if (device_secret != NULL)
    session_cookie_set(response, request, DEVICE_COOKIE, device_secret, DEVICE_LIFETIME_US);
  security_log_event(server->security_log, SECURITY_EVENT_SIGN_IN, request, person->login, how);
  return true;
}

/** The password is right: is the second factor? `*ret_strong`: one was shown. False with the problem set. */
static bool check_second_factor(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                                const CatalogPerson *person, const PersonSecrets *secrets, const char *code,
                                const AttemptKeys *keys, bool *ret_strong) {
  g_autoptr(GError) error = NULL;
  *ret_strong = false;
  if (secrets->totp_secret == NULL)
    return true;
  if (code != NULL && code[0] != '\0') {
    if (!take_code(server, person, secrets->totp_secret, code, ret_strong, &error)) {
      handler_set_error(response, request, error);
      return false;
    }
    if (*ret_strong)
      return true;
    note_failure(server, request, keys, person->login, "code");
  }
  http_problem_set(response, request, HTTP_PROBLEM_SECOND_FACTOR, NULL);
  return false;
}

/** The rights that the roles of the person (NULL: none) give somewhere, as far as `scopes` go. */
static void write_rights(JsonWriter *writer, const CatalogPerson *person, unsigned scopes) {
  json_writer_name(writer, "rights");
  json_writer_begin_array(writer);
  for (int i = 0; person != NULL && i < RIGHT_COUNT; i++) {
    Right right = (Right)(1u << i);
    if (scopes & right && role_grants_allow(person->grants, person->grant_count, right, NULL))
      json_writer_string(writer, right_name(right));
  }
  json_writer_end_array(writer);
}

/** How else one may sign in, for pages: null, or where and what the button says. */
static void write_provider(JsonWriter *writer, const OidcProvider *provider) {
  json_writer_name(writer, "sign_in");
  if (provider == NULL) {
    json_writer_null(writer);
    return;
  }
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "url", "/sign-in/oidc");
  json_writer_member_string(writer, "label", oidc_provider_label(provider));
  json_writer_end_object(writer);
}

static void take_session(const ServerContext *server, HttpResponse *response, const CatalogPerson *person,
                         unsigned scopes, const char *room_id, bool is_strong) {
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_object(&writer);
  json_writer_name(&writer, "person");
  if (person != NULL) {
    json_writer_begin_object(&writer);
    person_json_write_members(&writer, person);
    json_writer_end_object(&writer);
  } else {
    json_writer_null(&writer);
  }
  write_rights(&writer, person, scopes);
  json_writer_member_bool(&writer, "is_strong", is_strong);
  json_writer_member_string(&writer, "room_id", room_id);
  write_provider(&writer, server->oidc);
  json_writer_end_object(&writer);
  person_take_private(response, text);
}

void session_handler_create(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  AttemptGuard *attempts = access_attempts(server->access);
  g_autoptr(BodyFields) body = person_load_body(request, response, false);
  if (body == NULL)
    return;
  const char *login = body_fields_find(body, "login"), *password = body_fields_find(body, "password");
  g_autofree char *folded = login != NULL ? person_fold_login(login) : NULL;
  g_autoptr(CatalogPerson) person = NULL;
  g_auto(PersonSecrets) secrets = {0};
  g_autoptr(GError) error = NULL;
  if (login == NULL || password == NULL) {
    http_problem_set(response, request, HTTP_PROBLEM_BAD_JSON, NULL);
    return;
  }
  if (!catalog_find_person(server->catalog, login, &person, &error) ||
      (person != NULL && !catalog_load_person_secrets(server->catalog, person->id, &secrets, &error))) {
    handler_set_error(response, request, error);
    return;
  }
  g_autoptr(CatalogCredential) device = find_device(server, request, person);
  g_auto(AttemptKeys) keys = keys_of(request, folded != NULL ? folded : "", device);
  int64_t wait_us = wait_of(attempts, &keys);
  bool is_strong = false;
  if (wait_us > 0) {
    security_log_event(server->security_log, SECURITY_EVENT_LOCKED_OUT, request, folded != NULL ? folded : "-",
                       NULL);
    person_refuse_wait(response, request, wait_us);
    return;
  }
  if (!password_is(password, secrets.password_hash) || person->is_disabled) {
    note_failure(server, request, &keys, folded != NULL ? folded : "-", "password");
    http_problem_set(response, request, HTTP_PROBLEM_WRONG_SIGN_IN, NULL);
    return;
  }
  if (!check_second_factor(server, request, response, person, &secrets, body_fields_find(body, "code"), &keys,
                           &is_strong))
    return;
  attempt_guard_clear(attempts, keys.account);
  if (session_begin(server, request, response, person, is_strong, is_strong ? "password, code" : "password"))
    take_session(server, response, person, RIGHT_ALL, NULL, is_strong);
}

/** A new secret for a session whose last one is old; when the new one comes, the old one's time is over. */
static void tend_session(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                         const AccessIdentity *identity) {
  const CatalogCredential *session = identity->credential;
  g_autofree char *secret = NULL;
  g_autoptr(GError) error = NULL;
  int64_t now_us = g_get_real_time();
  int64_t lifetime_us = access_session_lifetime_us(server->access, identity->person);
  bool is_good = true;
  if (session->is_current && session->is_unsettled)
    is_good = catalog_settle_credential(server->catalog, session->id, &error);
  else if (session->is_current && now_us - session->rotated_us > ROTATION_US) {
    is_good = catalog_rotate_credential(server->catalog, session->id, now_us + lifetime_us, &secret, &error);
    if (is_good)
      session_cookie_set(response, request, SESSION_COOKIE, secret, lifetime_us);
  }
  if (!is_good)
    log_warning("a session cannot be renewed: %s", error->message);
}

void session_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const AccessIdentity *identity = access_identity(request);
  bool is_session = identity->kind == ACCESS_KIND_SESSION;
  if (is_session)
    tend_session(context, request, response, identity);
  take_session(context, response, identity->person, identity->scopes, identity->room_id,
               is_session && identity->credential->is_strong);
}

void session_handler_delete(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const AccessIdentity *identity = access_identity(request);
  g_autofree char *room = session_cookie_find(request, ROOM_COOKIE);
  g_autoptr(CatalogCredential) joined = NULL;
  g_autoptr(GError) error = NULL;
  if ((identity->kind == ACCESS_KIND_SESSION &&
       !catalog_revoke_credential(server->catalog, identity->actor, identity->credential->id, identity->person->id,
                                  &error)) ||
      (room != NULL && !catalog_find_credential(server->catalog, CREDENTIAL_ROOM, room, &joined, &error)) ||
      (joined != NULL && !catalog_revoke_credential(server->catalog, NULL, joined->id, NULL, &error))) {
    handler_set_error(response, request, error);
    return;
  }
  session_cookie_set(response, request, SESSION_COOKIE, NULL, 0);
  session_cookie_set(response, request, ROOM_COOKIE, NULL, 0);
  response->status = 204;
}
