/** Caption tracks: /media/{asset}/captions/{language}.vtt, and .m3u8, their HLS subtitles playlist. */
#pragma once

#include "server/http/http_router.h"

void caption_handler_file(gpointer context, const HttpRequest *request, HttpResponse *response);
void caption_handler_playlist(gpointer context, const HttpRequest *request, HttpResponse *response);
