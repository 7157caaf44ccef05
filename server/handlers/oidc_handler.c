#include "server/handlers/oidc_handler.h"

#include "base/base64url.h"
#include "base/log.h"
#include "catalog/credential.h"
#include "server/handlers/person_json.h"
#include "server/handlers/session_handler.h"
#include "server/oidc_error.h"
#include "server/session_cookie.h"

#include <string.h>

#define FLOW_LIFETIME_US (15 * 60 * G_TIME_SPAN_SECOND)
#define NEXT_BYTES_MAX 200
#define FREE_FAILURES 20
#define CODE_BYTES_MAX 4096
#define LOGIN_TRIES 3

static void redirect(HttpResponse *response, unsigned status, const char *to) {
  http_response_drop_body(response);
  response->status = status;
  http_response_set_header(response, "Location", to);
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_NEVER);
}

/** The address that the provider sends the browser back to, as browsers reach us. */
static char *redirect_uri(const HttpRequest *request) {
  const char *host = http_request_find_header(request, "Host");
  return g_strdup_printf("%s://%s/sign-in/oidc/callback", request->is_secure ? "https" : "http",
                         host != NULL ? host : "localhost");
}

/** Whether `next` is an address of this site that fits into the cookie. */
static bool is_own_address(const char *next) {
  return next != NULL && next[0] == '/' && next[1] != '/' && next[1] != '\\' && strlen(next) <= NEXT_BYTES_MAX;
}

static char *guard_key(const HttpRequest *request) {
  g_autofree char *client = http_request_format_client(request), *network = attempt_guard_network(client);
  return g_strdup_printf("oidc:%s", network);
}

/** False with the problem set: there is no provider, or this address has failed too often. */
static bool may_try(const ServerContext *server, const HttpRequest *request, HttpResponse *response) {
  g_autofree char *key = guard_key(request);
  if (server->oidc == NULL) {
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return false;
  }
  int64_t wait_us = attempt_guard_wait_us(access_attempts(server->access), key, g_get_monotonic_time());
  if (wait_us > 0)
    person_refuse_wait(response, request, wait_us);
  return wait_us == 0;
}

void oidc_handler_begin(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  if (!may_try(server, request, response))
    return;
  const char *next = http_request_find_param(request, "next");
  g_autofree char *secret = credential_new_secret(), *uri = redirect_uri(request);
  g_autofree char *coded = base64url_encode(is_own_address(next) ? next : "/");
  g_autofree char *cookie = g_strdup_printf("%s.%s", secret, coded);
  g_autoptr(GError) error = NULL;
  OidcFlow flow;
  oidc_flow_derive(secret, &flow);
  g_autofree char *url = oidc_provider_begin(server->oidc, &flow, uri, &error);
  if (url == NULL) {
    log_warning("signing in at the OpenID provider: %s", error->message);
    http_problem_set(response, request, HTTP_PROBLEM_PROVIDER, NULL);
    return;
  }
  redirect(response, 302, url);
  session_cookie_set(response, request, FLOW_COOKIE, cookie, FLOW_LIFETIME_US);
}

/* --- back again --- */

/** What the browser keeps of the sign-in; false when it keeps none. */
static bool read_cookie(const HttpRequest *request, OidcFlow *ret_flow, char **ret_next) {
  g_autofree char *cookie = session_cookie_find(request, FLOW_COOKIE);
  char *dot = cookie != NULL ? strchr(cookie, '.') : NULL;
  if (dot == NULL || dot == cookie)
    return false;
  *dot = '\0';
  g_autofree char *next = base64url_decode(dot + 1);
  oidc_flow_derive(cookie, ret_flow);
  *ret_next = is_own_address(next) ? g_steal_pointer(&next) : g_strdup("/");
  return true;
}

static void refuse(const ServerContext *server, const HttpRequest *request, HttpResponse *response, const char *why,
                   const char *zh, const char *en) {
  g_autofree char *key = guard_key(request), *detail = g_strdup_printf("OpenID provider: %s", why);
  attempt_guard_fail(access_attempts(server->access), key, FREE_FAILURES, g_get_monotonic_time());
  security_log_event(server->security_log, SECURITY_EVENT_SIGN_IN_FAILED, request, NULL, detail);
  http_problem_set_texts(response, request, HTTP_PROBLEM_BAD_REQUEST, zh, en);
}

static bool is_equal(const char *a, const char *b) {
  unsigned difference = strlen(a) == strlen(b) ? 0 : 1;
  for (size_t i = 0; difference == 0 && a[i] != '\0'; i++)
    difference |= (unsigned char)a[i] ^ (unsigned char)b[i];
  return difference == 0;
}

/** The code that the provider gave the browser of this very sign-in; NULL with the problem set. */
static const char *find_code(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                             const OidcFlow *flow) {
  const char *state = http_request_find_param(request, "state"), *code = http_request_find_param(request, "code");
  if (state == NULL || !is_equal(state, flow->state)) {
    refuse(server, request, response, "wrong state", "这次登录不是从这个浏览器开始的，或已经过期。请重新登录。",
           "This sign-in did not begin in this browser, or it is over. Please sign in again.");
    return NULL;
  }
  if (code == NULL || code[0] == '\0' || strlen(code) > CODE_BYTES_MAX) {
    refuse(server, request, response, "no code", "统一身份认证没有完成登录。请重新登录。",
           "The sign-in was not finished there. Please sign in again.");
    return NULL;
  }
  return code;
}

/** A login for somebody new: the provider's, or, where that is none or taken, with something of their own behind it. */
static char *propose_login(const OidcPerson *found, int turn) {
  g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, found->subject, -1);
  g_autofree char *folded = found->login != NULL ? person_fold_login(found->login) : NULL;
  if (folded == NULL)
    return g_strdup_printf("user-%.*s", 6 + 2 * turn, digest);
  g_autofree char *cut =
      g_utf8_substring(folded, 0, MIN(g_utf8_strlen(folded, -1), PERSON_LOGIN_CHARACTERS_MAX - 16));
  return turn == 0 ? g_steal_pointer(&folded) : g_strdup_printf("%s-%.*s", cut, 2 + 2 * turn, digest);
}

static bool create(const ServerContext *server, const OidcPerson *found, CatalogPerson **ret_person,
                   GError **error) {
  g_autofree char *valid = found->name != NULL ? g_utf8_make_valid(found->name, -1) : NULL;
  g_autofree char *name =
      valid != NULL ? g_utf8_substring(valid, 0, MIN(g_utf8_strlen(valid, -1), PERSON_NAME_CHARACTERS_MAX)) : NULL;
  g_autoptr(GError) cause = NULL;
  for (int turn = 0; turn < LOGIN_TRIES; turn++) {
    g_autofree char *login = propose_login(found, turn);
    g_clear_error(&cause);
    if (catalog_create_person(server->catalog, "openid", login, name != NULL && name[0] != '\0' ? name : login, "",
                              NULL, found->subject, ret_person, &cause))
      return true;
    if (!g_error_matches(cause, CATALOG_ERROR, CATALOG_ERROR_CONFLICT))
      break;
  }
  g_propagate_error(error, g_steal_pointer(&cause));
  return false;
}

/** The account of who signed in; NULL with the problem set. */
static CatalogPerson *find_account(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                                   const OidcPerson *found) {
  g_autoptr(CatalogPerson) person = NULL;
  g_autoptr(GError) error = NULL;
  if (!catalog_find_person_by_subject(server->catalog, found->subject, &person, &error) ||
      (person == NULL && !create(server, found, &person, &error))) {
    handler_set_error(response, request, error);
    return NULL;
  }
  if (!person->is_disabled)
    return g_steal_pointer(&person);
  security_log_event(server->security_log, SECURITY_EVENT_SIGN_IN_FAILED, request, person->login,
                     "account disabled");
  http_problem_set_texts(response, request, HTTP_PROBLEM_FORBIDDEN, "这个账号已停用，请联系管理员。",
                         "This account is disabled; please ask the operator.");
  return NULL;
}

/** What a failed redeem means to the person at the browser. */
static void set_failure(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                        const GError *error) {
  log_warning("signing in at the OpenID provider: %s", error->message);
  if (g_error_matches(error, OIDC_ERROR, OIDC_ERROR_PROVIDER))
    http_problem_set(response, request, HTTP_PROBLEM_PROVIDER, NULL);
  else
    refuse(
        server, request, response, error->message,
        "统一身份认证的登录没有通过核对。请重新登录；一直这样请联系管理员。",
        "What the provider sent did not pass the check. Please sign in again; if it stays so, ask the operator.");
}

void oidc_handler_return(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autofree char *next = NULL, *uri = redirect_uri(request);
  g_auto(OidcPerson) found = {0};
  g_autoptr(GError) error = NULL;
  OidcFlow flow;
  if (!may_try(server, request, response))
    return;
  if (!read_cookie(request, &flow, &next)) {
    refuse(server, request, response, "no sign-in under way",
           "这次登录不是从这个浏览器开始的，或已经过期。请重新登录。",
           "This sign-in did not begin in this browser, or it is over. Please sign in again.");
    return;
  }
  const char *code = find_code(server, request, response, &flow);
  if (code == NULL)
    return;
  if (!oidc_provider_redeem(server->oidc, &flow, code, uri, &found, &error)) {
    set_failure(server, request, response, error);
    return;
  }
  g_autoptr(CatalogPerson) person = find_account(server, request, response, &found);
  if (person == NULL || !session_begin(server, request, response, person, found.is_strong, "openid"))
    return;
  redirect(response, 303, next);
  session_cookie_set(response, request, FLOW_COOKIE, NULL, 0);
}
