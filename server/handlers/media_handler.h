/** HLS of the stored encode: playlists, init segments, segments, poster. */
#pragma once

#include "server/http/http_router.h"

void media_handler_multivariant(gpointer context, const HttpRequest *request, HttpResponse *response);
void media_handler_playlist(gpointer context, const HttpRequest *request, HttpResponse *response);
void media_handler_init(gpointer context, const HttpRequest *request, HttpResponse *response);
void media_handler_segment(gpointer context, const HttpRequest *request, HttpResponse *response);
void media_handler_poster(gpointer context, const HttpRequest *request, HttpResponse *response);
