/** Cookies of people: HttpOnly, SameSite=Lax, for the whole site; over TLS Secure and named with __Host- (RFC 6265bis §4.1.3). */
#pragma once

#include "server/http/http_request.h"

#define SESSION_COOKIE "kapok_session" /**< a session's secret */
#define DEVICE_COOKIE "kapok_device"   /**< a browser that somebody has signed in with before */
#define ROOM_COOKIE "kapok_room"       /**< a browser that joined a room */
#define FLOW_COOKIE "kapok_flow"       /**< a sign-in at the OIDC provider that is under way */

/** The value sent, or NULL; caller frees. */
char *session_cookie_find(const HttpRequest *request, const char *name);

/** Have the browser keep `value` (cookie octets only) for `lifetime_us`; NULL: forget it. */
void session_cookie_set(HttpResponse *response, const HttpRequest *request, const char *name, const char *value,
                        int64_t lifetime_us);

/** Whether a browser says that the request was made by another site's page (Fetch Metadata, else Origin, else Referer against
 * Host). What is no browser says nothing and carries no cookie on its own. */
bool session_is_cross_site(const HttpRequest *request);
