/** Signing in receivers without a keyboard (RFC 8628), and joining rooms by a short code. */
#pragma once

#include "server/handlers/handler.h"

/** POST /api/v1/device/code: a receiver asks for codes. */
void device_handler_open(gpointer context, const HttpRequest *request, HttpResponse *response);
/** POST /api/v1/device/token: it asks whether somebody has answered; errors are those of the RFC (§3.5). */
void device_handler_redeem(gpointer context, const HttpRequest *request, HttpResponse *response);
/** POST /api/v1/device/approve user_code and approve: somebody signed in answers. */
void device_handler_decide(gpointer context, const HttpRequest *request, HttpResponse *response);

/** POST and DELETE /api/v1/rooms/{record}/code: open and close a room to those who know its code. */
void room_code_handler_open(gpointer context, const HttpRequest *request, HttpResponse *response);
void room_code_handler_close(gpointer context, const HttpRequest *request, HttpResponse *response);
/** POST /api/v1/room-session code: join. */
void room_code_handler_join(gpointer context, const HttpRequest *request, HttpResponse *response);
