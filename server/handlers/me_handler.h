/** One's own account (/api/v1/me): password, second factor, sessions and personal tokens. */
#pragma once

#include "server/handlers/handler.h"

/** PUT old and new password; other sessions and tokens end. */
void me_handler_set_password(gpointer context, const HttpRequest *request, HttpResponse *response);
/** GET sessions and tokens, without their secrets. */
void me_handler_list_credentials(gpointer context, const HttpRequest *request, HttpResponse *response);
/** DELETE one of them. */
void me_handler_revoke_credential(gpointer context, const HttpRequest *request, HttpResponse *response);
/** POST label, scopes and days: a personal token, told this once. */
void me_handler_create_token(gpointer context, const HttpRequest *request, HttpResponse *response);
/** POST: a secret for an authenticator, not in force yet. */
void me_handler_propose_totp(gpointer context, const HttpRequest *request, HttpResponse *response);
/** PUT the secret, a code of it and the password: in force now; answers with recovery codes, told this once. */
void me_handler_set_totp(gpointer context, const HttpRequest *request, HttpResponse *response);
/** DELETE with the password: no second factor any more. */
void me_handler_delete_totp(gpointer context, const HttpRequest *request, HttpResponse *response);
