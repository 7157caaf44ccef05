/** Channels for IPTV programs: the list (/channels.m3u) and the guide (/channels.xml, XMLTV). Those that who asks may see. */
#pragma once

#include "server/http/http_request.h"
#include "server/http/http_response.h"

void channel_guide_list(gpointer context, const HttpRequest *request, HttpResponse *response);
void channel_guide_programme(gpointer context, const HttpRequest *request, HttpResponse *response);
