/** Signing in at the OpenID provider (server/oidc_provider.h): there and back. Both wait for it, so they run on slow threads. */
#pragma once

#include "server/handlers/handler.h"

/** GET /sign-in/oidc?next=/path: to the provider, by redirect. 404 when none is set. */
void oidc_handler_begin(gpointer context, const HttpRequest *request, HttpResponse *response);
/** GET /sign-in/oidc/callback: the browser comes back. A session begins, at the first time with a new account; then to `next`. */
void oidc_handler_return(gpointer context, const HttpRequest *request, HttpResponse *response);
