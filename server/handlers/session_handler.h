/** Signing in and out (/api/v1/session). */
#pragma once

#include "server/handlers/handler.h"

/** POST login, password and, with a second factor, code. */
void session_handler_create(gpointer context, const HttpRequest *request, HttpResponse *response);
/** GET who is signed in; gives a session a new secret now and then. */
void session_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response);
/** DELETE: sign out; leaves a room too. */
void session_handler_delete(gpointer context, const HttpRequest *request, HttpResponse *response);

/** Begin a session for a person who has shown who they are: cookies, audit log. False with the problem set. */
bool session_begin(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                   const CatalogPerson *person, bool is_strong, const char *how);
