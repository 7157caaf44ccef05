/** GET /media/{asset}/storyboard.vtt and its sheets: thumbnails for a seek bar. */
#pragma once

#include "server/http/http_router.h"

void storyboard_handler_index(gpointer context, const HttpRequest *request, HttpResponse *response);
void storyboard_handler_sheet(gpointer context, const HttpRequest *request, HttpResponse *response);
