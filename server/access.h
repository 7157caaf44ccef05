/** Who may do what over HTTP: the one place that decides. A route says its rule (HttpRoute.flags): one with
 * HTTP_ROUTE_EDIT is for editors only. There are no accounts yet: an editor is whoever brings the administrator's token
 * (`Authorization: Bearer TOKEN`, RFC 6750) that the file of the setting api-token-file holds.
 *
 * Threads: any; nothing changes after access_new(). */
#pragma once

#include "catalog/viewer.h"
#include "server/http/http_request.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Access Access;

#define ACCESS_TOKEN_LENGTH_MIN 20

/** `token_file` NULL or "": nobody may edit. Fails (G_FILE_ERROR) when the file cannot be read, and with
 * G_FILE_ERROR_INVAL when its first line is shorter than ACCESS_TOKEN_LENGTH_MIN. */
Access *access_new(const char *token_file, GError **error);
void access_free(Access *access);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Access, access_free)

/** Apply the rule of the request's route: false with 403 in `response` when it is not kept. */
bool access_check(const Access *access, const HttpRequest *request, HttpResponse *response);

/** Compares in constant time. */
bool access_is_editor(const Access *access, const HttpRequest *request);

/** Who asks, for catalog_may_see_course() and queries; NULL: somebody unknown. */
const CatalogViewer *access_viewer(const Access *access, const HttpRequest *request);

/** The name for the audit log of one who passed access_check(). */
const char *access_actor(const Access *access, const HttpRequest *request);
