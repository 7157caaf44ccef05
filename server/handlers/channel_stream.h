/** Channels as HLS of MPEG-TS: /channels/{channel}/live.m3u8 (also master.m3u8), its variants and segments. */
#pragma once

#include "server/http/http_request.h"
#include "server/http/http_response.h"

void channel_stream_multivariant(gpointer context, const HttpRequest *request, HttpResponse *response);
/** ?back=SECONDS: how far back the list goes. */
void channel_stream_playlist(gpointer context, const HttpRequest *request, HttpResponse *response);
void channel_stream_segment(gpointer context, const HttpRequest *request, HttpResponse *response);
