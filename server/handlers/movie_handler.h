/** The progressive MP4 view, for players without HLS and for keeping: /media/{asset}/{height}.mp4 has the rung of that
 * height and the main sound, /media/{asset}/sound.m4a the sound alone. Only of lessons that are whole. */
#pragma once

#include "server/http/http_router.h"

void movie_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response);
void movie_handler_get_sound(gpointer context, const HttpRequest *request, HttpResponse *response);
