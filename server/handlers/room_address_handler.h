/** The secret address of a room: IPTV programs, which send neither cookie nor token, load its channels from there. */
#pragma once

#include "server/handlers/handler.h"

/** POST and DELETE /api/v1/rooms/{record}/address: a new one in place of the one before, and none any more. */
void room_address_handler_open(gpointer context, const HttpRequest *request, HttpResponse *response);
void room_address_handler_close(gpointer context, const HttpRequest *request, HttpResponse *response);
