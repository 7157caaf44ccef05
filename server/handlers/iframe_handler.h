/** I-frame playlists, /media/{asset}/{track}/iframes.m3u8: the first picture of each segment, for fast forward and back. */
#pragma once

#include "server/http/http_router.h"

void iframe_handler_playlist(gpointer context, const HttpRequest *request, HttpResponse *response);
