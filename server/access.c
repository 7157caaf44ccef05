#include "server/access.h"

#include "base/log.h"
#include "catalog/place.h"
#include "server/http/http_problem.h"
#include "server/http/http_response.h"

#include <string.h>

#define SCHEME "Bearer "
#define TOKEN_FILE_BYTES_MAX 4096
#define DIGEST_LENGTH 64

struct Access {
  Catalog *catalog;
  char digest[DIGEST_LENGTH + 1]; /**< SHA-256 of the operator's token; empty: there is none */
};

static const RoleGrant everywhere = {.role = ROLE_ADMINISTRATOR};
static const AccessIdentity stranger = {.kind = ACCESS_KIND_STRANGER};
static const AccessIdentity operator_identity = {
    .kind = ACCESS_KIND_OPERATOR,
    .actor = (char *)"api:administrator",
    .scopes = RIGHT_ALL,
    .grants = (RoleGrant *)&everywhere,
    .grant_count = 1,
    .viewer = &catalog_viewer_everything,
};

/** Digests are compared, so that neither the length nor the first wrong byte of a token shows in the time it takes. */
static void digest_of(const char *token, char ret_digest[DIGEST_LENGTH + 1]) {
  g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, token, -1);
  g_strlcpy(ret_digest, digest, DIGEST_LENGTH + 1);
}

static bool load_token(Access *access, const char *token_file, GError **error) {
  g_autofree char *text = NULL;
  gsize size = 0;
  if (!g_file_get_contents(token_file, &text, &size, error))
    return false;
  g_strstrip(text);
  if (size > TOKEN_FILE_BYTES_MAX || strlen(text) < ACCESS_TOKEN_LENGTH_MIN || strpbrk(text, "\r\n\t ")) {
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                "%s must hold one token of at least %d characters on one line", token_file,
                ACCESS_TOKEN_LENGTH_MIN);
    return false;
  }
  digest_of(text, access->digest);
  return true;
}

Access *access_new(Catalog *catalog, const char *token_file, GError **error) {
  g_autoptr(Access) access = g_new0(Access, 1);
  access->catalog = catalog;
  if (token_file != NULL && token_file[0] != '\0' && !load_token(access, token_file, error))
    return NULL;
  return g_steal_pointer(&access);
}

void access_free(Access *access) {
  g_free(access);
}

/* --- who asks --- */

static bool is_equal(const char *a, const char *b) {
  unsigned difference = 0;
  for (size_t i = 0; i < DIGEST_LENGTH; i++)
    difference |= (unsigned char)a[i] ^ (unsigned char)b[i];
  return difference == 0;
}

static bool is_operator(const Access *access, const HttpRequest *request) {
  const char *sent = http_request_find_header(request, "Authorization");
  if (access->digest[0] == '\0' || sent == NULL || g_ascii_strncasecmp(sent, SCHEME, strlen(SCHEME)) != 0)
    return false;
  char digest[DIGEST_LENGTH + 1];
  digest_of(sent + strlen(SCHEME), digest);
  return is_equal(digest, access->digest);
}

static void identify(const Access *access, HttpRequest *request) {
  if (is_operator(access, request))
    request->identity = (gpointer)&operator_identity;
}

void access_forget(gpointer identity) {
  (void)identity;
}

const AccessIdentity *access_identity(const HttpRequest *request) {
  return request->identity != NULL ? request->identity : &stranger;
}

const char *access_person_id(const HttpRequest *request) {
  return access_identity(request)->person_id;
}

const CatalogViewer *access_viewer(const HttpRequest *request) {
  return access_identity(request)->viewer;
}

const char *access_actor(const HttpRequest *request) {
  const char *actor = access_identity(request)->actor;
  return actor != NULL ? actor : "api";
}

/* --- what they may do --- */

bool access_may(const HttpRequest *request, Right right, const Place *place) {
  const AccessIdentity *identity = access_identity(request);
  return identity->scopes & right && role_grants_allow(identity->grants, identity->grant_count, right, place);
}

bool access_may_everywhere(const HttpRequest *request, Right right) {
  static const Place nowhere = {NULL, NULL};
  return access_may(request, right, &nowhere);
}

bool access_may_at(const Access *access, const HttpRequest *request, Right right, const char *kind,
                   const char *id) {
  g_auto(Place) place = {0};
  g_autoptr(GError) error = NULL;
  if (!access_may(request, right, NULL))
    return false;
  if (access_may_everywhere(request, right))
    return true;
  if (catalog_load_place(access->catalog, kind, id, &place, &error))
    return access_may(request, right, &place);
  if (!g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND))
    log_warning("the place of %s %s: %s", kind, id, error->message);
  return false;
}

/** 401 for somebody unknown, 403 for somebody who may not. */
static bool refuse(const HttpRequest *request, HttpResponse *response) {
  bool is_known = access_identity(request)->kind != ACCESS_KIND_STRANGER;
  http_problem_set(response, request, is_known ? HTTP_PROBLEM_FORBIDDEN : HTTP_PROBLEM_SIGN_IN, NULL);
  return false;
}

bool access_require(const HttpRequest *request, HttpResponse *response, Right right, const Place *place) {
  return access_may(request, right, place) || refuse(request, response);
}

static bool is_kept(const Access *access, const HttpRequest *request, const AccessRule *rule) {
  const AccessIdentity *identity = access_identity(request);
  switch (rule->who) {
  case ACCESS_WHO_ANYONE:
  case ACCESS_WHO_OPEN:
  case ACCESS_WHO_MEDIA:
  case ACCESS_WHO_SEES:
    return true;
  case ACCESS_WHO_SIGNED_IN:
  case ACCESS_WHO_SESSION:
    return identity->person_id != NULL;
  case ACCESS_WHO_SOMEWHERE:
    return access_may(request, rule->right, NULL);
  case ACCESS_WHO_AT_OBJECT:
    return access_may_at(access, request, rule->right, rule->object,
                         http_request_route_param(request, rule->param));
  case ACCESS_WHO_EVERYWHERE:
    return access_may_everywhere(request, rule->right);
  }
  return false;
}

bool access_check(const Access *access, HttpRequest *request, HttpResponse *response) {
  const HttpRoute *route = request->match != NULL ? request->match->route : NULL;
  if (route == NULL)
    return true;
  identify(access, request);
  if (route->rule != NULL && is_kept(access, request, route->rule))
    return true;
  return refuse(request, response);
}
