/** Caption tracks: /media/{asset}/captions/{language}.vtt, .srt for televisions, and .m3u8, their HLS subtitles playlist. Below
 * /media/{asset}/ts/ they are those of the MPEG-TS view, whose time 0 is another. */
#pragma once

#include "server/http/http_router.h"

void caption_handler_file(gpointer context, const HttpRequest *request, HttpResponse *response);
void caption_handler_file_srt(gpointer context, const HttpRequest *request, HttpResponse *response);
void caption_handler_playlist(gpointer context, const HttpRequest *request, HttpResponse *response);
void caption_handler_file_ts(gpointer context, const HttpRequest *request, HttpResponse *response);
void caption_handler_playlist_ts(gpointer context, const HttpRequest *request, HttpResponse *response);
