/** The DASH view, /media/{asset}/manifest.mpd: a manifest over the segments that HLS has, captions and thumbnails too. */
#pragma once

#include "server/http/http_router.h"

void dash_handler_manifest(gpointer context, const HttpRequest *request, HttpResponse *response);
