/** /api/v1/attachments/{record}/file: the PDF itself, for whoever may see its course. */
#pragma once

#include "server/http/http_router.h"

void attachment_handler_file(gpointer context, const HttpRequest *request, HttpResponse *response);
