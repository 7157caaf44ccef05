/** /api/v1/divisions: the tree of divisions, for everybody. */
#pragma once

#include "server/http/http_router.h"

void division_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response);
void division_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response);
