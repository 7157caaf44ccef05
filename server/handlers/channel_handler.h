/** Channels in the API: /api/v1/channels. Records of channels are edited through record_handler.h. */
#pragma once

#include "server/http/http_request.h"
#include "server/http/http_response.h"

void channel_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response);
void channel_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response);
/** What plays when: ?from=&to=, by default today. */
void channel_handler_programme(gpointer context, const HttpRequest *request, HttpResponse *response);
void channel_handler_get_schedule(gpointer context, const HttpRequest *request, HttpResponse *response);
void channel_handler_put_schedule(gpointer context, const HttpRequest *request, HttpResponse *response);
/** What of all channels of one's places cannot be shown. */
void channel_handler_problems(gpointer context, const HttpRequest *request, HttpResponse *response);
