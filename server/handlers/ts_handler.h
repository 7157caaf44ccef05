/** The MPEG-TS view for receivers that know no fMP4: HLS version 3, one variant for each rung with the main sound muxed
 * in, remuxed when asked for (media/ts_segment.h) and kept in the cache of views. */
#pragma once

#include "server/http/http_router.h"

/** /media/{asset}/ts/master.m3u8 */
void ts_handler_multivariant(gpointer context, const HttpRequest *request, HttpResponse *response);
/** The same playlist as answer to /media/{asset}/master.m3u8, for clients that need this view (client_quirks.h). */
void ts_handler_multivariant_by_default(gpointer context, const HttpRequest *request, HttpResponse *response);
/** /media/{asset}/ts/{track}/playlist.m3u8 */
void ts_handler_playlist(gpointer context, const HttpRequest *request, HttpResponse *response);
/** /media/{asset}/ts/{track}/{segment}.ts */
void ts_handler_segment(gpointer context, const HttpRequest *request, HttpResponse *response);
