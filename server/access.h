/** Who asks, and what they may do over HTTP: the one place that decides. Each route names a rule (access_rule.h), which
 * access_check() applies before the handler runs. A handler asks further only where the table cannot know: who sees what
 * (access_viewer()), and the place of something that is made or moved (access_require()).
 *
 * Who asks is told by `Authorization: Bearer TOKEN` (RFC 6750); the operator's token is the one that the file of the setting
 * api-token-file holds.
 *
 * Threads: any; nothing changes after access_new(). */
#pragma once

#include "catalog/catalog.h"
#include "catalog/role.h"
#include "catalog/viewer.h"
#include "server/access_rule.h"
#include "server/http/http_request.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Access Access;

#define ACCESS_TOKEN_LENGTH_MIN 20

typedef enum {
  ACCESS_KIND_STRANGER,
  ACCESS_KIND_OPERATOR, /**< brought the operator's token: may do everything */
} AccessKind;

/** Who asks. */
typedef struct {
  AccessKind kind;
  char *person_id; /**< NULL: no account */
  char *actor;     /**< for the audit log */
  unsigned scopes; /**< rights that may be used at all, of those that the grants give */
  RoleGrant *grants;
  size_t grant_count;
  const CatalogViewer *viewer; /**< NULL: somebody unknown */
  bool is_cross_site;          /**< a browser says that another site's page asks: nothing is changed for it */
} AccessIdentity;

/** `token_file` NULL or "": there is no operator's token. Fails (G_FILE_ERROR) when the file cannot be read, and with
 * G_FILE_ERROR_INVAL when its first line is shorter than ACCESS_TOKEN_LENGTH_MIN. `catalog` is borrowed. */
Access *access_new(Catalog *catalog, const char *token_file, GError **error);
void access_free(Access *access);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Access, access_free)

/** Find out who asks (request->identity) and apply the rule of the request's route: false with the answer in `response` when it
 * is not kept. A request without a route is let through. */
bool access_check(const Access *access, HttpRequest *request, HttpResponse *response);
/** Frees what access_check() put into request->identity. */
void access_forget(gpointer identity);

/** Never NULL. */
const AccessIdentity *access_identity(const HttpRequest *request);
/** The id of the account that asks; NULL: none. */
const char *access_person_id(const HttpRequest *request);

/** Whether who asks holds the right at `place` (NULL: anywhere). */
bool access_may(const HttpRequest *request, Right right, const Place *place);
/** The same over the whole network. */
bool access_may_everywhere(const HttpRequest *request, Right right);
/** The same for a handler: false with 401 or 403 in `response`. */
bool access_require(const HttpRequest *request, HttpResponse *response, Right right, const Place *place);
/** The place is that of a stored object (catalog_load_place()); what is not there is nobody's to change. False also when the
 * catalog fails, which is logged. */
bool access_may_at(const Access *access, const HttpRequest *request, Right right, const char *kind, const char *id);

/** Who asks, for catalog_may_see_course() and queries; NULL: somebody unknown. */
const CatalogViewer *access_viewer(const HttpRequest *request);

/** The name for the audit log. */
const char *access_actor(const HttpRequest *request);
