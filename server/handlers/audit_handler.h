/** /api/v1/audit: who changed what, for editors. */
#pragma once

#include "server/http/http_router.h"

void audit_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response);
