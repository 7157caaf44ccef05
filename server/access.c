#include "server/access.h"

#include "base/id.h"
#include "base/log.h"
#include "catalog/asset_viewer.h"
#include "catalog/place.h"
#include "catalog/room.h"
#include "server/access_identity.h"
#include "server/http/http_problem.h"
#include "server/http/http_proxies.h"
#include "server/http/http_response.h"
#include "server/session_cookie.h"

#include <string.h>

#define SCHEME "Bearer "
#define TOKEN_FILE_BYTES_MAX 4096
#define DIGEST_LENGTH 64

struct Access {
  Catalog *catalog;
  AttemptGuard *attempts;
  MediaSignature *signature; /**< NULL without a catalog */
  int64_t session_lifetime_us, staff_session_lifetime_us;
  bool needs_second_factor;
  char *room_id;                  /**< of the room profile; NULL: none */
  HttpProxies *room_network;      /**< who stands in it */
  char digest[DIGEST_LENGTH + 1]; /**< SHA-256 of the operator's token; empty: there is none */
};

static const RoleGrant everywhere = {.role = ROLE_ADMINISTRATOR};
static const AccessIdentity stranger = {.kind = ACCESS_KIND_STRANGER};
static const AccessIdentity operator_identity = {
    .kind = ACCESS_KIND_OPERATOR,
    .actor = "api:administrator",
    .scopes = RIGHT_ALL,
    .grants = &everywhere,
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

/** A room that is not there any more lets nobody in. */
static bool load_room(Access *access, const Settings *settings, GError **error) {
  g_autofree char *name = NULL;
  g_autoptr(GError) missing = NULL;
  access->room_network = http_proxies_parse("room-network", settings->room_network, error);
  if (access->room_network == NULL)
    return false;
  if (settings->room[0] != '\0' &&
      !catalog_find_room(access->catalog, settings->room, &access->room_id, &name, &missing))
    log_error("nobody stands in the room of this server: %s", missing->message);
  return true;
}

Access *access_new(Catalog *catalog, const Settings *settings, GError **error) {
  g_autoptr(Access) access = g_new0(Access, 1);
  const char *token_file = settings->api_token_file;
  access->catalog = catalog;
  access->session_lifetime_us = settings->session_lifetime_us;
  access->staff_session_lifetime_us = settings->staff_session_lifetime_us;
  access->needs_second_factor = settings->staff_second_factor == SECOND_FACTOR_REQUIRED;
  access->attempts = attempt_guard_new();
  if (token_file != NULL && token_file[0] != '\0' && !load_token(access, token_file, error))
    return NULL;
  if (catalog != NULL && !load_room(access, settings, error))
    return NULL;
  if (catalog != NULL) {
    access->signature = media_signature_open(settings->data_dir, settings->media_link_lifetime_us,
                                             g_get_real_time() / G_USEC_PER_SEC, error);
    if (access->signature == NULL)
      return NULL;
  }
  return g_steal_pointer(&access);
}

void access_free(Access *access) {
  if (access == NULL)
    return;
  attempt_guard_free(access->attempts);
  media_signature_free(access->signature);
  http_proxies_free(access->room_network);
  g_free(access->room_id);
  g_free(access);
}

int64_t access_session_lifetime_us(const Access *access, const CatalogPerson *person) {
  return person->grant_count > 0 ? MIN(access->staff_session_lifetime_us, access->session_lifetime_us)
                                 : access->session_lifetime_us;
}

AttemptGuard *access_attempts(const Access *access) {
  return access->attempts;
}

/* --- signed addresses --- */

bool access_unseal(const Access *access, const char *target, size_t length, size_t *ret_begin, size_t *ret_end) {
  return media_signature_check(access->signature, target, length, g_get_real_time() / G_USEC_PER_SEC, ret_begin,
                               ret_end);
}

void access_tend(Access *access) {
  g_autoptr(GError) error = NULL;
  if (!media_signature_tend(access->signature, g_get_real_time() / G_USEC_PER_SEC, &error))
    log_warning("no new key for media addresses: %s", error->message);
}

char *access_media_path(const Access *access, const char *asset_id, bool is_public) {
  return is_public ? g_strconcat("/media/", asset_id, NULL)
                   : media_signature_write(access->signature, asset_id, g_get_real_time() / G_USEC_PER_SEC);
}

/* --- who asks --- */

static bool is_equal(const char *a, const char *b) {
  unsigned difference = 0;
  for (size_t i = 0; i < DIGEST_LENGTH; i++)
    difference |= (unsigned char)a[i] ^ (unsigned char)b[i];
  return difference == 0;
}

static bool is_operator(const Access *access, const char *token) {
  char digest[DIGEST_LENGTH + 1];
  if (access->digest[0] == '\0')
    return false;
  digest_of(token, digest);
  return is_equal(digest, access->digest);
}

/** The credential that the request brings; NULL: none that is good. */
static CatalogCredential *find_credential(const Access *access, CredentialKind kind, const char *secret) {
  g_autoptr(GError) error = NULL;
  CatalogCredential *credential = NULL;
  if (!catalog_find_credential(access->catalog, kind, secret, &credential, &error))
    log_warning("a credential cannot be looked up: %s", error->message);
  return credential;
}

/** Takes the credential of a person; NULL for those who are disabled. */
static AccessIdentity *identity_of(const Access *access, AccessKind kind, CatalogCredential *credential) {
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogPerson) person = NULL;
  bool is_there = catalog_load_person(access->catalog, credential->person_id, &person, &error);
  if (!is_there || person->is_disabled) {
    catalog_credential_free(credential);
    return NULL;
  }
  bool is_trusted = credential->is_strong || !access->needs_second_factor;
  unsigned scopes = !is_trusted ? 0 : kind == ACCESS_KIND_TOKEN ? credential->scopes : (unsigned)RIGHT_ALL;
  return access_identity_new(kind, g_steal_pointer(&person), credential, scopes);
}

/** By `Authorization`. */
static AccessIdentity *identify_bearer(const Access *access, const char *token) {
  if (is_operator(access, token))
    return (AccessIdentity *)&operator_identity;
  if (!g_str_has_prefix(token, ACCESS_TOKEN_PREFIX))
    return NULL;
  CatalogCredential *credential = find_credential(access, CREDENTIAL_TOKEN, token + strlen(ACCESS_TOKEN_PREFIX));
  return credential != NULL ? identity_of(access, ACCESS_KIND_TOKEN, credential) : NULL;
}

/** By cookies: a session, a room, or both. */
static AccessIdentity *identify_cookies(const Access *access, const HttpRequest *request) {
  g_autofree char *session = session_cookie_find(request, SESSION_COOKIE);
  g_autofree char *room = session_cookie_find(request, ROOM_COOKIE);
  CatalogCredential *credential = session != NULL ? find_credential(access, CREDENTIAL_SESSION, session) : NULL;
  AccessIdentity *identity = credential != NULL ? identity_of(access, ACCESS_KIND_SESSION, credential) : NULL;
  g_autoptr(CatalogCredential) joined = room != NULL ? find_credential(access, CREDENTIAL_ROOM, room) : NULL;
  if (joined == NULL)
    return identity;
  if (identity == NULL)
    identity = access_identity_new(ACCESS_KIND_ROOM, NULL, NULL, 0);
  access_identity_join(identity, joined->room_id);
  return identity;
}

/** By the secret address of a room; NULL: it is none. */
static AccessIdentity *identify_address(const Access *access, const char *key) {
  g_autoptr(CatalogCredential) address = find_credential(access, CREDENTIAL_ROOM, key);
  if (address == NULL)
    return NULL;
  AccessIdentity *identity = access_identity_new(ACCESS_KIND_ROOM, NULL, NULL, 0);
  access_identity_join(identity, address->room_id);
  return identity;
}

/** Whether the request comes out of the room of the room profile. */
static bool is_in_room(const Access *access, const HttpRequest *request) {
  if (access->room_id == NULL)
    return false;
  g_autofree char *client = http_request_format_client(request);
  return http_proxies_hold(access->room_network, client);
}

/** Who stands in the room is in it without having joined. */
static void identify_place(const Access *access, HttpRequest *request) {
  if (request->identity == &operator_identity || !is_in_room(access, request))
    return;
  if (request->identity == NULL)
    request->identity = access_identity_new(ACCESS_KIND_ROOM, NULL, NULL, 0);
  AccessIdentity *identity = request->identity;
  if (identity->room_id == NULL)
    access_identity_join(identity, access->room_id);
}

const char *access_address(const HttpRequest *request) {
  const HttpRoute *route = request->match != NULL ? request->match->route : NULL;
  bool is_below = route != NULL && route->rule != NULL && route->rule->who == ACCESS_WHO_ADDRESS;
  return is_below ? http_request_route_param(request, route->rule->param) : NULL;
}

static void identify(const Access *access, HttpRequest *request) {
  const char *key = access_address(request);
  if (key != NULL) { /* nothing else counts there */
    request->identity = identify_address(access, key);
    return;
  }
  const char *authorization = http_request_find_header(request, "Authorization");
  if (authorization != NULL) {
    if (g_ascii_strncasecmp(authorization, SCHEME, strlen(SCHEME)) == 0)
      request->identity = identify_bearer(access, authorization + strlen(SCHEME));
  } else if (http_request_find_header(request, "Cookie") != NULL) {
    request->identity = identify_cookies(access, request);
  }
  identify_place(access, request);
}

void access_forget(gpointer identity) {
  if (identity != &operator_identity)
    access_identity_free(identity);
}

const AccessIdentity *access_identity(const HttpRequest *request) {
  return request->identity != NULL ? request->identity : &stranger;
}

const char *access_person_id(const HttpRequest *request) {
  const CatalogPerson *person = access_identity(request)->person;
  return person != NULL ? person->id : NULL;
}

const CatalogViewer *access_viewer(const HttpRequest *request) {
  return access_identity(request)->viewer;
}

CatalogViewer access_viewer_by_link(const HttpRequest *request, const char *links[2]) {
  const CatalogViewer *known = access_viewer(request);
  CatalogViewer viewer = known != NULL ? *known : (CatalogViewer){0};
  links[0] = http_request_find_param(request, "link");
  links[1] = NULL;
  viewer.links = links[0] != NULL ? links : NULL;
  return viewer;
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

char *access_write_reach(const HttpRequest *request, Right right) {
  const AccessIdentity *identity = access_identity(request);
  return identity->scopes & right ? role_grants_write_reach(identity->grants, identity->grant_count, right) : NULL;
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
  AccessKind kind = access_identity(request)->kind;
  bool is_known = kind != ACCESS_KIND_STRANGER && kind != ACCESS_KIND_ROOM;
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
  case ACCESS_WHO_SEES: /* check_media() has said */
    return true;
  case ACCESS_WHO_SIGNED_IN:
    return identity->person != NULL;
  case ACCESS_WHO_SESSION:
    return identity->kind == ACCESS_KIND_SESSION;
  case ACCESS_WHO_SOMEWHERE:
    return access_may(request, rule->right, NULL);
  case ACCESS_WHO_AT_OBJECT:
    return access_may_at(access, request, rule->right, rule->object,
                         http_request_route_param(request, rule->param));
  case ACCESS_WHO_EVERYWHERE:
    return access_may_everywhere(request, rule->right);
  case ACCESS_WHO_ADDRESS:
    return identity->room_id != NULL;
  }
  return false;
}

/** Whether a page of another site has the browser change something here, with our cookies. Programs that bring a token are
 * none. */
static bool is_forged(const HttpRequest *request) {
  const unsigned safe = HTTP_METHOD_GET | HTTP_METHOD_HEAD | HTTP_METHOD_OPTIONS;
  return !(request->method & safe) && http_request_find_header(request, "Authorization") == NULL &&
         session_is_cross_site(request);
}

/** Lead somebody who may see the lesson to its signed address. */
static bool lead_to_signed(const Access *access, const HttpRequest *request, HttpResponse *response,
                           const char *asset_id) {
  const char *path = request->target->path;
  const char *rest = strstr(path, asset_id) + strlen(asset_id);
  g_autofree char *signed_path = access_media_path(access, asset_id, false);
  g_autofree char *safe_rest = g_uri_escape_string(rest, "/", false);
  GString *location = g_string_new(signed_path);
  g_string_append(location, safe_rest);
  const GArray *query = request->target->query;
  for (guint i = 0; query != NULL && i < query->len; i++) {
    const HttpParam *param = &g_array_index(query, HttpParam, i);
    g_autofree char *name = g_uri_escape_string(param->name, NULL, false);
    g_autofree char *value = g_uri_escape_string(param->value, NULL, false);
    if (strcmp(param->name, "link") != 0)
      g_string_append_printf(location, "%c%s=%s", strchr(location->str, '?') == NULL ? '?' : '&', name, value);
  }
  response->status = 307;
  http_response_set_header(response, "Location", location->str);
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_NEVER);
  g_string_free(location, true);
  return false;
}

/** Media, and what is said about them: for everybody when they are public, else for who has a signed address or may see the
 * lesson. To all others they are not there. */
static bool check_media(const Access *access, HttpRequest *request, HttpResponse *response,
                        const AccessRule *rule) {
  const char *asset_id = http_request_route_param(request, rule->param);
  const char *links[2];
  bool is_public = false, may_see = false;
  g_autoptr(GError) error = NULL;
  if (request->is_sealed)
    return true;
  if (id_is_valid(asset_id) &&
      !catalog_may_see_asset(access->catalog, asset_id, NULL, &is_public, &may_see, &error)) {
    log_warning("who may see %s: %s", asset_id, error->message);
    http_problem_set(response, request, HTTP_PROBLEM_BUSY, NULL);
    return false;
  }
  if (is_public || !id_is_valid(asset_id)) /* what is no id the handler does not find */
    return true;
  identify(access, request);
  CatalogViewer viewer = access_viewer_by_link(request, links);
  if (catalog_may_see_asset(access->catalog, asset_id, &viewer, &is_public, &may_see, NULL) && may_see) {
    request->is_private = rule == &access_rule_file && is_in_room(access, request);
    return rule->who == ACCESS_WHO_SEES || request->is_private ||
           lead_to_signed(access, request, response, asset_id);
  }
  http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
  return false;
}

bool access_check(const Access *access, HttpRequest *request, HttpResponse *response) {
  const HttpRoute *route = request->match != NULL ? request->match->route : NULL;
  if (route == NULL)
    return true;
  if (is_forged(request)) {
    http_problem_set(response, request, HTTP_PROBLEM_CROSS_SITE, NULL);
    return false;
  }
  if (route->rule != NULL && (route->rule->who == ACCESS_WHO_MEDIA || route->rule->who == ACCESS_WHO_SEES))
    return check_media(access, request, response, route->rule);
  identify(access, request);
  if (route->rule != NULL && is_kept(access, request, route->rule))
    return true;
  if (route->rule != NULL && route->rule->who == ACCESS_WHO_ADDRESS) {
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return false;
  }
  return refuse(request, response);
}
