/** What DLNA receivers ask beside a file (IEC 62481-2 §7.5.4, and getCaptionInfo.sec of Samsung): answered when they ask, and not
 * told to others. */
#pragma once

#include "media/dlna_profile.h"
#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/server_context.h"

/** Whether the request asks for what a file by byte ranges cannot give: a range of time, another speed, another way of
 * transfer. Then 406, or 400 for a header that is wrong, is set in `response`. */
bool dlna_headers_refuse(const HttpRequest *request, HttpResponse *response);

/** Set the headers that the request asks for. `movie`: the file that is sent, of the asset. */
void dlna_headers_set(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                      const char *asset_id, const DlnaMovie *movie);
