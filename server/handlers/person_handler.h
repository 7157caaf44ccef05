/** Accounts and roles of others (/api/v1/people), for who holds RIGHT_PEOPLE where they belong. */
#pragma once

#include "server/handlers/handler.h"

void person_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response);
void person_handler_create(gpointer context, const HttpRequest *request, HttpResponse *response);
void person_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response);
/** PATCH name, division, is_disabled, password; `reset_totp` true takes the second factor away. */
void person_handler_update(gpointer context, const HttpRequest *request, HttpResponse *response);
/** POST a role: role and division, institution_id, or neither (everywhere). */
void person_handler_give_role(gpointer context, const HttpRequest *request, HttpResponse *response);
/** DELETE, the same as parameters of the address. */
void person_handler_take_role(gpointer context, const HttpRequest *request, HttpResponse *response);
/** DELETE /api/v1/people/{person}/credentials: signed out everywhere, tokens withdrawn. */
void person_handler_sign_out(gpointer context, const HttpRequest *request, HttpResponse *response);
