/** Who asks, and what they may do over HTTP: the one place that decides. Each route names a rule (access_rule.h), which
 * access_check() applies before the handler runs. A handler asks further only where the table cannot know: who sees what
 * (access_viewer()), and the place of something that is made or moved (access_require()).
 *
 * Who asks is told by `Authorization: Bearer TOKEN` (RFC 6750): the operator's token, which the file of the setting
 * api-token-file holds, or a personal one; else by the cookie of a session, and beside it by that of a room. In the room
 * profile (setting room) whoever asks from room-network is in that room. Below /iptv/SECRET/ the secret address of a room tells, for
 * programs that send nothing but an address, and nothing else counts. What changes
 * something on behalf of a cookie, or gives one, is refused when a browser says that another site asks (session_cookie.h).
 *
 * Threads: any. */
#pragma once

#include "base/settings.h"
#include "catalog/credential.h"
#include "catalog/person.h"
#include "catalog/role.h"
#include "catalog/viewer.h"
#include "server/access_rule.h"
#include "server/attempt_guard.h"
#include "server/http/http_request.h"
#include "server/media_signature.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Access Access;

#define ACCESS_TOKEN_LENGTH_MIN 20
/** Personal tokens begin so, and with nothing else of ours. */
#define ACCESS_TOKEN_PREFIX "kapok_"

typedef enum {
  ACCESS_KIND_STRANGER,
  ACCESS_KIND_SESSION,  /**< somebody who signed in */
  ACCESS_KIND_TOKEN,    /**< a personal token */
  ACCESS_KIND_ROOM,     /**< nobody by name, but in a room */
  ACCESS_KIND_OPERATOR, /**< brought the operator's token: may do everything */
} AccessKind;

/** Who asks. */
typedef struct {
  AccessKind kind;
  const CatalogPerson *person;         /**< NULL: no account */
  const CatalogCredential *credential; /**< the session or token; NULL: none */
  const char *room_id;                 /**< NULL: in none */
  const char *actor;                   /**< for the audit log */
  unsigned scopes;                     /**< rights that may be used at all, of those that the grants give */
  const RoleGrant *grants;
  size_t grant_count;
  const CatalogViewer *viewer; /**< NULL: somebody unknown */
} AccessIdentity;

/** What settings->api_token_file names is read; NULL or "": there is no operator's token. Fails (G_FILE_ERROR) when the
 * file cannot be read, and with G_FILE_ERROR_INVAL when its first line is shorter than ACCESS_TOKEN_LENGTH_MIN. `catalog` is
 * borrowed. */
Access *access_new(Catalog *catalog, const Settings *settings, GError **error);
void access_free(Access *access);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Access, access_free)

/** Find out who asks (request->identity) and apply the rule of the request's route: false with the answer in `response` when it
 * is not kept. A request without a route is let through. */
bool access_check(const Access *access, HttpRequest *request, HttpResponse *response);
/** Frees what access_check() put into request->identity. */
void access_forget(gpointer identity);

/** Never NULL. */
const AccessIdentity *access_identity(const HttpRequest *request);
/** The secret address of a room that the request came by; NULL: none. Borrowed. */
const char *access_address(const HttpRequest *request);
/** The id of the account that asks; NULL: none. */
const char *access_person_id(const HttpRequest *request);

/** Whether who asks holds the right at `place` (NULL: anywhere). */
bool access_may(const HttpRequest *request, Right right, const Place *place);
/** The same over the whole network. */
bool access_may_everywhere(const HttpRequest *request, Right right);
/** Where who asks holds the right, for lists: role_grants_write_reach(). NULL: nowhere. Caller frees. */
char *access_write_reach(const HttpRequest *request, Right right);
/** The same for a handler: false with 401 or 403 in `response`. */
bool access_require(const HttpRequest *request, HttpResponse *response, Right right, const Place *place);
/** The place is that of a stored object (catalog_load_place()); what is not there is nobody's to change. False also when the
 * catalog fails, which is logged. */
bool access_may_at(const Access *access, const HttpRequest *request, Right right, const char *kind, const char *id);

/** How long a session of this person lasts. */
int64_t access_session_lifetime_us(const Access *access, const CatalogPerson *person);
/** For HttpTransportConfig.unseal; context is the Access. */
bool access_unseal(const Access *access, const char *target, size_t length, size_t *ret_begin, size_t *ret_end);
/** To be called now and then. */
void access_tend(Access *access);

/** The address below which the media of an asset are for who asks, given that they may see it: "/media/ASSET", or signed when it is
 * not public. Caller frees. */
char *access_media_path(const Access *access, const char *asset_id, bool is_public);

/** Guesses at passwords and codes. */
AttemptGuard *access_attempts(const Access *access);

/** Who asks, for catalog_may_see_course() and queries; NULL: somebody unknown. */
const CatalogViewer *access_viewer(const HttpRequest *request);
/** The same with the secret of a link that the address brings (`?link=`). `links` has room for it and its end, and must
 * outlive the viewer. */
CatalogViewer access_viewer_by_link(const HttpRequest *request, const char *links[2]);

/** The name for the audit log. */
const char *access_actor(const HttpRequest *request);
